"""`make bench-pages`: how long the server takes for each page, at 100,000 applications.

Every page of the URL resolver, as an owner and as a recruiter who works for one site. A request
goes through Django's own handler with every middleware, in this process (Django's test client):
no network and no web server, and one request at a time. `cpu` is what this process and its
PostgreSQL backend worked for it: on a busy machine the rest of the time is waiting.

The company is made on first use (some minutes) and kept in a cluster of its own; `--again` makes
it anew; names of pages measure only those. Results go to bench/results/pages.json.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("FOLLOWTHROUGH_POSTGRES", "bench-pages")

RESULTS = Path(__file__).parent / "results" / "pages.json"
APPLICATIONS, MESSAGES = 100_000, 1_000_000
FLOOR_MS = 150  # p95
COLUMNS = ("p50_ms", "p95_ms", "cpu_p50_ms", "cpu_p95_ms", "queries", "addresses")


def main() -> int:
    """Measure everything, print it, keep it; returns 1 when a page misses its floor."""
    _set_up()
    from bench import asking, crowd

    only = {one for one in sys.argv[1:] if not one.startswith("-")}
    made = None if "--again" in sys.argv else crowd.there(applications=APPLICATIONS)
    looking = crowd.members(made or _company())
    load = os.getloadavg()[0]
    print(f"{APPLICATIONS:,} applications; load of this machine when it began: {load:.1f}")
    print(f"{'page':26} {'as':10}" + "".join(f"{name:>11}" for name in COLUMNS), flush=True)
    found: dict[str, Any] = {"ceiling": asking.ceiling(looking["owner"])}
    for name, one in found["ceiling"].items():
        _print(name, "", one)
    for who, member in looking.items():
        found[who] = {}
        for name, one in asking.pages(member, only=only):
            found[who][name] = {**one, "missed": one["p95_ms"] > FLOOR_MS}
            _print(name, who, found[who][name])
    _keep({**found, "load": [round(load, 1), round(os.getloadavg()[0], 1)]})
    return int(any(one["missed"] for who in looking for one in found[who].values()))


def _set_up() -> None:
    import django

    from config.cli import start_database

    start_database()
    django.setup()
    logging.disable(logging.WARNING)  # some pages are not there to be looked at
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _company() -> dict[str, Any]:
    from bench import crowd, world

    print(f"… making a company of {APPLICATIONS:,} applications", flush=True)
    world.forget()
    made = world.company(adapter="null")
    crowd.gather(made, applications=APPLICATIONS, messages=MESSAGES)
    return made


def _print(name: str, who: str, one: dict[str, Any]) -> None:
    row = "".join(f"{one[column]:11,}" for column in COLUMNS)
    note = f"   <= {FLOOR_MS} MISSED: {one['slowest']}" if one.get("missed") else ""
    print(f"{name:26} {who:10}{row}{note}", flush=True)


def _keep(found: dict[str, Any]) -> None:
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    merged = {  # a run of some keeps the rest
        name: {**before.get(name, {}), **one} if isinstance(one, dict) else one
        for name, one in found.items()
    }
    RESULTS.write_text(json.dumps(merged, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
