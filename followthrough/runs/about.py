"""What the relevance of a touch may ask about (see docs/message-maps.md), read when it is asked.

There are some twenty facts about an application, and a condition asks for three.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from followthrough.core import zones
from followthrough.core.canonical import iso
from followthrough.runs.facts import Anchors, Person, Subject


class Somebody(NamedTuple):
    """A person and, where there is one, the application that is asked about."""

    person: Person
    subject: Subject
    anchors: Anchors

    @property
    def zone(self) -> str:
        """By whose clock a time is told: the site's, else the candidate's."""
        return self.subject.site_zone or self.person.zone_stated or self.person.zone_address


class About:
    """The flat facts about one person and, where a touch has one, its application."""

    __slots__ = ("_person", "_somebody", "_subject")

    def __init__(self, person: Person, subject: Subject | None, anchors: Anchors) -> None:
        self._person, self._subject = person, subject
        self._somebody = Somebody(person, subject, anchors) if subject is not None else None

    def get(self, field: str) -> Any:
        """The value of `field`, or None when it is not known."""
        if read := _OF_SUBJECT.get(field):
            return read(self._subject) if self._subject is not None else None
        if read := _OF_PERSON.get(field):
            return read(self._person)
        if self._somebody is None:
            return None
        kind, _, name = field.partition(".")
        return _NAMED[kind](self._somebody, name) if kind in _NAMED else None


def _iso(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None


_OF_PERSON: Mapping[str, Callable[[Person], Any]] = {
    "candidate.locale": attrgetter("locale"),
    "candidate.country": attrgetter("country"),
    "candidate.email": lambda person: _usable(person, "email"),
    "candidate.phone": lambda person: _usable(person, "phone"),
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


def _usable(person: Person, kind: str) -> str | None:
    """Their address of a kind, where one can be used."""
    point = person.points.get(kind)
    return point.address if point and not point.unusable else None


def _field(about: Somebody, name: str) -> Any:
    kind, _, field = name.partition(".")
    return about.subject.fields.get(field) if kind == "fields" else None


def _ask(about: Somebody, key: str) -> str | None:
    # From the run, not from the asks' rows: an answer about a time that has moved is no answer.
    if key in (about.subject.asks or {}):
        return "open"
    return (about.subject.answers or {}).get(key)


def _anchor(about: Somebody, name: str) -> Any:
    anchor, _, what = name.rpartition(".")
    at, sequence = about.anchors.get(anchor, (None, 0))
    if at is None:
        return None
    if what == "sequence":  # for each message that is planned around it
        return sequence
    return iso(at) if what == "at" else _by_their_clock(at, what, about.zone)


def _by_their_clock(at: datetime, what: str, zone: str) -> Any:
    if zone not in zones.known_zones():
        return None
    there = zones.local(at, zone)
    return {"weekday": zones.WEEKDAYS[there.weekday()], "hour": there.hour}.get(what)


def _told(about: Somebody, key: str) -> str | None:
    """When the touch went out, if it did since the stage began and about the time as it is."""
    return about.subject.sent.get(key)


_NAMED: Mapping[str, Callable[[Somebody, str], Any]] = {
    "application": _field, "ask": _ask, "anchor": _anchor, "told": _told,
}  # fmt: skip
