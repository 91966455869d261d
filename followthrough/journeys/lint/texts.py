"""Texts that may come out empty or not at all, that repeat each other, or link unsafely."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext as _

from followthrough.journeys.definition import ENDING
from followthrough.journeys.lint import filling, together
from followthrough.journeys.lint.filling import Empty
from followthrough.journeys.lint.finding import ERROR, WARNING, Finding
from followthrough.journeys.lint.survey import Spot, Survey, Text

NEEDED = ("subject", "body")  # a preheader may be empty


def empty(survey: Survey) -> Iterator[Finding]:
    """Texts that say nothing for some candidate: the touch is dropped then."""
    for text in survey.texts:
        for part in NEEDED:
            said = text.parts.get(part)
            found = filling.empties(said, text.locale) if said else None
            if found:
                yield _empty(text, part, found)


def _empty(text: Text, part: str, found: Empty) -> Finding:
    return text.finding(
        "empty_text",
        _when_empty(found),
        _("Say something in every case: add an else, or a word outside of the condition."),
        part=part,
        severity=ERROR if found.always else WARNING,
    )


def _when_empty(found: Empty) -> str:
    if found.always:
        return str(_("The text is empty: nothing is ever sent."))
    told = _(" and ").join(
        _("%(name)s is “%(value)s”") % {"name": name, "value": value}
        if value
        else _("%(name)s is not known") % {"name": name}
        for name, value in found.values.items()
    )
    these = told or _("none of its conditions holds")
    return str(_("The text is empty when %(these)s: nothing is sent then.") % {"these": these})


def unknown_times(survey: Survey) -> Iterator[Finding]:
    """Texts that mention a time for which nothing makes them wait."""
    for text in survey.texts:
        known = text.anchors | (together.known_times(text.spot) if text.spot else frozenset())
        for part, said in text.parts.items():
            for name in filling.times(said):
                if name not in known and filling.needs(said, name, text.locale):
                    yield _unknown_time(text, part, name)


def _unknown_time(text: Text, part: str, name: str) -> Finding:
    told = {"name": name}
    return text.finding(
        "unknown_time",
        _("It mentions %(name)s without waiting for it: as long as that time is not known, nothing"
          " is sent.") % told,
        _("Let the touch or its ask hang on %(name)s, or put that part into {%% if %(name)s %%}"
          " … {%% endif %%}.") % told,
        part=part,
    )  # fmt: skip


# --- links ---------------------------------------------------------------------------------------

_LINK = re.compile(r"\b(?:http://\S+|ftp://\S+)", re.IGNORECASE)


def links(survey: Survey) -> Iterator[Finding]:
    """Links that anybody on the way can read and change."""
    for text in survey.texts:
        for part, said in text.parts.items():
            for link in dict.fromkeys(_LINK.findall(said)):
                yield text.finding(
                    "link_not_https",
                    _("The link %(link)s is not encrypted: phones warn of it, and carriers filter"
                      " it.") % {"link": link},
                    _("Write it with https://."),
                    part=part,
                )  # fmt: skip


# --- the same words ------------------------------------------------------------------------------


def repeated(survey: Survey) -> Iterator[Finding]:
    """Two touches that may say the very same to one person."""
    first: defaultdict[tuple[str, ...], list[Text]] = defaultdict(list)
    told: set[tuple[str, str]] = set()
    for text in survey.said:
        assert text.spot
        earlier = first[_words(text)]
        other = next(
            (one for one in earlier if one.spot and _both(survey, one.spot, text.spot)), None
        )
        if other and other.spot and (other.spot.key, text.spot.key) not in told:
            told.add((other.spot.key, text.spot.key))
            yield _same(text, other.spot.key)
        earlier.append(text)


def _words(text: Text) -> tuple[str, ...]:
    said = " ".join(text.parts.get("subject", "").split()), " ".join(text.body.split())
    return (text.channel, text.locale, *said)


def _both(survey: Survey, one: Spot, other: Spot) -> bool:
    """Whether one person may get both: not of two stages that each end everything."""
    if one.stage == other.stage:
        return together.compatible(survey, one, other)
    return not {one.stage, other.stage} <= ENDING


def _same(text: Text, key: str) -> Finding:
    return text.finding(
        "same_text",
        _("“%(key)s” says the very same: who gets both takes it for a mistake.") % {"key": key},
        _("Say it in other words, or leave one of the two out."),
    )
