"""What the first message to an address must say: who writes and why, that it is automated, and how
to stop it. Pure.

What the text does not say itself is added to it, in the candidate's language; whoever writes a map
says it better. A mail needs nothing here: its foot says it each time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from followthrough.core.tokens import plain
from followthrough.governance.decisions import Rendered

COMPANY, AUTOMATED, STOP = "company", "automated", "stop"
ALL = (COMPANY, AUTOMATED, STOP)
BY_A_PERSON = (COMPANY, STOP)

# Ways of saying it, not only the words: a bus stop and an automation engineer say nothing of us.
_STOP = re.compile(
    r"(?:\b(?:reply|text|send|write|responde|escribe|envía|repondez|répondez|envoyez|tapez|responda"
    r"|envie|escreva)\W+(?:con\W+|avec\W+|com\W+)?|^|[.:!?]\s+)"
    r"[\"“«']?(?:STOP|ALTO|BAJA|PARAR|ARR[EÊ]T|SAIR)\b",
    re.IGNORECASE | re.MULTILINE,
)
_CAPITALS = re.compile(r"\b(?:STOP|ALTO|BAJA|PARAR|ARR[EÊ]T|SAIR)\b")
_AUTOMATED = re.compile(
    r"\b(?:automated|automatic|automatically|automatico|automaticos|automatica|automaticas"
    r"|automaticamente|automatique|automatiques|automatiquement)\W+(?:\w+\W+)?"
    r"(?:message|messages|text|texts|reply|assistant|system|sent)\b"
    r"|\b(?:sent|sends|send|written)\b[^.!?]{0,40}\bautomatically\b"
    r"|\b(?:mensaje|mensajes|mensagem|mensagens|message|messages|texto|textos|assistente|asistente"
    r"|assistant)\W+(?:\w+\W+)?(?:automatic[oa]s?|automatiques?|automatizad[oa]s?|virtual|virtuel)\b"
    r"|\b(?:envia|envio|enviado|enviada|envoie|envoye)\b[^.!?]{0,40}\bautomati(?:camente|quement)\b"
)


# By what is missing, in the order of ALL.
LINES: Mapping[str, Mapping[tuple[str, ...], str]] = {
    "en": {
        (COMPANY, AUTOMATED, STOP): "{company}: automated messages about your application."
        " Reply STOP to get no more.",
        (COMPANY, AUTOMATED): "{company} sends this automatically, about your application.",
        (
            COMPANY,
            STOP,
        ): "This is {company}, about your application. Reply STOP to get no more.",
        (COMPANY,): "This is {company}, about your application.",
        (AUTOMATED, STOP): "This is an automated message. Reply STOP to get no more.",
        (AUTOMATED,): "This is an automated message.",
        (STOP,): "Reply STOP to get no more messages.",
    },
    "es": {
        (COMPANY, AUTOMATED, STOP): "{company}: mensajes automáticos sobre tu solicitud."
        " Responde ALTO para no recibirlos.",
        (COMPANY, AUTOMATED): "{company} envía esto automáticamente, sobre tu solicitud.",
        (COMPANY, STOP): "Somos {company}, por tu solicitud. Responde ALTO para no recibir más.",
        (COMPANY,): "Somos {company}, por tu solicitud.",
        (AUTOMATED, STOP): "Este mensaje es automático. Responde ALTO para no recibir más.",
        (AUTOMATED,): "Este mensaje es automático.",
        (STOP,): "Responde ALTO para no recibir más mensajes.",
    },
    "fr": {
        (COMPANY, AUTOMATED, STOP): "{company} : messages automatiques sur votre candidature."
        " Répondez STOP pour ne plus en recevoir.",
        (COMPANY, AUTOMATED): "{company} envoie ceci automatiquement, pour votre candidature.",
        (COMPANY, STOP): "Ici {company}, pour votre candidature. Répondez STOP pour arrêter.",
        (COMPANY,): "Ici {company}, pour votre candidature.",
        (AUTOMATED, STOP): "Ce message est automatique. Répondez STOP pour arrêter.",
        (AUTOMATED,): "Ce message est automatique.",
        (STOP,): "Répondez STOP pour ne plus recevoir de messages.",
    },
    "pt": {
        (COMPANY, AUTOMATED, STOP): "{company}: mensagens automáticas sobre a sua candidatura."
        " Responda PARAR para não receber mais.",
        (COMPANY, AUTOMATED): "{company} envia isto automaticamente, sobre a sua candidatura.",
        (COMPANY, STOP): "Aqui é {company}, sobre a sua candidatura. Responda PARAR para encerrar.",
        (COMPANY,): "Aqui é {company}, sobre a sua candidatura.",
        (AUTOMATED, STOP): "Esta mensagem é automática. Responda PARAR para encerrar.",
        (AUTOMATED,): "Esta mensagem é automática.",
        (STOP,): "Responda PARAR para não receber mais mensagens.",
    },
}


def missing(text: str, company: str, needed: Sequence[str]) -> tuple[str, ...]:
    """What of `needed` a text does not say."""
    said = plain(text)
    says = {
        COMPANY: plain(company) in said,
        AUTOMATED: bool(_AUTOMATED.search(said)),
        STOP: any(_CAPITALS.search(found[0]) for found in _STOP.finditer(text)),
    }
    return tuple(one for one in ALL if one in needed and not says[one])


def introduce(
    company: str, locale: str, rendered: Rendered, needed: Sequence[str]
) -> tuple[Rendered, tuple[str, ...]]:
    """The text with a line that says what is missing, and what that was."""
    lacking = missing(rendered.body, company, needed)
    if not lacking:
        return rendered, ()
    lines = LINES.get(locale[:2].lower(), LINES["en"])
    line = lines[lacking].format(company=company)
    return replace(rendered, body=f"{rendered.body}\n{line}"), lacking
