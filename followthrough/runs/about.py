"""What the relevance of a touch may ask about (see docs/message-maps.md), read when it is asked.

There are some twenty facts about an application, and a condition asks for three.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any

from followthrough.core.canonical import iso
from followthrough.runs.facts import Anchors, Person, Subject


class About:
    """The flat facts about one person and, where a touch has one, its application."""

    __slots__ = ("_anchors", "_person", "_subject")

    def __init__(self, person: Person, subject: Subject | None, anchors: Anchors) -> None:
        self._person, self._subject, self._anchors = person, subject, anchors

    def get(self, field: str) -> Any:
        """The value of `field`, or None when it is not known."""
        if read := _OF_SUBJECT.get(field):
            return read(self._subject) if self._subject is not None else None
        if read := _OF_PERSON.get(field):
            return read(self._person)
        if self._subject is None:
            return None
        kind, _, name = field.partition(".")
        return _NAMED[kind](self._subject, self._anchors, name) if kind in _NAMED else None


def _iso(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None


_OF_PERSON: Mapping[str, Callable[[Person], Any]] = {
    "candidate.locale": attrgetter("locale"),
    "candidate.country": attrgetter("country"),
    "candidate.replied_at": lambda person: _iso(person.last_inbound_at),
}
_OF_SUBJECT: Mapping[str, Callable[[Subject], Any]] = {
    "application.id": lambda subject: str(subject.id),
    "application.candidate": attrgetter("candidate_id"),
    "application.stage": attrgetter("stage"),
    "application.stage_since": lambda subject: _iso(subject.stage_since),
    "requisition.family": attrgetter("family"),
    "requisition.key": attrgetter("requisition_key"),
    "requisition.title": attrgetter("title"),
    "site.name": attrgetter("site"),
    "site.country": attrgetter("site_country"),
    "site.region": attrgetter("site_region"),
    "run.version": attrgetter("version_number"),
    "run.ended": lambda subject: subject.run_ended_at is not None,
}


def _field(subject: Subject, anchors: Anchors, name: str) -> Any:
    kind, _, field = name.partition(".")
    return subject.fields.get(field) if kind == "fields" else None


def _ask(subject: Subject, anchors: Anchors, key: str) -> str | None:
    # From the run, not from the asks' rows: an answer about a time that has moved is no answer.
    if key in (subject.asks or {}):
        return "open"
    return (subject.answers or {}).get(key)


def _anchor(subject: Subject, anchors: Anchors, name: str) -> Any:
    anchor, _, what = name.rpartition(".")
    known = anchors.get(anchor)
    if known is None or known.at is None:
        return None
    if what == "sequence":  # for each message that is planned around it
        return known.sequence
    return iso(known.at) if what == "at" else None


def _heard_of(subject: Subject, anchors: Anchors, name: str) -> str | None:
    """Since when anybody could be told of a time: it was set, the run had begun, in this stage."""
    known = anchors.get(name)
    if known is None or known.at is None:
        return None
    began = [one for one in (subject.stage_since, subject.run_since) if one]
    return iso(max([known.since, *began]))


_NAMED = {"application": _field, "ask": _ask, "anchor": _anchor, "heard_of": _heard_of}
