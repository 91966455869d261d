"""What candidates answer, and when. Pure: the same person answers the same text in the same way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

YES = {"en": ("OK", "Yes, see you there!", "Ok thanks", "Yes I'll be there", "Sounds good, I confirm"),
       "es": ("OK", "Sí, ahí estaré", "Ok gracias", "Sí, confirmo")}  # fmt: skip
NO = {"en": ("No, I can't make it", "Sorry, I can't that day"), "es": ("No puedo ese día",)}
UNCLEAR = {
    "en": ("Is there parking?", "Can my sister come too?", "My car broke down, what now",
           "Can we do it on Zoom instead?"),
    "es": ("¿Hay estacionamiento?", "¿Tengo que llevar algo?"),
}  # fmt: skip
TIMES = {
    "en": ("Afternoons are best", "Evenings after 5", "Mornings work"),
    "es": ("Por la tarde, por favor",),
}
THANKS = {"en": ("Thank you!", "Thanks"), "es": ("¡Gracias!",)}

INTERVIEWS = (  # the touches of both maps that ask about an interview
    "interview_confirm", "interview_nudge", "interview_nudge_mail", "interview_day_before",
    "visit_confirm", "visit_nudge",
)  # fmt: skip
ALWAYS = {  # the last story lines: who answers what to the question about their interview
    "A-1002": "",
    "A-1003": "Can I bring my brother, he wants to apply as well?",
    "A-1005": "STOP",
    "A-1001": "",
    "A-1006": "",
}


@dataclass(frozen=True)
class Answer:
    """What is written back, `after` that long."""

    text: str
    after: timedelta


def answer(*, external_id: str, touch: str, locale: str, seed: int) -> Answer | None:
    """What this candidate answers to touch `touch` of a map, or None when they stay quiet."""
    if external_id in ALWAYS:
        text = ALWAYS[external_id] if touch in INTERVIEWS else ""
        return Answer(text, timedelta(minutes=9)) if text else None
    chance = Random(f"{seed}:{external_id}:{touch}")  # noqa: S311  (a story, not a secret)
    text = _text(chance, touch, locale if locale in YES else "en")
    return Answer(text, _delay(chance)) if text else None


def _text(chance: Random, touch: str, locale: str) -> str:
    dice = chance.random()
    if dice < 0.012:
        return "STOP"
    if touch in INTERVIEWS:
        return _about_interview(chance, dice, locale)
    if touch.startswith("screen"):
        return chance.choice(TIMES[locale]) if dice < 0.16 else ""
    if touch.startswith(("applied", "offer", "hired")):
        return chance.choice(THANKS[locale]) if dice < 0.12 else ""
    return ""


def _about_interview(chance: Random, dice: float, locale: str) -> str:
    if dice < 0.66:
        return chance.choice(YES[locale])
    if dice < 0.72:
        return chance.choice(NO[locale])
    return chance.choice(UNCLEAR[locale]) if dice < 0.80 else ""


def _delay(chance: Random) -> timedelta:
    """Most answer within the hour; some in the evening."""
    minutes = chance.choice((3, 7, 12, 20, 45, 90, 180, 300))
    return timedelta(minutes=minutes, seconds=chance.randrange(60))


def awake(at: datetime) -> bool:
    """Whether somebody in the United States may be typing (13:00 to 04:00 UTC)."""
    return at.hour >= 13 or at.hour < 4
