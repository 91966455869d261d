"""6, stopped: one switch stops everything on every worker, and lets it go again."""

from __future__ import annotations

import time

from followthrough.demo.tour.ats import Person, person
from followthrough.demo.tour.buyer import Buyer, seconds
from followthrough.demo.tour.proof import check

SWITCHES = "/policies/stop/"
EVERYTHING = "All sending"
STOPPED = "everything was stopped by hand"
AT_ONCE = 1.0  # seconds
CROWD = 8


def proves(buyer: Buyer) -> list[str]:
    """A crowd applies, everything is stopped, somebody else applies; and on it goes."""
    buyer.clock.by_day()
    crowd = [person(f"Crowd Number{number}") for number in range(CROWD)]
    late = person("Bo Ekman")
    for who in crowd:
        buyer.ats.applies(who)
    _stop(buyer)
    stopped = time.monotonic()
    buyer.ats.applies(late)
    buyer.reads(late, "Thanks", STOPPED)
    time.sleep(max(0.0, stopped + AT_ONCE - time.monotonic()))
    buyer.silent(late, 0, "Everything is stopped")
    before = [text for who in crowd for text in buyer.outside.texts.to(who.phone)]
    slow = [text.id for text in before if text.at > stopped + AT_ONCE]
    check(not slow, f"A second after everything was stopped these left: {slow}")
    return [_go(buyer, late, crowd)]


def _stop(buyer: Buyer) -> None:
    path = buyer.console.page(SWITCHES).link("Stop", EVERYTHING)
    check(path, f"The page {SWITCHES} has no way to stop everything")
    said = buyer.console.submit(path, "Stop it now", note="A buyer tries it").text
    check("stopped. Nothing leaves meanwhile" in said, f"It says: {said[:1000]}")


def _go(buyer: Buyer, late: Person, crowd: list[Person]) -> str:
    """What waited leaves, once each."""
    pressed = time.monotonic()
    buyer.console.submit(SWITCHES, "Let it go on")
    (text,) = buyer.texts(late)
    for who in crowd:
        buyer.texts(who)
        buyer.silent(who, 1, "What waited leaves once")
    return (
        f"“Stop it now” for all sending: from then on nothing left (“{STOPPED}”); let go,"
        f" {text.id} left {seconds(pressed, text.at)} later."
    )
