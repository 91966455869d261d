"""`python -m tests.provider --port 0 --log messages.jsonl`: prints its address, then serves."""

import argparse
import asyncio
import contextlib
from pathlib import Path

from tests.provider.faults import Faults
from tests.provider.recorder import Recorder
from tests.provider.server import serve


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.provider", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--log", type=Path, help="one JSON line per message is appended here")
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument(
        "--fail",
        default="",
        help="shares of the requests, such as lose=0.05,throttle=0.1,slow=0.02,hang=0.01",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the faults")
    parser.add_argument("--dedupe", action="store_true", help="honour the idempotency key")
    parser.add_argument("--uvloop", action="store_true")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    run = asyncio.run
    if given.uvloop:
        import uvloop

        run = uvloop.run
    recorder = Recorder(given.log, dedupe=given.dedupe)
    faults = Faults(given.fail, seed=given.seed)
    with contextlib.suppress(KeyboardInterrupt):
        run(serve(recorder, faults, port=given.port, latency=given.latency_ms / 1000))


main()
