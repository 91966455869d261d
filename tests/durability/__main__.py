"""`python -m tests.durability --kills 200 --seed 7`: kill workers for minutes, then count.

A failing seed is run again with the same `--seed` and `--lanes`. With `--all` caps, opt-outs and
kill switches follow, at length.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from tests.durability import alone, servers
from tests.durability.processes import ROOT

COLUMNS = ("seed", "kills", "in flight", "workers", "zombies", "applications", "messages",
           "takeover_s", "rested_s", "seconds")  # fmt: skip


def main() -> None:
    given = _arguments()
    shares = [len(range(lane, given.kills, given.lanes)) for lane in range(given.lanes)]
    began = time.monotonic()
    print(
        f"{given.kills} kills, {given.lanes} lanes, {given.server}, seed {given.seed}", flush=True
    )
    with servers.server(given.server) as url, ExitStack() as stack:
        lanes = [
            stack.enter_context(_lane(url, kills, given.seed * 1000 + number, given))
            for number, kills in enumerate(shares)
        ]
        results = [_result(lane) for lane in lanes]
    _print(results, seconds=time.monotonic() - began)
    results += _others(given.seed) if given.all else []
    sys.exit(any(result["problems"] for result in results))


def _others(seed: int) -> Iterator[dict[str, Any]]:
    """What else the suite tries in small, at length."""
    for name, *given in (
        ("caps", "--phones", "150", "--kills", "12"), ("stops",), ("switches", "--rounds", "4"),
    ):  # fmt: skip
        found = alone.run(name, "--seed", str(seed), *given)
        print(f"{name}: {found}", flush=True)
        yield found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.durability", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    parser.add_argument("--lanes", type=int, default=3, help="side by side, each on its own")
    parser.add_argument("--server", choices=("given", "debian"), default="given")
    parser.add_argument("--latency-ms", type=float, default=20, help="of the provider")
    parser.add_argument("--all", action="store_true", help="also caps, opt-outs, kill switches")
    return parser.parse_args()


class _lane:  # noqa: N801 - a context manager
    """A lane's process, with a database of its own for as long as it runs."""

    def __init__(self, url: str, kills: int, seed: int, given: argparse.Namespace) -> None:
        self.database = servers.database(url, f"ft_durability_{os.getpid()}_{seed}")
        # The last lane has the only worker there is, restarted whenever it is killed.
        workers = 1 if seed % 1000 == given.lanes - 1 else 2
        self.arguments = [
            "--kills", kills, "--seed", seed, "--latency-ms", given.latency_ms,
            "--workers", workers,
        ]  # fmt: skip

    def __enter__(self) -> subprocess.Popen[str]:
        url = self.database.__enter__()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.durability.lane", *map(str, self.arguments)],
            cwd=ROOT, text=True, stdout=subprocess.PIPE,
            env={**os.environ, "DATABASE_URL": url, "FOLLOWTHROUGH_LOG": "WARNING",
                 "SECRET_KEY": "only for tests", "ADDRESS_KEY": "only for tests"},
        )  # fmt: skip
        return self.process

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.wait()
        self.database.__exit__(None, None, None)


def _result(lane: subprocess.Popen[str]) -> dict[str, Any]:
    said, _ = lane.communicate()
    try:
        return json.loads(said.splitlines()[-1])
    except (IndexError, json.JSONDecodeError):
        return {"problems": [f"the lane ended with {lane.returncode} and said nothing"]}


def _print(results: list[dict[str, Any]], *, seconds: float) -> None:
    print("  ".join(f"{name:>12}" for name in COLUMNS))
    for result in results:
        print("  ".join(f"{result.get(name, '-'):>12}" for name in COLUMNS))
    for result in results:
        for problem in result["problems"]:
            print(f"  seed {result.get('seed', '?')}: {problem}  [{result.get('folder', '')}]")
    kills = sum(result.get("kills", 0) for result in results)
    wrong = any(result["problems"] for result in results)
    verdict = "NOT all well" if wrong else "nothing lost, nothing sent twice"
    print(f"{kills} kills in {seconds:.0f} s: {verdict}")


main()
