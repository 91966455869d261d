"""Texts with something in their blanks, as lint looks at them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice, product
from typing import NamedTuple

from followthrough.journeys.lint.survey import Survey, Text
from followthrough.messages import templates

# Ordinary values, neither the shortest nor the longest.
EXAMPLE: Mapping[str, str] = {
    "candidate.given_name": "Guadalupe",
    "candidate.family_name": "Fernandez",
    "requisition.title": "Store associate",
    "site.name": "Northside",
    "site.address": "40 Meadow Lane, Reno",
    "zone": "America/Los_Angeles",
    "preferences_url": "https://jobs.example.com/p/3kTq9ZcVb7",
}
COMPANY = "Northwind Outfitters"
MOMENT = "2026-06-04T21:00:00.000000Z"
MAY_BE_EMPTY = ("candidate.given_name", "candidate.family_name", "requisition.title", "site.name",
                "site.address")  # fmt: skip
MOST = 256  # combinations of what is empty and what is not

_LITERAL = re.compile(r"'([^']*)'|\"([^\"]*)\"")


def company(survey: Survey) -> str:
    """The organization's name, or one of ordinary length."""
    return survey.setting.company or COMPANY


def filled(survey: Survey, text: Text, part: str) -> str:
    """A part of a text with ordinary values; '' when it cannot be filled in, which is said
    elsewhere (`journeys.checks`)."""
    source = text.parts[part]
    try:
        return templates.render(source, _example(survey, text.locale, _names(source))).strip()
    except templates.TemplateProblem:
        return ""


def _example(survey: Survey, locale: str, names: Iterable[str]) -> dict[str, str]:
    known = {name: MOMENT for name in names if _is_time(name)}
    return {**known, **_usual(locale), "company": company(survey)}


def _usual(locale: str) -> dict[str, str]:
    return {**EXAMPLE, "company": COMPANY, "locale": locale}


@lru_cache(maxsize=4096)
def _names(source: str) -> tuple[str, ...]:
    """What a text asks for; () where it cannot be read."""
    if "{{" not in source and "{%" not in source:
        return ()
    try:
        return tuple(templates.check(source))
    except templates.TemplateProblem:
        return ()


def times(source: str) -> list[str]:
    """The anchors that a text mentions."""
    return [name for name in _names(source) if _is_time(name)]


class Empty(NamedTuple):
    """When a text says nothing at all: `always`, or for `values` that are not ordinary ('' for what
    is not there; {}: for ordinary ones)."""

    always: bool
    values: Mapping[str, str]


@lru_cache(maxsize=4096)
def empties(source: str, locale: str) -> Empty | None:
    """When a text says nothing at all; None: it always says something."""
    names = _names(source)
    if not names and "{%" not in source:
        return None if source.strip() or "{{" in source else Empty(True, {})
    if _always_says_something(source):
        return None
    usual = {**_usual(locale), **{name: MOMENT for name in names if _is_time(name)}}
    tried = _changes(source, names)
    found = [one for one in tried if _is_empty(source, {**usual, **one})]
    return Empty(len(found) == len(tried), found[0]) if found else None


def _always_says_something(source: str) -> bool:
    try:
        return bool(templates.always_said(source).strip())
    except templates.TemplateProblem:
        return True  # which problem it has is said elsewhere


def _is_time(name: str) -> bool:
    return name not in templates.CONTEXT_NAMES


def _is_empty(source: str, values: Mapping[str, str]) -> bool:
    """Whether the text is blank. What is not there at all stops a message in another way."""
    there = {name: value for name, value in values.items() if value or not _is_time(name)}
    try:
        return not templates.render(source, there).strip()
    except templates.TemplateProblem:
        return False


def _changes(source: str, names: Sequence[str]) -> list[dict[str, str]]:
    """What might be otherwise than usual: nothing first, then more and more."""
    compared = [one or other for one, other in _LITERAL.findall(source)]
    free = [name for name in names if _is_time(name) or name in MAY_BE_EMPTY]
    choices = [[None, "", *(compared if not _is_time(name) else ())] for name in free]
    tried = islice(product(*choices), MOST)
    found = [
        {name: value for name, value in zip(free, one, strict=True) if value is not None}
        for one in tried
    ]
    return sorted(found, key=len)


@lru_cache(maxsize=4096)
def needs(source: str, name: str, locale: str) -> bool:
    """Whether a text cannot be made without a time: it stands outside of any condition on it."""
    known = {one: MOMENT for one in _names(source) if _is_time(one) and one != name}
    try:
        templates.render(source, {**_usual(locale), **known})
    except templates.TemplateProblem as problem:
        return problem.code == "unresolved_variable"
    return False
