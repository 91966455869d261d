"""What every mail to a candidate has beside its text: its foot, and how it is unsubscribed from.

Neither is part of the message as it is stored and shown to members: the links in it open the
candidate's own page.
"""

from __future__ import annotations

from collections.abc import Mapping

from followthrough.channels.contract import NO_HEADERS, SenderConfig
from followthrough.messages.outbox import Sending
from followthrough.people import links
from followthrough.runs.facts import Person

# To candidates, so in every language they write in, whatever the console speaks.
WHY: Mapping[str, str] = {
    "en": "You get this mail about a job at {company}.",
    "es": "Recibes este correo por un empleo en {company}.",
    "fr": "Vous recevez ce courriel au sujet d'un emploi chez {company}.",
    "pt": "Você recebe este e-mail sobre uma vaga na {company}.",
}
AUTOMATED: Mapping[str, str] = {
    "en": "It was sent automatically.",
    "es": "Se envió automáticamente.",
    "fr": "Il a été envoyé automatiquement.",
    "pt": "Ele foi enviado automaticamente.",
}
CHOOSE: Mapping[str, str] = {
    "en": "Choose what you get, or stop it:",
    "es": "Elige qué recibes, o deja de recibirlo:",
    "fr": "Choisissez ce que vous recevez, ou arrêtez tout :",
    "pt": "Escolha o que recebe, ou pare de receber:",
}


def mail(
    sending: Sending, sender: SenderConfig, person: Person, postal: str
) -> tuple[str, Mapping[str, str]]:
    """The whole body of a mail, and its headers (RFC 8058); a service mail has none of those: it
    answers what somebody has just asked for, and comes once."""
    by_hand = sending.touch.origin == "member"
    body = f"{sending.body}\n\n-- \n{foot(person, postal, by_hand=by_hand)}"
    if sending.touch.purpose == "service" or sending.contact_point_id is None:
        return body, NO_HEADERS
    ways = [links.unsubscribe(sending.contact_point_id), *_by_mail(sender)]
    return body, {
        "List-Unsubscribe": ", ".join(f"<{way}>" for way in ways),
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def foot(person: Person, postal: str, *, by_hand: bool = False) -> str:
    """Who writes, from where, why, whether a machine did, and where the candidate decides on it."""
    language = person.locale[:2].lower()
    language = language if language in WHY else "en"
    who = ", ".join([person.company, *(line.strip() for line in postal.splitlines() if line)])
    why = WHY[language].format(company=person.company)
    why = why if by_hand else f"{why} {AUTOMATED[language]}"
    return f"{who}\n{why}\n{CHOOSE[language]} {links.preferences(person.id)}"


def _by_mail(sender: SenderConfig) -> list[str]:
    """To whom a mail can be sent instead: only where what is written there reaches us."""
    inbound = sender.config.get("inbound_address", "")
    return [f"mailto:{inbound}?subject=unsubscribe&body=unsubscribe"] if inbound else []
