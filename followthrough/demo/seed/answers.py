"""What candidates answer, and when. Pure: the same person answers the same text in the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from followthrough.demo.seed.script import Story

Texts = Mapping[str, Sequence[str]]  # by language

YES: Texts = {
    "en": ("OK", "Ok thanks", "Yes, see you there!", "Yes I'll be there", "Sounds good, I confirm",
           "👍", "Yep", "Confirmed, thank you"),
    "es": ("OK", "Sí, ahí estaré", "Ok gracias", "Sí, confirmo"),
}  # fmt: skip
NO: Texts = {
    "en": ("No, I can't make it", "Sorry, I can't make it", "I have to cancel, sorry",
           "No sorry, that doesn't work"),
    "es": ("No puedo ese día", "No puedo, lo siento"),
}  # fmt: skip
QUESTIONS: Texts = {
    "en": ("Is there parking?", "Can my sister come too?", "My car broke down, what now",
           "Can we do it on Zoom instead?", "Could we do 4pm instead", "Who do I ask for?",
           "I might be 10 minutes late, is that ok?", "Should I bring my resume"),
    "es": ("¿Hay estacionamiento?", "¿Tengo que llevar algo?", "¿Podemos cambiar la hora?"),
}  # fmt: skip
STOPS: Texts = {
    "en": ("STOP", "Stop", "Stop texting me please", "Please take me off your list"),
    "es": ("ALTO", "Ya no me escriban por favor"),
}
DOUBTFUL: Texts = {
    "en": ("Can you stop texting before 10?", "Stop texting me until Monday, please"),
    "es": ("¿Pueden dejar de escribirme hasta el lunes?",),
}
TIMES: Texts = {
    "en": ("Afternoons are best", "Evenings after 5", "Mornings work", "Any time after 3pm"),
    "es": ("Por la tarde, por favor", "Después de las 5"),
}
SHIFTS: Texts = {
    "en": ("Nights please", "mornings", "Evenings or nights, either works", "Days if possible"),
    "es": ("Noches", "En la mañana, por favor"),
}
STILL: Texts = {
    "en": ("Yes still interested", "Still here!", "I found something else, thanks though"),
    "es": ("Sí, todavía me interesa",),
}
PAY: Texts = {
    "en": ("When would I start?", "What's the hourly rate?", "Can I think about it until Friday?"),
    "es": ("¿Cuándo empezaría?", "¿Cuánto pagan por hora?"),
}
THANKS: Texts = {"en": ("Thank you!", "Thanks", "Thank you so much 🙏"), "es": ("¡Gracias!",)}
HELP: Texts = {"en": ("HELP", "Info"), "es": ("AYUDA",)}

# What they say to touches that ask nothing by rule: by the beginning of its key, how likely what.
SMALL_TALK: Sequence[tuple[str, Sequence[tuple[float, Texts]]]] = (
    ("applied_thanks", ((0.06, THANKS), (0.012, STOPS), (0.01, HELP), (0.006, DOUBTFUL))),
    ("applied", ((0.14, STILL), (0.02, STOPS))),
    ("screen_shift", ((0.12, SHIFTS), (0.01, STOPS))),
    ("screen", ((0.1, TIMES), (0.012, STOPS), (0.006, DOUBTFUL))),
    ("offer", ((0.18, THANKS), (0.09, PAY))),
    ("checks", ((0.1, THANKS), (0.05, QUESTIONS))),
    ("hired", ((0.2, THANKS),)),
)  # fmt: skip

# The touches of both maps that ask about an interview: the first time, again, and at last.
FIRST = ("interview_confirm", "visit_confirm")
AGAIN = ("interview_nudge", "interview_nudge_mail", "visit_nudge")
LAST = ("interview_day_before", "visit_soon")
ABOUT_INTERVIEW: Mapping[str, Mapping[str, Texts]] = {
    "yes": dict.fromkeys(FIRST, YES),
    "nudged": dict.fromkeys(AGAIN, YES),
    "late": dict.fromkeys(LAST, YES),
    "no": dict.fromkeys(FIRST, NO),
    "question": dict.fromkeys(FIRST, QUESTIONS),
    "stop": dict.fromkeys(FIRST, STOPS),
    "silent": {},
}
REGRETS = 0.2  # of those who said STOP


@dataclass(frozen=True)
class Answer:
    """What is written back, `after` that long; and what some write a day later."""

    text: str
    after: timedelta
    then: Answer | None = None


def answer(story: Story, touch: str, *, at: datetime, seed: int) -> Answer | None:
    """What they answer to touch `touch` of a map, sent at `at`; None when they stay quiet."""
    chance = Random(f"{seed}:{story.external_id}:{touch}:{len(_told(story, at))}")  # noqa: S311
    texts = _texts(story, touch, at, chance)
    if texts is None or (story.scene and texts is not YES):
        return None
    regret = Answer("START", timedelta(hours=20)) if chance.random() < REGRETS else None
    text, after = chance.choice(texts[_locale(story)]), _delay(chance, texts)
    return Answer(text, after, then=regret if texts is STOPS else None)


def after_talking(story: Story, *, at: datetime, seed: int) -> Answer | None:
    """What somebody says to a question about their interview once a person has answered theirs."""
    chance = Random(f"{seed}:{story.external_id}:talked")  # noqa: S311
    if story.answer(at) != "question" or chance.random() > 0.8:
        return None
    return Answer(chance.choice(YES[_locale(story)][:2]), timedelta(minutes=chance.randint(4, 50)))


def _told(story: Story, at: datetime) -> list[datetime]:
    return [one.told for one in story.meetings if one.told <= at]


def _texts(story: Story, touch: str, at: datetime, chance: Random) -> Texts | None:
    if touch in (*FIRST, *AGAIN, *LAST):
        return ABOUT_INTERVIEW[story.answer(at)].get(touch)
    dice = chance.random()
    for likely, texts in next((said for key, said in SMALL_TALK if touch.startswith(key)), ()):
        if dice < likely:
            return texts
        dice -= likely
    return None


def _locale(story: Story) -> str:
    return story.person.locale if story.person.locale in YES else "en"


def _delay(chance: Random, texts: Texts) -> timedelta:
    """Most answer within the hour, some in the evening; who says no does so soon."""
    most = 4 if texts in (NO, STOPS) else 8
    minutes = chance.choice((2, 5, 9, 16, 40, 85, 170, 300)[:most])
    return timedelta(minutes=minutes, seconds=chance.randrange(60))
