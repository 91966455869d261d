"""What is asked of the database for a replay, and how its rows become moments and fates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.governance import consent
from followthrough.governance.decisions import FreezeFact, Wish
from followthrough.governance.freezes import channel_subject
from followthrough.journeys.events import AnchorMoved, CustomEvent, StageChanged, by_hand
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.runs.facts import Person, Point
from followthrough.runs.replay import outcomes
from followthrough.runs.replay.fates import Fate, plain
from followthrough.runs.replay.moments import (
    Attended,
    Blocked,
    Froze,
    Heard,
    Ledger,
    Moment,
    Refused,
    Role,
    Said,
    Spoiled,
    Thawed,
    Waiting,
    Wished,
    Wrote,
)
from followthrough.store import sql


class Window(NamedTuple):
    """What is replayed: from when until when."""

    since: datetime
    until: datetime


class About(NamedTuple):
    """What a replay is about. `wide` are the subjects of freezes that silence everybody."""

    organization_id: UUID
    map_id: UUID
    window: Window
    wide: Sequence[UUID]
    counts_days: bool = False  # whether it matters where people are


_STAGES = """
SELECT application_id, to_stage, source_time, observed_at FROM people_stagechange
WHERE application_id = ANY(%s) AND from_stage <> to_stage ORDER BY id
"""
_ANCHORS = (
    "SELECT application_id, name, at, sequence FROM people_anchor WHERE application_id = ANY(%s)"
)
_ANCHOR_CHANGES = """
SELECT application_id, name, at, sequence, observed_at FROM people_anchorchange
WHERE application_id = ANY(%s) ORDER BY id
"""
_MESSAGES = """
SELECT m.id, m.candidate_id, m.application_id, m.contact_point_id, p.address_key, m.direction,
  m.channel, m.body, m.reading->>'kind', m.reading->>'rule', m.at, m.delivery, m.delivery_at,
  m.touch_id, t.run_id, t.key, t.occurrence, t.purpose
FROM messaging_message m
LEFT JOIN messaging_touch t ON t.id = m.touch_id
LEFT JOIN people_contactpoint p ON p.id = m.contact_point_id
WHERE m.candidate_id = ANY(%s) AND m.delivery <> 'not_sent' ORDER BY m.id
"""
_POINTS = """
SELECT candidate_id, id, address_key, introduced_at, unusable_reason FROM people_contactpoint
WHERE candidate_id = ANY(%s) AND (introduced_at IS NOT NULL OR NOT usable)
"""
_ENTRIES = """
SELECT candidate_id, at, state, source, channel, evidence->>'message',
  purpose <> '' OR scope <> '{}'::jsonb
FROM governance_consententry WHERE candidate_id = ANY(%s) ORDER BY id
"""
_BLOCKS = """
SELECT b.address_key, b.channel, b.since, b.lifted_at FROM governance_addressblock b
JOIN (SELECT DISTINCT address_key, organization_id FROM people_contactpoint
      WHERE candidate_id = ANY(%s) AND address_key <> '') AS k
  ON b.organization_id = k.organization_id AND b.address_key = k.address_key
ORDER BY b.id
"""
_FREEZES = """
SELECT id, subject_kind, why, until, subject_id, begun_at, ended_at FROM governance_freeze
WHERE organization_id = %s AND subject_id = ANY(%s) AND (ended_at IS NULL OR ended_at >= %s)
  AND begun_at < %s ORDER BY id
"""
_WISHES = """
SELECT candidate_id, number, wants, silent, paused_until, application_id, at FROM governance_wish
WHERE candidate_id = ANY(%s) ORDER BY candidate_id, number
"""
_EVENTS = """
SELECT subject_id, verb, why::jsonb->>'event', why::jsonb->>'key', why::jsonb->>'happened',
  coalesce(why::jsonb->>'after', id::text), at
FROM audit_fact WHERE subject_id = ANY(%s) AND verb IN ('heard_event', 'pressed_touch') ORDER BY id
"""
_SENDERS = "SELECT id FROM channels_sender WHERE organization_id = %s"


def questions(
    people: Sequence[UUID],
    applications: Sequence[UUID],
    theirs: Mapping[UUID, Role],
    about: About,
) -> list[sql.Question[list[tuple[Any, ...]]]]:
    """Everything that `put_together` puts together, in its order."""
    runs, window = [role.run_id for role in theirs.values()], about.window
    frozen = [*people, *applications, *about.wide]
    return [
        sql.Question(_STAGES, (list(applications),), list),
        sql.Question(_ANCHORS, (list(applications),), list),
        sql.Question(_ANCHOR_CHANGES, (list(applications),), list),
        sql.Question(_MESSAGES, (list(people),), list),
        sql.Question(_POINTS, (list(people),), list),
        sql.Question(_ENTRIES, (list(people),), list),
        sql.Question(_BLOCKS, (list(people),), list),
        sql.Question(_FREEZES, (about.organization_id, frozen, *window), list),
        sql.Question(_WISHES, (list(people),), list),
        sql.Question(_EVENTS, (list(applications),), list),
        sql.Question(outcomes.TOUCHES, (runs,), list),
        sql.Question(outcomes.RECEIPTS, (runs,), list),
        sql.Question(outcomes.REFUSED, (runs,), list),
    ]


def wide_subjects(organization_id: UUID, map_id: UUID) -> list[UUID]:
    """What a freeze may stand on that silences everybody: the company, the map, channels,
    senders."""
    senders = [row[0] for row in sql.rows(_SENDERS, (organization_id,))]
    channels = [channel_subject(organization_id, one) for one in CHANNEL_KIND]
    return [organization_id, map_id, *channels, *senders]


@dataclass
class Everything:
    """What happened to a part of the people, by whom it is about."""

    window: Window
    by_application: dict[UUID, list[Moment]] = field(default_factory=lambda: defaultdict(list))
    by_person: dict[UUID, list[Moment]] = field(default_factory=lambda: defaultdict(list))
    by_key: dict[str, list[Moment]] = field(default_factory=lambda: defaultdict(list))
    by_subject: dict[UUID, list[Moment]] = field(default_factory=lambda: defaultdict(list))
    words: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    attended: dict[UUID, list[Attended]] = field(default_factory=lambda: defaultdict(list))
    introduced: set[UUID] = field(default_factory=set)
    spoiled: dict[UUID, Spoiled] = field(default_factory=dict)  # by contact point
    fates: Mapping[UUID, list[Fate]] = field(default_factory=dict)
    ids: Mapping[UUID, dict[Any, UUID]] = field(default_factory=dict)
    waiting: Mapping[UUID, dict[Any, Waiting]] = field(default_factory=dict)
    refused: dict[UUID, set[Any]] = field(default_factory=lambda: defaultdict(set))
    wide: Sequence[UUID] = ()

    def fresh(self, person: Person) -> Person:
        """A person as they were when the window began, as far as that is known."""
        every = [self._fresh(point) for point in person.every]
        points = {one.kind: one for one in reversed(every)}
        return person._replace(last_inbound_at=None, every=every, points=points)

    def _fresh(self, point: Point) -> Point:
        unusable = "" if point.id in self.spoiled else point.unusable
        return point._replace(introduced=point.id in self.introduced, unusable=unusable)

    def moments(
        self, people: Iterable[UUID], applications: Iterable[UUID], keys: Iterable[str]
    ) -> list[Moment]:
        """Everything about these, in order; the ledger before who wrote what changes it."""
        people, applications = list(people), list(applications)
        subjects = [*self.wide, *people, *applications]
        found = [
            *(one for subject in subjects for one in self.by_subject.get(subject, ())),
            *(one for key in keys for one in self._of_key(key)),
            *(one for key in applications for one in self.by_application.get(key, ())),
            *(one for person in people for one in self.by_person.get(person, ())),
        ]
        return sorted(found, key=lambda moment: moment.at)

    def _of_key(self, key: str) -> Iterator[Moment]:
        yield from self.by_key.get(key, ())
        for row in self.words.get(key, ()):
            if row[consent.AT] > self.window.since:
                yield Ledger(row[consent.AT], key)


def put_together(
    told: Sequence[list[tuple[Any, ...]]],
    theirs: Mapping[UUID, Role],
    about: About,
    *,
    words: Mapping[str, list[tuple[Any, ...]]],
) -> Everything:
    """The answers to `questions` as moments and fates."""
    stages, anchors, changes, messages, points, entries, blocks, *others = told
    freezes, wishes, events, touches, receipts, refused = others
    found = Everything(about.window, words=dict(words), wide=about.wide)
    _stages(found, stages)
    _anchors(found, anchors, changes, theirs)
    _events(found, events)
    _points(found, points, messages)
    _blocks(found, blocks)
    _freezes(found, freezes)
    _entries(found, entries)
    _messages(found, messages, theirs, {row[5] for row in entries if row[2] == "granted"})
    for candidate_id, *wish in wishes:
        made = Wish._make((*wish[:2], frozenset(wish[2]), *wish[3:]))
        found.by_person[candidate_id].append(Wished(wish[-1], candidate_id, made))
    for application_id, key, occurrence, channel in refused:
        found.refused[application_id].add((application_id, key, plain(occurrence), channel))
    texts = [(row[13], row[7]) for row in messages if row[13] and row[6] == "sms"]
    since, until = about.window
    real = outcomes.read(touches, receipts, texts, since=since, until=until)
    found.fates, found.ids, found.waiting = real.fates, real.ids, real.waiting
    return found


def _stages(found: Everything, rows: Iterable[tuple[Any, ...]]) -> None:
    for application_id, to, source_time, observed_at in rows:
        event = StageChanged(to, min(source_time or observed_at, observed_at))
        found.by_application[application_id].append(Heard(observed_at, application_id, event))


def _anchors(
    found: Everything,
    now: Iterable[tuple[Any, ...]],
    changes: Sequence[tuple[Any, ...]],
    theirs: Mapping[UUID, Role],
) -> None:
    """Each change as it was seen; where none was kept, the present value as if always there."""
    kept = set()
    for application_id, name, at, sequence, observed_at in changes:
        kept.add((application_id, name))
        event = AnchorMoved(name, at, sequence)
        found.by_application[application_id].append(Heard(observed_at, application_id, event))
    for application_id, name, at, sequence in now:
        if (application_id, name) not in kept and application_id in theirs:
            event = AnchorMoved(name, at, sequence)
            first = Heard(theirs[application_id].begins_at, application_id, event)
            found.by_application[application_id].append(first)


def _events(found: Everything, rows: Iterable[tuple[Any, ...]]) -> None:
    """Events of the organization's own, and touches that a member sent by hand."""
    for application_id, verb, name, key, happened_at, id, at in rows:
        by_member = verb == "pressed_touch"
        when = at if by_member or not happened_at else datetime.fromisoformat(happened_at)
        event = CustomEvent(by_hand(key) if by_member else name, when, f"{key}:{id}")
        found.by_application[application_id].append(Heard(at, application_id, event))


def _points(
    found: Everything, rows: Iterable[tuple[Any, ...]], messages: Sequence[tuple[Any, ...]]
) -> None:
    bounced = {row[3]: row[12] for row in messages if row[5] == "out" and row[12]}
    for candidate_id, point_id, key, introduced_at, why in rows:
        if introduced_at and introduced_at < found.window.since:
            found.introduced.add(point_id)
        at = _wrong_since(found.words.get(key, ())) if why == "wrong_number" else None
        at = at or (bounced.get(point_id) if why and why != "gone" else None)
        if why and at and at > found.window.since:
            found.spoiled[point_id] = spoiled = Spoiled(at, candidate_id, point_id, why)
            found.by_person[candidate_id].append(spoiled)


def _wrong_since(rows: Iterable[tuple[Any, ...]]) -> datetime | None:
    return min((row[consent.AT] for row in rows if "wrong_number" in row), default=None)


def _blocks(found: Everything, rows: Iterable[tuple[Any, ...]]) -> None:
    for key, channel, since, lifted_at in rows:
        found.by_key[key].append(Blocked(since, key, channel, since))
        if lifted_at:
            found.by_key[key].append(Blocked(lifted_at, key, channel, None))


def _freezes(found: Everything, rows: Iterable[tuple[Any, ...]]) -> None:
    for *freeze, begun_at, ended_at in rows:
        one = FreezeFact(*freeze)
        assert one.subject_id is not None
        if one.why == "handoff" and one.subject_kind == "candidate":
            found.attended[one.subject_id].append(Attended(begun_at, ended_at))
            continue
        found.by_subject[one.subject_id].append(Froze(begun_at, one))
        if ended_at:
            found.by_subject[one.subject_id].append(Thawed(ended_at, one))


MESSAGES = frozenset({"ats", "sms", "email", "whatsapp", "chat"})  # or as an ATS has it


def _entries(found: Everything, rows: Iterable[tuple[Any, ...]]) -> None:
    """Refusals that came by no message: told to a member, chosen on a page, one click."""
    for candidate_id, at, state, source, channel, message, narrow in rows:
        told = (
            state == "revoked" and not message and not narrow and source not in ("ats", *MESSAGES)
        )
        if told and (not channel or source == "one_click"):
            found.by_person[candidate_id].append(Refused(at, candidate_id))


def _messages(
    found: Everything,
    rows: Iterable[tuple[Any, ...]],
    theirs: Mapping[UUID, Role],
    opening: Collection[str],
) -> None:
    runs = {role.run_id for role in theirs.values()}
    for row in rows:
        moment = _in(row, opening) if row[5] == "in" else _out(row, runs, found.window.since)
        if moment is not None:
            found.by_person[row[1]].append(moment)


def _in(row: tuple[Any, ...], opening: Collection[str]) -> Wrote:
    id, candidate_id, application_id, _, key, _, channel, body, kind, rule, at = row[:11]
    return Wrote(
        at, candidate_id, key or "", channel, body, kind or "", rule or "", application_id,
        str(id) in opening,
    )  # fmt: skip


def _out(row: tuple[Any, ...], runs: Collection[UUID], since: datetime) -> Said | None:
    """What others said; and before the window what the map did."""
    id, candidate_id, application_id, point_id, key, _, channel, *_ = row
    at, touch_id, run_id, name, occurrence, purpose = row[10], *row[13:]
    about = (at, candidate_id, application_id, touch_id or id, key or "", point_id, channel)
    if run_id not in runs:
        return Said(*about, purpose or "")
    return Said(*about, purpose, name, occurrence) if at < since else None
