"""The first text message to somebody: what it says of who writes and how to stop, and what the
product adds to it (`governance.introduction`)."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from followthrough.governance import introduction
from followthrough.governance.decisions import Rendered
from followthrough.governance.introduction import COMPANY, STOP
from followthrough.journeys.lint import filling, wording
from followthrough.journeys.lint.finding import Finding
from followthrough.journeys.lint.languages import base
from followthrough.journeys.lint.survey import BODY, Spot, Survey, Text
from followthrough.journeys.offsets import rough

SMS = "sms"


def first(survey: Survey) -> Spot | None:
    """The touch whose text most people hear first: of the first stage that says anything, the one
    that is due first. Whoever begins later hears another one first; the product sees to it."""
    for stage in survey.stages:
        found = [spot for spot in survey.of_stage(stage) if SMS in spot.touch.channels]
        at_once = [spot for spot in found if spot.touch.trigger.stage_entered]
        if found:
            return min(at_once, key=_after, default=found[0])
    return None


def _after(spot: Spot) -> float:
    entered = spot.touch.trigger.stage_entered
    assert entered
    return rough(entered.after).total_seconds()


def introduced(survey: Survey, text: Text, said: str) -> str:
    """A first text as it goes out: with the line that the product adds."""
    rendered = Rendered(said)
    company = filling.company(survey)
    return introduction.introduce(company, text.locale, rendered, introduction.ALL)[0].body


def of_texts(survey: Survey) -> Iterator[Finding]:
    """What first texts do not say themselves, and what any says twice or in another language."""
    start = first(survey)
    for text in survey.said:
        said = filling.filled(survey, text, BODY) if text.channel == SMS else ""
        if not said:
            continue
        if start and text.spot and text.spot.key == start.key:
            yield from _lacking(survey, text, said)
        yield from _stops_twice(survey, text, said)
        yield from _other_language(text, said)


def _lacking(survey: Survey, text: Text, said: str) -> Iterator[Finding]:
    lacks = introduction.missing(said, filling.company(survey), introduction.ALL)
    reasons = {
        "no_opt_out": STOP in lacks
        and not _says_how(said)
        and _("The first text does not say how to stop."),
        "no_company": COMPANY in lacks and _("The first text does not say which company writes."),
    }
    for code, reason in reasons.items():
        if reason:
            told = _added(survey, text, lacks)
            yield text.finding(code, f"{reason} {told}", _own_words(text), part=BODY)


def _line(survey: Survey, text: Text, lacks: tuple[str, ...]) -> str:
    """The line that the product adds to a first text, in its language or else in English."""
    lines = introduction.LINES.get(base(text.locale), introduction.LINES["en"])
    return lines[lacks].format(company=survey.setting.company or "{{ company }}")


def added(survey: Survey, text: Text, said: str) -> str:
    """The same for a text as it is filled in; '' for one that says all of it."""
    lacks = introduction.missing(said, filling.company(survey), introduction.ALL)
    return _line(survey, text, lacks) if lacks else ""


def _added(survey: Survey, text: Text, lacks: tuple[str, ...]) -> str:
    """It does not go out without: what the product writes, and in which language."""
    said = _("The product adds to it, for whoever was never written to: “%(line)s”")
    if base(text.locale) not in introduction.LINES:
        said = _("The product can only add it in English: “%(line)s”")
    return str(said % {"line": _line(survey, text, lacks)})


def _own_words(text: Text) -> str:
    line = introduction.LINES.get(base(text.locale), introduction.LINES["en"])[(STOP,)]
    told = _("Name {{ company }} and say how to stop in the map's own words, such as “%(line)s”.")
    return str(told % {"line": line})


def _says_how(said: str) -> bool:
    return any(found[2].isupper() for found in wording.HOW_TO_STOP.finditer(said))


def _stops_twice(survey: Survey, text: Text, said: str) -> Iterator[Finding]:
    ways = [one for one in wording.HOW_TO_STOP.finditer(said) if one[2].isupper()]
    unseen = STOP in introduction.missing(said, filling.company(survey), (STOP,))
    if len(ways) > 1:
        reason = _("It says twice how to stop.")
        yield text.finding("stops_twice", reason, _("Say it once, at the end."), part=BODY)
    elif ways and unseen:
        line = introduction.LINES.get(base(text.locale), introduction.LINES["en"])[(STOP,)]
        reason = _("It says how to stop in a way the product does not recognise: as a first text it"
                   " goes out with “%(line)s” added, and says it twice.")  # fmt: skip
        remedy = _("Begin that sentence with the word, or write “Reply STOP …” or its like.")
        yield text.finding("stops_twice", reason % {"line": line}, remedy, part=BODY)


def _other_language(text: Text, said: str) -> Iterator[Finding]:
    """How to stop, in words of another language than the text's."""
    language = base(text.locale)
    for one in wording.HOW_TO_STOP.finditer(said):
        if not one[2].isupper():
            continue
        verb = wording.STOP_VERBS.get((one[1] or "").casefold())
        word = wording.STOP_WORDS.get(one[2])
        if any(known and language not in known for known in (verb, word)):
            reason = _("It is a text in %(language)s, and says how to stop in another language:"
                       " “%(said)s”.") % {"language": text.locale, "said": one[0]}  # fmt: skip
            yield text.finding(
                "stop_in_other_language", reason, _("Say it in %(language)s.")
                % {"language": text.locale}, part=BODY,
            )  # fmt: skip
            return
