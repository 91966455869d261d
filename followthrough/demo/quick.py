"""Ready answers that fit what was asked. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

QUESTION = {"en": "Is there parking?", "es": "¿Hay estacionamiento?"}  # no rule answers it
CONFIRM = {
    "en": ("Yes", "No, I can’t make it", "Can we move it?"),
    "es": ("Sí", "No puedo", "¿Podemos cambiarla?"),
}
THANKS = {"en": "Thanks!", "es": "¡Gracias!"}


class Asked(NamedTuple):
    """What a candidate was last asked (the kind of the open ask, or ''), and whether they have
    stopped all messages."""

    kind: str = ""
    stopped: bool = False
    locale: str = "en"


def answers(asked: Asked) -> Sequence[str]:
    """The answers to offer, in the candidate's language where we have them."""
    locale = asked.locale if asked.locale in QUESTION else "en"
    if asked.stopped:
        return ("START",)
    if asked.kind == "confirmation":
        return (*CONFIRM[locale], QUESTION[locale], "STOP")
    return (QUESTION[locale], THANKS[locale], "STOP")
