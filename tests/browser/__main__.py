"""`make screens`: pictures of every page into docs/screens."""

from __future__ import annotations

import argparse
import os
import sys

MOST_BYTES = 5_000_000  # of all pictures: everybody who clones the project gets them


def main() -> None:
    """Take them, and say how many there are."""
    asked = _arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    import tests.database  # noqa: F401  (the server on which the product gets a database)

    django.setup()
    from tests.browser import screens

    taken = screens.take(applications=asked.applications, only=asked.only)
    size = sum(path.stat().st_size for path in screens.FOLDER.glob("*.png"))
    print(f"{len(taken)} pictures taken; all in {screens.FOLDER} have {size / 1e6:.1f} MB.")
    if size > MOST_BYTES:
        sys.exit(f"That is more than {MOST_BYTES / 1e6:.0f} MB: take fewer or shorter ones.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.browser", description=__doc__)
    parser.add_argument("--applications", type=int, default=120, help="that the company has")
    parser.add_argument("--only", default="", help="those whose names begin so")
    return parser.parse_args()


if __name__ == "__main__":
    main()
