"""What a message map would do that nobody meant: found before anybody gets it. Pure and fast, since
it runs whenever somebody who edits a map pauses.

Each finding says where, why and what to do. What makes a map unfit to run at all is found by
`journeys.checks`; `errors` has that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from followthrough.journeys.checks import cross_problems
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.lint import (
    answers,
    crowding,
    habits,
    landing,
    languages,
    length,
    opening,
    reach,
    texts,
)
from followthrough.journeys.lint.finding import ERROR, WARNING, Finding, Setting
from followthrough.journeys.lint.survey import Survey
from followthrough.journeys.problems import Place, Problem

__all__ = ["CHECKS", "CODES", "ERROR", "WARNING", "Finding", "Setting", "errors", "lint"]

CHECKS: Sequence[Callable[[Survey], Iterator[Finding]]] = (
    reach.unreachable,
    reach.stages,
    languages.missing,
    answers.taken_words,
    answers.unheard,
    answers.ways_to_a_person,
    texts.empty,
    texts.unknown_times,
    texts.links,
    texts.repeated,
    opening.of_texts,
    length.of_texts,
    landing.impossible,
    landing.too_long,
    crowding.too_many,
    habits.at_once,
    habits.asks_too_late,
    habits.everything_urgent,
)

CODES = frozenset({
    "asks_too_late",
    "asks_unheard",
    "dead_stage",
    "dear_signs",
    "empty_text",
    "event_never_sent",
    "everything_urgent",
    "link_not_https",
    "long_text",
    "missing_locale",
    "never_holds",
    "never_in_hours",
    "never_left_so",
    "no_company",
    "no_is_left_alone",
    "no_is_not_answered",
    "no_opt_out",
    "no_sender",
    "nobody_invited",
    "over_cap",
    "put_off",
    "same_text",
    "silent_map",
    "silent_stage",
    "stop_in_other_language",
    "stops_twice",
    "taken_word",
    "two_at_once",
    "unknown_time",
    "unspoken_locale",
    "useful_past_anchor",
    "useful_too_short",
    "waits_for_disabled",
})  # fmt: skip


def lint(document: MapDocument, setting: Setting) -> list[Finding]:
    """Everything found in `document` where it runs in `setting`, in the document's order. Texts
    that `errors` complains of are left to it."""
    survey = Survey(document, setting)
    found = [one for check in CHECKS for one in check(survey)]
    order = {place: number for number, place in enumerate(_places(document))}
    return sorted(found, key=lambda one: _rank(order, one.place))


def errors(raw: Any) -> list[Problem]:
    """What makes a document that has the form of a map unfit to run: such as a text that cannot be
    read, or one that is missing in the default language."""
    return [problem for _, problem in cross_problems(raw)]


def _places(document: MapDocument) -> Iterator[Place]:
    yield ("replies",)
    for stage, block in document.stages.items():
        yield ("stages", str(stage))
        yield from (("stages", str(stage), "touches", index) for index in range(len(block.touches)))


def _rank(order: dict[Place, int], place: Place) -> int:
    """Of the touch, else of the stage; what is about the whole map comes first."""
    return next((order[place[:n]] for n in (4, 2, 1) if place[:n] in order), -1)
