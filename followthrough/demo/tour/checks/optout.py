"""2: who says stop is left alone, in whatever words and languages, at that number and for good,
until they say start."""

from __future__ import annotations

import time

from followthrough.demo.tour.ats import Application, Person, person
from followthrough.demo.tour.buyer import STOPPED, Buyer, seconds
from followthrough.demo.tour.checks import optout_doubt, optout_mail, optout_page

FORMS = (  # name, language, what they write, what the confirmation says
    ("Dora Quist", "en", "STOP", "no more messages"),
    ("Emil Novak", "en", "please stop texting me", "no more messages"),
    ("Felipe Rojas", "es", "ya no me escriban más", "no recibirás más mensajes"),
    ("Gaspard Lemaire", "fr", "ne m'envoyez plus de messages", "vous ne recevrez plus de messages"),
    (
        "Helena Queiroz",
        "pt",
        "não quero mais receber mensagens",
        "você não receberá mais mensagens",
    ),
)


def proves(buyer: Buyer) -> list[str]:
    """Five ways to say it in four languages, everyone on the number, and the way back; then the
    same by mail, on their page, and what is in doubt."""
    buyer.clock.by_day()
    said = [_stops(buyer, *form) for form in FORMS]
    return [
        f"{', '.join(said)}, each in its language; later messages: “{STOPPED}”.",
        _shared(buyer),
        *optout_mail.proves(buyer),
        *optout_page.proves(buyer),
        *optout_doubt.proves(buyer),
    ]


def _stops(buyer: Buyer, name: str, locale: str, text: str, confirmation: str) -> str:
    """One confirmation, and nothing after it."""
    who = person(name, locale=locale)
    application = buyer.ats.applies(who)
    buyer.texts(who)
    said = time.monotonic()
    buyer.answers(who, text)
    (confirmed,) = buyer.texts(who, confirmation)
    buyer.ats.move(application, "Offer")
    buyer.reads(who, "Offer", STOPPED)
    buyer.silent(who, 2, f"After “{text}” there is one confirmation and nothing else")
    return f"“{text}” → one confirmation in {seconds(said, confirmed.at)}"


def _shared(buyer: Buyer) -> str:
    """STOP binds the number: what was planned for another's application on it is not sent."""
    one = person("Greta Holm")
    other = person("Henry Holm", phone=one.phone)
    application = buyer.ats.applies(one)
    buyer.texts(one)
    buyer.ats.applies(other, title="Shift lead", stage="Background check")
    buyer.reads(other, "Paperwork")  # planned, due in two hours
    buyer.answers(one, "STOP")
    buyer.texts(one, "no more messages")
    buyer.clock.on(3)
    buyer.reads(other, "Paperwork", STOPPED)
    buyer.silent(one, 2, "STOP binds the number")
    return (
        "A message planned for another application on the same number was dropped when it was due."
        f" {_starts(buyer, one, application)}"
    )


def _starts(buyer: Buyer, who: Person, application: Application) -> str:
    """START lets back in: one confirmation, and the next message leaves.

    STOP is said again just before: if that were confirmed as well, it would be there by then.
    """
    buyer.answers(who, "STOP")
    buyer.answers(who, "START")
    buyer.texts(who, "here again")
    buyer.ats.move(application, "Offer")
    (offer,) = buyer.texts(who, "offer")
    buyer.silent(who, 4, "STOP said again is not confirmed again, and START once")
    return f"STOP said again: no second confirmation. START let back in: {offer.id} left."
