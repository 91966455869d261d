"""The tour's set-up, in a process that ends: tables, a company, and what an outsider is given."""

from __future__ import annotations

import argparse
import os
import sys


def main() -> int:
    """Set up, and write what an outsider is given to the pipe `--result`."""
    asked = _arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from followthrough.core.errors import Explained
    from followthrough.demo.seed import tour

    try:
        tour.lay_out()
        made = tour.found(
            gateway=asked.gateway, api_key=os.environ["TOUR_API_KEY"], mail_port=asked.mail_port
        )
    except Explained as problem:
        print(problem, file=sys.stderr)
        return 1
    os.write(asked.result, made.dump().encode())
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--result", type=int, required=True)
    parser.add_argument("--gateway", required=True)
    parser.add_argument("--mail-port", type=int, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
