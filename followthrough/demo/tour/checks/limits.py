"""6: nobody is written to at night, nor too often; what is held says why and goes out later."""

from __future__ import annotations

import re
import time

from followthrough.demo.tour.ats import COLUMBUS, Person, person
from followthrough.demo.tour.buyer import Buyer, seconds
from followthrough.demo.tour.proof import check

MIDWEEK = range(4)  # Monday to Thursday: the day after has the same hours
HELD = re.compile(r"Held until .*?\(zone: [^)]*\)\.")
CAP, KEPT = "Cap: at most {} in 24 hours per address", " (more room is kept for urgent messages)"


def proves(buyer: Buyer) -> list[str]:
    """A night, and a burst."""
    return [*_night(buyer), *_burst(buyer)]


def _night(buyer: Buyer) -> list[str]:
    """Due at eleven at night in Reno, a message waits until nine, wherever its reader is."""
    buyer.clock.to(23, days=MIDWEEK)
    at_home, east = person("Rosa Delgado"), person("Seth Bauer", place=COLUMBUS)
    for who in (at_home, east):
        buyer.ats.applies(who)
    sentences = [_held(buyer, at_home), _held(buyer, east)]
    buyer.clock.to(8)
    buyer.texts(east)
    if buyer.clock.local().hour == 8:  # the clock has gone on meanwhile
        buyer.silent(at_home, 0, "In Reno it is not nine yet")
    buyer.clock.on(1)
    (text,) = buyer.texts(at_home)
    return [
        f"“{sentences[0]}” {text.id} left at {buyer.clock.local():%H:%M}; the text to Columbus,"
        " held the same night, was there before 9 in Reno."
    ]


def _held(buyer: Buyer, who: Person) -> str:
    """The receipt's words: until when, and by which zone."""
    said = buyer.reads(who, "Thanks", "Held until", "zone:")
    found = HELD.search(said)
    check(found and f"09:00 {who.place.name} time" in found[0], f"The receipt says: {said}")
    return found[0] if found else ""


def _burst(buyer: Buyer) -> list[str]:
    """Three at once and two urgent ones, where the policy allows three a day."""
    buyer.clock.to(10, days=MIDWEEK)
    who = person("Tara Okafor")
    for title in ("Store associate", "Shift lead", "Visual merchandiser"):
        buyer.ats.applies(who, title=title)
    buyer.texts(who, least=2)
    buyer.reads(who, "Held", CAP.format(2) + KEPT)
    buyer.silent(who, 2, "The third place is kept for what is urgent")
    _urgent(buyer, who)
    moved = time.monotonic()
    buyer.clock.on(25)
    texts = buyer.texts(who, least=5)
    return [
        "Five messages for one number within a minute: two left, the third place went to an urgent"
        f" one, two were held (“{CAP.format(3)}”) and left the next day"
        f" ({seconds(moved, texts[-1].at)} after the clock was moved on)."
    ]


def _urgent(buyer: Buyer, who: Person) -> None:
    """The place that was kept goes to the first invitation; the second is held like the rest."""
    for number, title in enumerate(("Cashier", "Greeter"), start=1):
        interview = buyer.clock.at(14, days=2 + number)
        buyer.ats.applies(who, title=title, stage="Interview", interview=interview)
        buyer.texts(who, "your interview is")
    buyer.reads(who, "Held", CAP.format(3))
    buyer.silent(who, 3, "Three are three")
