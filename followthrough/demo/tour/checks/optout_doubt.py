"""2, in doubt: what is no opt-out is none, and what may be one is judged by a person."""

from __future__ import annotations

import time

from followthrough.demo.tour.ats import Application, Person, person
from followthrough.demo.tour.buyer import Buyer, seconds
from followthrough.demo.tour.checks.escalation import resolve, waits
from followthrough.demo.tour.proof import until

OFFICE = "Should I stop by the office?"
DOUBT = "Can we stop this for now?"
MAY_MEAN = "May have asked to stop messages"
SILENT = "Automation is silent"


def proves(buyer: Buyer) -> list[str]:
    """A question with the word in it; and a sentence that a person has to judge, both ways."""
    buyer.clock.by_day()
    return [
        f"“{OFFICE}” is no opt-out: {_office(buyer)}.",
        f"“{DOUBT}” → “{MAY_MEAN}”, and “{SILENT}”; {_meant(buyer)}; {_not_meant(buyer)}.",
    ]


def _office(buyer: Buyer) -> str:
    """No confirmation, a person answers, and the next message leaves."""
    who, application = _writes(buyer, "Malik Osei", OFFICE)
    handoff = waits(buyer, who)
    buyer.silent(who, 1, "What is no opt-out is not confirmed as one")
    resolve(buyer, handoff)
    buyer.ats.move(application, "Offer")
    (offer,) = buyer.texts(who, "your offer")
    return f"a person was asked, and {offer.id} left after that"


def _meant(buyer: Buyer) -> str:
    who, application = _writes(buyer, "Nadia Ferrari", DOUBT)
    _waits(buyer, who)
    buyer.ats.move(application, "Offer")
    buyer.reads(who, "Offer", SILENT)
    said = time.monotonic()
    _judge(buyer, who, "They meant stop")
    (confirmed,) = buyer.texts(who, "no more messages")
    buyer.silent(who, 2, "A member said that they meant stop")
    return f"“They meant stop” → one confirmation in {seconds(said, confirmed.at)}"


def _not_meant(buyer: Buyer) -> str:
    who, application = _writes(buyer, "Omar Bakshi", DOUBT)
    _waits(buyer, who)
    _judge(buyer, who, "They did not")
    buyer.ats.move(application, "Offer")
    (offer,) = buyer.texts(who, "your offer")
    return f"“They did not: messages go on” → {offer.id} left"


def _writes(buyer: Buyer, name: str, text: str) -> tuple[Person, Application]:
    who = person(name)
    application = buyer.ats.applies(who)
    buyer.texts(who)
    buyer.answers(who, text)
    return who, application


def _waits(buyer: Buyer, who: Person) -> str:
    """Where a member reads it; once Today says that they wait."""
    said = f"Today does not say of {who.name}: {MAY_MEAN}"
    return until(lambda: buyer.today(who.name, MAY_MEAN), otherwise=said).link(who.name)


def _judge(buyer: Buyer, who: Person, words: str) -> None:
    """A member presses the button that says so, on the page of the handoff."""
    item = buyer.today(who.name, MAY_MEAN)
    links = [one.attributes.get("href", "") for one in item.every("a")] if item else []
    path = next(link for link in links if link.startswith("/inbox/"))
    buyer.console.submit(path.partition("#")[0], words)
