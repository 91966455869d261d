"""4: what a machine should not answer goes to a person, and automation is silent until they did."""

from __future__ import annotations

import re
import time

from followthrough.demo.tour.ats import Person, person
from followthrough.demo.tour.buyer import Buyer, seconds
from followthrough.demo.tour.page import Element
from followthrough.demo.tour.proof import check, until

QUESTION = "Which entrance do I take? My cousin drives."
REASON = "The answer needs a person"
DUE = re.compile(r"due in \d+ \w+(?: \d+ \w+)?")


def proves(buyer: Buyer) -> list[str]:
    """From the question to the resolved handoff."""
    buyer.clock.by_day()
    who = person("Olga Petrov")
    application = buyer.ats.applies(who, stage="Interview", interview=buyer.clock.at(15, days=2))
    buyer.texts(who, "your interview is")
    buyer.answers(who, QUESTION)
    handoff = waits(buyer, who)
    buyer.ats.move(application, "Offer")
    buyer.reads(who, "Offer", "Automation is silent")
    return [
        f"“{QUESTION}” → on the console: “{REASON}”, {_due(handoff)}.",
        f"Nothing was sent for the offer that came meanwhile. {_overdue(buyer, who)}",
        _resolved(buyer, who, handoff),
    ]


def _due(handoff: Element) -> str:
    found = DUE.search(handoff.text)
    check(found, f"It does not say until when: {handoff.text}")
    return found[0] if found else ""


def waits(buyer: Buyer, who: Person) -> Element:
    """The line of the console's first page that says somebody waits for a person."""
    return until(
        lambda: buyer.today(who.name, REASON),
        otherwise=f"Today does not say of {who.name}: {REASON}",
    )


def _overdue(buyer: Buyer, who: Person) -> str:
    """A handoff has a due time: four hours, for an answer nobody understood."""
    buyer.clock.on(5)
    line = waits(buyer, who).text
    check("overdue" in line, f"After five hours it is not overdue: {line}")
    buyer.silent(who, 1, "Automation is silent while a person is needed")
    return "Five hours later it is marked overdue, and automation is still silent."


def _form(buyer: Buyer, handoff: Element) -> str:
    """Where to say that a person has seen to it: in the line itself, or where it leads."""
    links = [one.attributes.get("href", "") for one in handoff.every("a")]
    places = [handoff, *map(buyer.console.page, dict.fromkeys(links))]
    found = next(filter(None, (place.action("/resolve") for place in places)), "")
    check(found, f"Nowhere can it be said that somebody has seen to it ({', '.join(links)})")
    return found


def resolve(buyer: Buyer, handoff: Element) -> None:
    """A member says that they have seen to what a line of the first page tells."""
    buyer.console.press(_form(buyer, handoff))


def _resolved(buyer: Buyer, who: Person, handoff: Element) -> str:
    """Once a person has seen to it, automation goes on: after the ten seconds in which they can
    take that back, over which the clock is moved."""
    resolve(buyer, handoff)
    buyer.clock.on(1)
    moved = time.monotonic()
    (offer,) = buyer.texts(who, "your offer")
    buyer.silent(who, 2, "What was held goes out once")
    check(not buyer.today(who.name, REASON), "It still waits for a person")
    return (
        f"Resolved: the offer's text left {seconds(moved, offer.at)} after the time in which that"
        " can be taken back."
    )
