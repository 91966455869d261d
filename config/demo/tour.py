"""`python -m config.demo.tour`: start the product, go through a buyer's checks, stop everything.

Prints a table and writes `var/tour.json`. Ends with 1 when a check claims what is not so.
"""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from config.demo import children, place, product
from config.demo.product import Say
from config.demo.supervisor import stoppable
from config.demo.trouble import Trouble
from followthrough.demo.tour import gateway, given, mailbox, rows, table
from followthrough.demo.tour.buyer import Buyer, Outside, visiting
from followthrough.demo.tour.checks import CHECKS
from followthrough.demo.tour.rows import Row

NAME = "tour"
REMEDY = "mend that; make the tour again."


def main(argv: list[str] | None = None) -> int:
    """Make the tour. Errors are explained, and give 1."""
    asked = _arguments(argv)
    try:
        with stoppable():
            return _tour(asked)
        _aside("Stopped; nothing is left running.")
    except Trouble as problem:
        _aside(str(problem))
    return 1


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m config.demo.tour",
        description="See which of the eight checks of a buyer work, on the running product.",
    )
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--only", type=int, nargs="+", metavar="N", help="only these checks")
    return parser.parse_args(argv)


def _tour(asked: argparse.Namespace) -> int:
    checks = [one for one in CHECKS if one.number in (asked.only or range(9))]
    say: Say = _aside if asked.markdown else _print
    with (
        place.only_one(NAME),
        product.database(NAME, say) as environment,
        running(environment, say=say) as buyer,
    ):
        found = list(_told(rows.go_through(buyer, checks), say))
    _write(found, asked)
    return int(any(row.state == rows.FAILS for row in found))


def _told(found: Iterator[Row], say: Say) -> Iterator[Row]:
    """Each row is printed as soon as it is known."""
    width = shutil.get_terminal_size((110, 40)).columns
    say(f"\n{table.HEAD}")
    for row in found:
        say(table.plain(row, width=width))
        yield row


def _write(found: list[Row], asked: argparse.Namespace) -> None:
    if asked.markdown:
        print(table.markdown(found))
    if not asked.only:
        (place.var() / "tour.json").write_text(rows.as_json(found))


def _print(text: str) -> None:
    print(text, flush=True)


def _aside(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def running(environment: Mapping[str, str], *, say: Say) -> Iterator[Buyer]:
    """A fresh company on the database of `environment`, everything running, and its visitor.

    Raises Trouble; among others where the database holds something else than a tour's company.
    """
    api_key = secrets.token_urlsafe(16)
    with (
        gateway.serving(api_key) as (texts, url),
        mailbox.serving() as (mails, port),
        place.listening(0) as door,
    ):
        address = f"http://{place.HOST}:{door.getsockname()[1]}"
        told = {**environment, "FOLLOWTHROUGH_DEMO": "1", "FOLLOWTHROUGH_URL": _secure(address)}
        say("Laying out the tables and founding a company …")
        module = ["config.demo.tour_setup", f"--gateway={url}", f"--mail-port={port}"]
        made = product.set_up(module, {**told, "TOUR_API_KEY": api_key}, remedy=REMEDY)
        with (
            _processes(told, door.fileno(), address, say),
            visiting(address, given.read(made), Outside(texts, mails)) as buyer,
        ):
            yield buyer


def _secure(address: str) -> str:
    """What the product is told its address is: no mail leaves with a link that is not https. The
    tour is where the proxy would be that ends TLS."""
    return address.replace("http:", "https:", 1)


@contextmanager
def _processes(environment: Mapping[str, str], door: int, address: str, say: Say) -> Iterator[None]:
    both = product.web_and_worker(environment, door, of=NAME, worker="config.worker")
    try:
        product.until_ready(both, address, say=say, remedy=REMEDY)
        yield
    finally:
        children.end([one.process for one in both if one.process])


if __name__ == "__main__":
    sys.exit(main())
