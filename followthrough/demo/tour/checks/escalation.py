"""4: what a machine should not answer goes to a person, and automation is silent until they did."""

from __future__ import annotations

import time

from followthrough.demo.tour.ats import Person, person
from followthrough.demo.tour.buyer import Buyer, seconds
from followthrough.demo.tour.page import Element
from followthrough.demo.tour.proof import check, until

QUESTION = "Which entrance do I take? My cousin drives."
REASON = "The answer needs a person"


def proves(buyer: Buyer) -> list[str]:
    """From the question to the resolved handoff."""
    buyer.clock.by_day()
    who = person("Olga Petrov")
    application = buyer.ats.applies(who, stage="Interview", interview=buyer.clock.at(15, days=2))
    buyer.texts(who, "your interview is")
    buyer.answers(who, QUESTION)
    handoff = waits(buyer, who)
    check("overdue" not in handoff.text, f"It is overdue at once: {handoff.text}")
    buyer.ats.move(application, "Offer")
    buyer.reads(who, "Offer", "Automation is silent")
    return [
        f"“{QUESTION}” → on the console: “{REASON}”.",
        f"Nothing was sent for the offer that came meanwhile. {_overdue(buyer, who)}",
        _resolved(buyer, who, handoff),
    ]


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


def _resolved(buyer: Buyer, who: Person, handoff: Element) -> str:
    """Once a person has seen to it, automation goes on."""
    pressed = time.monotonic()
    buyer.console.press(handoff.action("/resolve"), on="/")
    (offer,) = buyer.texts(who, "your offer")
    buyer.silent(who, 2, "What was held goes out once")
    check(not buyer.today(who.name, REASON), "It still waits for a person")
    return f"Resolved: the offer's text left {seconds(pressed, offer.at)} later."
