"""Everything that happened with a candidate, and what is planned, as one line of entries in time.

Each entry names the small template that shows it (`console/timeline/<kind>.html`). A long history
is shown in parts: the newest first, and the parts before it are asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from followthrough.audit.models import Fact
from followthrough.conversations.models import Handoff
from followthrough.governance.models import ConsentEntry, Wish
from followthrough.journeys.models import Version
from followthrough.messages.models import Message, Receipt, Touch, TouchState
from followthrough.people.models import Application, Candidate, StageChange, WriteBack
from followthrough.runs.simulation import Scene
from followthrough.web.console import in_flight, moments, outlook, sentences, wishes
from followthrough.web.console.moments import Moment
from followthrough.web.console.outlook import Outlook
from followthrough.web.console.sentences import Wall

PART = 60  # entries
NOT_WORTH = 10  # so few that are left over are shown as well


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
    overtaken: str = ""  # of a message: that they opted out while it was on its way

    @property
    def template(self) -> str:
        return f"console/timeline/{self.kind}.html"


@dataclass(frozen=True)
class Timeline:
    """What was, oldest first, from the entry numbered `begin` up to that numbered `end` of `every`;
    and what is planned, soonest first."""

    past: list[Entry]
    ahead: list[Entry]
    wall: Wall
    begin: int
    end: int
    every: int

    @property
    def later(self) -> int | None:
        """The `before` that shows the part after this; None when this is the newest."""
        return None if self.end == self.every else min(self.end + PART, self.every)


def build(
    candidate: Candidate, applications: Sequence[Application], *, wall: Wall,
    waiting: Sequence[Touch], seen: Scene | None, before: int | None = None,
) -> Timeline:  # fmt: skip
    """The timeline of a candidate: its newest entries, or those before the one numbered `before`;
    times are by the candidate's clock. `waiting` is what is planned, and `seen` what the gate knows
    of it."""
    known = moments.of(candidate, applications)
    end = len(known) if before is None else min(before, len(known))
    begin = end - PART if end - PART > NOT_WORTH else 0
    return Timeline(
        past=list(_past(known[begin:end], wall)),
        ahead=list(_ahead(waiting, seen, wall)),
        wall=wall, begin=begin, end=end, every=len(known),
    )  # fmt: skip


# --- what was ------------------------------------------------------------------------------------

_ROWS: Mapping[str, QuerySet[Any]] = {
    "stage": StageChange.objects.select_related("application__requisition"),
    "fact": Fact.objects.all(),
    "consent": ConsentEntry.objects.all(),
    "wish": Wish.objects.all(),
    "message": Message.objects.all(),
    "quiet": Receipt.objects.all(),
    "shadow": Receipt.objects.all(),
    "handoff": Handoff.objects.all(),
    "resolved": Handoff.objects.all(),
    "write_back": WriteBack.objects.all(),
}


@dataclass(frozen=True)
class _Known:
    """What the sentences of some moments need: by attempt the receipts of what was sent, and by
    key their touches and versions."""

    wall: Wall
    sent: Mapping[UUID | None, Receipt]
    touches: Mapping[UUID, Touch]
    versions: Mapping[UUID, Version]
    overtaken: Mapping[UUID, str]

    def explained(self, receipt: Receipt | None, *, also: str = "") -> list[Any]:
        """Why, if there is a receipt that says so; and what happened on the way."""
        if receipt is None:
            return []
        found = sentences.receipt(receipt, self.wall, self.versions)
        return [replace(found, said=f"{found.said} {also}".strip())]


def _past(shown: Sequence[Moment], wall: Wall) -> Iterator[Entry]:
    """Entries; what is told twice in the same words (a STOP for each address) once."""
    rows = {
        kind: _ROWS[kind].all().in_bulk([one.key for one in found])
        for kind, found in grouped(shown, "kind").items()
    }
    receipts = {**rows.get("quiet", {}), **rows.get("shadow", {})}
    known = _known(rows.get("message", {}), receipts, wall)
    told = set()
    for one in shown:
        entry = _entry(one, rows[one.kind][one.key], known)
        if (once := _once(entry)) not in told:
            yield entry
        told.add(once)


def _once(entry: Entry) -> tuple[Any, ...]:
    """What tells an entry from its repetition."""
    if entry.kind == "consent":
        return (entry.at, entry.said)
    if entry.kind == "fact" and entry.row.verb == "found_no_map":
        return (entry.row.subject_id, entry.row.verb)
    return (entry.kind, entry.key)


def _known(
    messages: Mapping[UUID, Message], quiet: Mapping[UUID, Receipt], wall: Wall
) -> _Known:  # fmt: skip
    spoken = {one.touch_id for one in messages.values() if one.touch_id}
    sent = list(Receipt.objects.filter(touch_id__in=spoken, verdict="send"))
    receipts = [*sent, *quiet.values()]
    versions = {one.version_id for one in receipts if one.version_id}
    return _Known(
        wall=wall,
        sent={one.attempt_id: one for one in sent},
        touches=Touch.objects.in_bulk(spoken | {one.touch_id for one in receipts}),
        versions=Version.objects.select_related("map").defer("document").in_bulk(versions),
        overtaken=in_flight.of((one.attempt_id for one in messages.values()), wall),
    )


def _entry(one: Moment, row: Any, known: _Known) -> Entry:
    if one.kind == "message":
        return _message(row, known)
    if one.kind in ("quiet", "shadow"):
        about, said = known.touches.get(row.touch_id), sentences.reason(row, known.wall)
        return Entry(*one, said=said, more=known.explained(row), row=row, about=about)
    return Entry(*one, said=_said(one.kind, row, known.wall), row=row)


def _said(kind: str, row: Any, wall: Wall) -> str:
    match kind:
        case "stage":
            return sentences.moved(row, wall)
        case "fact":
            return sentences.fact(row, wall)
        case "consent":
            return sentences.consent(row)
        case "wish":
            return wishes.chose(row, wall)
        case "write_back":
            return sentences.written_back(row)
    return ""


def _message(row: Message, known: _Known) -> Entry:
    receipt = known.sent.get(row.attempt_id) if row.attempt_id else None
    overtaken = known.overtaken.get(row.attempt_id, "") if row.attempt_id else ""
    return Entry(f"message_{row.direction}", row.at, row.id, row=row,
                 said=sentences.reading(row), more=known.explained(receipt, also=overtaken),
                 about=known.touches.get(row.touch_id) if row.touch_id else None,
                 overtaken=overtaken)  # fmt: skip


# --- what is planned -----------------------------------------------------------------------------

_WAITING = (TouchState.PLANNED, TouchState.SENDING, TouchState.RECONCILING)


def waiting(candidate: Candidate, applications: Sequence[Application]) -> list[Touch]:
    """What is planned for a candidate about these applications, or on its way."""
    found = Touch.about(applications).filter(candidate=candidate, state__in=_WAITING)
    return list(found.order_by("due_at", "id"))


def _ahead(waiting: Sequence[Touch], seen: Scene | None, wall: Wall) -> Iterator[Entry]:
    foreseen = outlook.of(waiting, seen, zone=wall.zone)
    for one in waiting:
        what = foreseen.get(one.id, Outlook(outlook.GOES, one.due_at))
        said = what.said(wall.zone) or sentences.held_for(one)
        yield Entry("ahead", one.due_at, one.id, row=one, said=said, about=what)


# --- what pages read -----------------------------------------------------------------------------


def applications_of(
    candidate: Candidate, *, of: QuerySet[Application] | None = None
) -> list[Application]:
    """A candidate's applications (those among `of`) with what the pages show of them."""
    known = Application.objects.all() if of is None else of
    found = known.filter(candidate=candidate).order_by("id")
    related = ("candidate", "requisition__site", "run__version__map", "connection")
    return list(found.select_related(*related).prefetch_related("anchors"))


def grouped(rows: Iterable[Any], by: str) -> dict[Any, list[Any]]:
    """Rows by one of their attributes."""
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, by)].append(row)
    return found
