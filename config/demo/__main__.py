"""The demo's command line."""

from __future__ import annotations

import argparse
import sys

from config.demo import supervisor
from config.demo.trouble import Trouble


def main(argv: list[str] | None = None) -> int:
    """Run the demo until it is stopped. Errors are explained, and give 1."""
    try:
        return supervisor.run(arguments(argv))
    except Trouble as problem:
        print(problem, file=sys.stderr, flush=True)
        return 1


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """What was asked for; everything has a default."""
    parser = argparse.ArgumentParser(
        prog="python -m config.demo",
        description="Run Followthrough with a seeded company: no questions, no outside service.",
    )
    parser.add_argument(
        "--port", type=int, help="where the pages are (default: 8000, or a free one)"
    )
    parser.add_argument("--reset", action="store_true", help="forget everything and seed anew")
    parser.add_argument("--quiet", action="store_true", help="print only the address and the link")
    parser.add_argument("--applications", type=int, default=360, help=argparse.SUPPRESS)
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
