"""Everything that happened with a candidate, and what is planned, as one line of entries in time.

Each entry names the small template that shows it (`console/timeline/<kind>.html`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from followthrough.audit.models import Fact
from followthrough.conversations.models import Handoff
from followthrough.governance.models import ConsentEntry
from followthrough.journeys.models import Version
from followthrough.messages.models import Message, Receipt, Touch, TouchState
from followthrough.people.models import Application, Candidate, StageChange, WriteBack
from followthrough.web.console import sentences
from followthrough.web.console.sentences import Wall

QUIET = ("hold", "drop", "merge", "cancel", "fail", "unknown")


@dataclass(frozen=True)
class Entry:
    """One line. `row` is what it is about; `said` the sentence; `more` the details under it."""

    kind: str
    at: datetime
    key: UUID
    said: str = ""
    more: Sequence[Any] = ()
    row: Any = None
    about: Any = field(default=None)

    @property
    def template(self) -> str:
        return f"console/timeline/{self.kind}.html"


@dataclass(frozen=True)
class Timeline:
    """What was, oldest first; and what is planned, soonest first."""

    past: list[Entry]
    ahead: list[Entry]
    wall: Wall


def build(
    candidate: Candidate,
    applications: Sequence[Application],
    *,
    wall: Wall,
    handoffs: Sequence[Handoff],
) -> Timeline:
    """The timeline of a candidate, whose handoffs are given; times are by the candidate's clock."""
    ids = [application.id for application in applications]
    touches = list(Touch.about(applications).filter(candidate=candidate))
    receipts, by_id = _receipts(touches), {touch.id: touch for touch in touches}
    versions = _versions(receipts)
    past = [
        *_stages(ids),
        *_facts(applications, wall),
        *_consents(candidate),
        *_messages(candidate, receipts, by_id, wall, versions),
        *_quiet(receipts, by_id, wall, versions),
        *_handoffs(handoffs),
        *_written_back(ids),
    ]
    return Timeline(
        past=sorted(past, key=lambda entry: (entry.at, entry.key)),
        ahead=sorted(_ahead(touches), key=lambda entry: entry.at),
        wall=wall,
    )


def _receipts(touches: Sequence[Touch]) -> list[Receipt]:
    found = Receipt.objects.filter(touch_id__in=[touch.id for touch in touches])
    return list(found.order_by("id"))


def _versions(receipts: Iterable[Receipt]) -> dict[UUID, Version]:
    ids = {one.version_id for one in receipts if one.version_id}
    return Version.objects.select_related("map").defer("document").in_bulk(ids)


def _stages(applications: list[UUID]) -> Iterator[Entry]:
    changes = StageChange.objects.filter(application_id__in=applications)
    for one in changes.select_related("application__requisition"):
        yield Entry("stage", one.observed_at, one.id, said=sentences.moved(one), row=one)


def _facts(applications: Sequence[Application], wall: Wall) -> Iterator[Entry]:
    subjects = [one.id for one in applications]
    subjects += [one.run.id for one in applications if hasattr(one, "run")]
    told: set[tuple[UUID, str]] = set()
    for one in Fact.objects.filter(subject_id__in=subjects, verb__in=sentences.FACTS).order_by(
        "id"
    ):
        about = (one.subject_id, one.verb)
        if one.verb != "found_no_map" or about not in told:  # once is enough
            yield Entry("fact", one.at, one.id, said=sentences.fact(one, wall), row=one)
        told.add(about)


def _consents(candidate: Candidate) -> Iterator[Entry]:
    told: set[tuple[datetime, str]] = set()
    for one in ConsentEntry.objects.filter(candidate_id=candidate.id).order_by("id"):
        said = sentences.consent(one)
        if (one.at, said) not in told:  # a STOP is entered for each address: once is enough
            yield Entry("consent", one.at, one.id, said=said, row=one)
        told.add((one.at, said))


def _messages(
    candidate: Candidate,
    receipts: list[Receipt],
    touches: Mapping[UUID, Touch],
    wall: Wall,
    versions: Mapping[UUID, Version],
) -> Iterator[Entry]:
    """What was said. What never left is shown by its receipts instead."""
    sent = {one.attempt_id: one for one in receipts if one.verdict == "send"}
    for one in Message.objects.filter(candidate=candidate).exclude(delivery="not_sent"):
        receipt = sent.get(one.attempt_id) if one.attempt_id else None
        more = [sentences.receipt(receipt, wall, versions)] if receipt else []
        yield Entry(f"message_{one.direction}", one.at, one.id, row=one, more=more,
                    said=sentences.reading(one), about=touches.get(one.touch_id))  # fmt: skip


def _quiet(
    receipts: Iterable[Receipt],
    touches: Mapping[UUID, Touch],
    wall: Wall,
    versions: Mapping[UUID, Version],
) -> Iterator[Entry]:
    for one in receipts:
        if one.verdict in QUIET:
            yield Entry("quiet", one.at, one.id, said=sentences.reason(one, wall), row=one,
                        more=[sentences.receipt(one, wall, versions)],
                        about=touches.get(one.touch_id))  # fmt: skip


def _handoffs(handoffs: Sequence[Handoff]) -> Iterator[Entry]:
    for one in handoffs:
        yield Entry("handoff", one.opened_at, one.id, row=one)
        if one.resolved_at:
            yield Entry("resolved", one.resolved_at, one.id, row=one)


def _written_back(applications: list[UUID]) -> Iterator[Entry]:
    for one in WriteBack.objects.filter(application_id__in=applications):
        yield Entry("write_back", one.created_at, one.id, said=sentences.written_back(one), row=one)


def _ahead(touches: Iterable[Touch]) -> Iterator[Entry]:
    waiting = (TouchState.PLANNED, TouchState.SENDING, TouchState.RECONCILING)
    for one in touches:
        if one.state in waiting:
            yield Entry("ahead", one.due_at, one.id, row=one, said=sentences.held_for(one))


def applications_of(candidate: Candidate) -> list[Application]:
    """A candidate's applications with what the pages show of them."""
    found = Application.objects.filter(candidate=candidate).order_by("id")
    related = ("requisition__site", "run__version__map", "connection")
    return list(found.select_related(*related).prefetch_related("anchors"))


def grouped(rows: Iterable[Any], by: str) -> dict[Any, list[Any]]:
    """Rows by one of their attributes."""
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, by)].append(row)
    return found
