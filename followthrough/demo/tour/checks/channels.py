"""1: by which channels messages truly leave, and whether their providers are heard."""

from __future__ import annotations

import time

from followthrough.demo.tour.ats import person
from followthrough.demo.tour.buyer import Buyer, seconds
from followthrough.demo.tour.proof import check

NAMES = {"sms": "SMS", "email": "email", "whatsapp": "WhatsApp", "webchat": "web chat",
         "voice": "voice"}  # fmt: skip


def proves(buyer: Buyer) -> list[str]:
    """A text and a mail leave; what is reported about them is heard, and a text that did not
    arrive leads to a mail."""
    buyer.clock.by_day()
    _first(buyer)
    return [f"Works: SMS ({_text(buyer)}), email ({_mail(buyer)}); {_text_then_mail(buyer)}."]


def _first(buyer: Buyer) -> None:
    """A worker that has just begun takes up its work with this one; how long that took says nothing
    of those after it."""
    who = person("Zita Aalto")
    buyer.ats.applies(who)
    buyer.texts(who)


def _text(buyer: Buyer) -> str:
    who = person("Alma Ortega")
    told = time.monotonic()
    buyer.ats.applies(who)
    (text,) = buyer.texts(who)
    buyer.reads(who, "Thanks", "handed over")
    buyer.reports(text, "delivered")
    buyer.reads(who, "Thanks", "delivered")
    return f"{text.id} left {seconds(told, text.at)} after the ATS spoke, its report is shown"


def _mail(buyer: Buyer) -> str:
    who = person("Bruno Marsh", phone="", mail=True)
    told = time.monotonic()
    buyer.ats.applies(who)
    (mail,) = buyer.mails(who)
    buyer.reads(who, "Thanks", "handed over")
    buyer.reports(mail, "bounced", permanent=True, code="no_such_mailbox")
    buyer.reads(who, "Thanks", "bounced")
    return (
        f"“{mail.subject}” was at the mail server after {seconds(told, mail.at)}, and that it came"
        " back is shown"
    )


def _text_then_mail(buyer: Buyer) -> str:
    who = person("Chloe Tanaka", mail=True)
    buyer.ats.applies(who)
    (text,) = buyer.texts(who)
    buyer.reports(text, "undelivered", permanent=True, code="unknown_number")
    (mail,) = buyer.mails(who)
    check(mail.subject == "Your application", f"The mail is about “{mail.subject}”")
    buyer.silent(who, 1, "A text that cannot arrive is not repeated")
    return f"{text.id}, reported as undelivered, was followed by a mail"


def lacks(buyer: Buyer) -> list[str]:
    """The channels the installation has nothing for."""
    there = [NAMES[name] for name, is_there in buyer.given.channels.items() if is_there]
    missing = [name for name in NAMES.values() if name not in there]
    check(there == ["SMS", "email"], f"It is said that SMS and email are all, but there is {there}")
    return [f"Not yet: {', '.join(missing)} (no adapter, and no message map may name them)."]
