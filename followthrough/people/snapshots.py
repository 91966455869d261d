"""An application as its ATS has it at one moment: plain values, no Django.

A snapshot is complete: what it does not name is not there. It holds three things that change on
their own (the application, the candidate, the requisition with its site), and each of them is a
register in which the newest content wins: newest by the source's `updated_at`, and between two
contents of the same instant by the greater digest, so that every order of arrival ends the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from followthrough.core import canonical


class Version(NamedTuple):
    """What orders two contents of one thing."""

    at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class SitePart:
    """A place of work. `country` and `zone` are '' when the ATS does not say."""

    name: str
    external_id: str = ""
    address: str = ""
    country: str = ""
    region: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class RequisitionPart:
    """An opening, with its site if it has one."""

    external_id: str
    title: str
    family: str = ""
    site: SitePart | None = None
    team: str = ""


@dataclass(frozen=True, slots=True)
class ConsentPart:
    """What a candidate allowed (or refused) in the ATS, on one channel, and when.

    `form` is what kind of form it was, `text` what it said; `purpose` and `scope` narrow it, and
    `ats_field` is the field of the ATS that says so, where there is no form as such; `timed`: the
    ATS says when, else `at` is only when it was seen.
    """

    channel: str
    granted: bool
    at: datetime
    text: str = ""
    form: str = "application_form"
    purpose: str = ""
    scope: Mapping[str, str] = field(default_factory=dict)
    ats_field: str = ""
    timed: bool = True


@dataclass(frozen=True, slots=True)
class CandidatePart:
    """A person. `phones` and `emails` are as written, in the ATS's order."""

    external_id: str
    given_name: str = ""
    family_name: str = ""
    locale: str = ""
    country: str = ""
    region: str = ""
    zone: str = ""
    zone_stated: str = ""
    phones: Sequence[str] = ()
    emails: Sequence[str] = ()
    consent: Sequence[ConsentPart] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An application. `closed` is '' or the canonical stage it ended in, whatever its stage says.

    `stage` is the ATS's own name of it. An anchor that is not named is not set.
    """

    external_id: str
    updated_at: datetime
    stage: str
    candidate: CandidatePart
    stage_changed_at: datetime | None = None
    requisition: RequisitionPart | None = None
    anchors: Mapping[str, datetime | None] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    closed: str = ""


Content = TypeVar("Content")
Key = TypeVar("Key")


def digest(content: Any) -> str:
    """What tells two contents apart: 32 hex digits."""
    return canonical.digest(content)[:32]


class Heard(NamedTuple):
    """A snapshot that came in, with the versions of the three things in it, told once."""

    snapshot: Snapshot
    version: Version
    person: Version
    opening: Version | None
    raw_event_id: UUID | None


def heard(snapshots: Sequence[Snapshot], came_from: Sequence[UUID | None]) -> list[Heard]:
    """The snapshots with their versions and the raw event each came from, in the order given."""
    return [_heard(one, event_id) for one, event_id in zip(snapshots, came_from, strict=True)]


def _heard(one: Snapshot, raw_event_id: UUID | None) -> Heard:
    at, opening = one.updated_at, one.requisition
    person = digest(one.candidate)
    wanted = _shared_digest(opening) if opening else ""
    own = one.external_id, at, one.stage, one.stage_changed_at, one.anchors, one.fields, one.closed
    return Heard(
        one,
        Version(at, digest((own, person, wanted))),
        Version(at, person),
        Version(at, wanted) if opening else None,
        raw_event_id,
    )


@lru_cache(maxsize=4096)
def _shared_digest(part: RequisitionPart) -> str:
    """Many applications are for the same requisition."""
    return digest(part)


def newest(parts: Iterable[tuple[Key, Version, Content]]) -> dict[Key, tuple[Version, Content]]:
    """By key the newest content, whatever the order of `parts`."""
    found: dict[Key, tuple[Version, Content]] = {}
    for key, version, content in parts:
        if key not in found or version > found[key][0]:
            found[key] = version, content
    return found
