"""`make bench`: the whole path measured on a real database, each figure beside its ceiling.

Everything runs on this machine: load generator, web, one worker, PostgreSQL (fsync on) and the
recording provider share its cores. Results go to bench/results/latest.json.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("FOLLOWTHROUGH_POSTGRES", "bench")

RESULTS = Path(__file__).parent / "results" / "latest.json"

FLOORS: dict[str, tuple[str, float]] = {
    "gate_us": ("<=", 60),
    "webhooks_accepted_per_s": (">=", 3000),
    "handover_p50_ms_at_5": ("<=", 15),
    "handover_p50_ms_at_50": ("<=", 15),
    "handover_p99_ms_at_50": ("<=", 60),
    "touches_per_s_1m_sleeping": (">=", 4000),
    "sleeping_slowdown": ("<=", 1.2),
    "drain_10k_s": ("<=", 4),
    "rss_mb_1m_sleeping": ("<=", 300),
    "cpu_ms_per_event": ("<=", 3),
    "end_to_end_per_s": (">=", 1000),
    "replay_10k_s": ("<=", 60),
}


def main() -> int:
    """Measure everything, print it, keep it; returns 1 when a figure misses its floor."""
    import django

    from config.cli import start_database

    start_database()
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from bench import measures

    only = set(sys.argv[1:])
    results: dict[str, tuple[float, str]] = {}
    missed = 0
    for measure in measures.ALL:
        if not only or measure.__name__ in only:
            print(f"… {measure.__doc__.splitlines()[0]}", flush=True)
            found = measure()
            missed += _print(found)
            results |= found
            _keep(results)
    return 1 if missed else 0


def _keep(results: dict[str, tuple[float, str]]) -> None:
    kept = {
        name: {"value": round(value, 3), "unit": unit} for name, (value, unit) in results.items()
    }
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps(before | kept, indent=2) + "\n")  # a run of some keeps the rest


def _print(results: dict[str, tuple[float, str]]) -> int:
    missed = 0
    for name, (value, unit) in results.items():
        sign, floor = FLOORS.get(name, ("", 0.0))
        kept = not sign or (value >= floor if sign == ">=" else value <= floor)
        missed += not kept
        note = f"{sign} {floor:g}{'' if kept else '   MISSED'}" if sign else ""
        print(f"{name:32} {value:12,.1f} {unit:8} {note}", flush=True)
    return missed


if __name__ == "__main__":
    sys.exit(main())
