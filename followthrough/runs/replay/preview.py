"""A whole life through a map's document before anybody lives it: each message, with the decision
that would be taken about it. The player, the engine and the gate are the real ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.core.ids import uuid7
from followthrough.governance import policies
from followthrough.governance.decisions import Decision, Drop, FreezeFact, Hold, Merge, Send
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.events import AnchorMoved, CustomEvent, StageChanged
from followthrough.journeys.models import MessageMap
from followthrough.journeys.offsets import Where
from followthrough.messages.outbox import Due
from followthrough.people.models import Application, Candidate, Requisition
from followthrough.runs import facts
from followthrough.runs.facts import Person, Point, Subject
from followthrough.runs.replay import happened, history, trial
from followthrough.runs.replay.fates import Fate
from followthrough.runs.replay.happened import About, Window
from followthrough.runs.replay.moments import Cast, Froze, Heard, Moment, Role, Wrote
from followthrough.runs.replay.player import Player

NEVER, YES, NO = "never", "yes", "no"
_WORDS = {YES: ("Yes", "confirmed", "yes"), NO: ("No", "declined", "no")}
AFTER = timedelta(minutes=30)  # how soon they answer, if they do
AHEAD = timedelta(days=60)  # how far it is looked, beyond the last time that was given
_VERDICTS: Mapping[type, str] = {Send: "send", Hold: "hold", Drop: "drop", Merge: "merge"}


class Life(NamedTuple):
    """What is to happen: which stage is entered when, at which times anchors stand, and what is
    answered to every question. `event` is the name of what is reported at `event_at`, or of a touch
    that is sent by hand then, as the engine hears it; '' when nothing is."""

    stage: str
    enters_at: datetime
    anchors: Mapping[str, datetime]
    answers: str = NEVER
    event: str = ""
    event_at: datetime | None = None


class Invented(NamedTuple):
    """Somebody who does not exist; `title` and `site` are named where there is no opening that they
    could have applied for."""

    given_name: str
    locale: str
    zone: str
    phone: bool = True
    email: bool = True
    consent: bool = True
    requisition: Requisition | None = None
    title: str = "Associate"
    site: str = "Downtown"


class Step(NamedTuple):
    """A decision about one message, an answer of theirs (`verdict` said), or what is reported
    (`verdict` heard, `key` the event)."""

    at: datetime
    key: str
    verdict: str
    code: str
    channel: str
    until: datetime | None = None
    checks: Sequence[Any] = ()
    subject: str = ""
    body: str = ""
    due_at: datetime | None = None


@dataclass
class Timeline:
    """Every decision in order. `planned` are messages that were planned, and when and why each
    that never came to a decision was cancelled."""

    zone: str
    steps: list[Step] = field(default_factory=list)
    cancelled: list[Fate] = field(default_factory=list)

    @property
    def sent(self) -> int:
        return sum(step.verdict == "send" for step in self.steps)


def of_application(
    map: MessageMap, document: MapDocument, application: Application, life: Life, *, now: datetime
) -> Timeline:
    """The life of a real application from now on, with everything known of the candidate."""
    candidate = application.candidate
    run = getattr(application, "run", None)
    role = Role(application.id, candidate.id, run.id if run else uuid7(), life.enters_at)
    about = _about(map, document, life, now)
    (lived,) = history.read([[candidate.id]], [role], about)
    cast = _as_of_now(lived.cast, candidate, now)
    return _lived(map, document, cast, life, now=now, zone=_zone(cast))


def _as_of_now(cast: Cast, candidate: Candidate, now: datetime) -> Cast:
    """What they wrote before has had its consequences; who is being seen to now is silent."""
    person = cast.people[candidate.id]
    cast.people[candidate.id] = person._replace(last_inbound_at=candidate.last_inbound_at)
    seen_to = any(span.until is None for span in cast.attended.get(candidate.id, ()))
    freeze = FreezeFact(uuid7(), "candidate", "handoff", None, candidate.id)
    before = [one for one in cast.moments if not isinstance(one, Wrote)]
    cast.moments = [*before, *([Froze(now, freeze)] if seen_to else [])]
    return cast


def of_invented(
    map: MessageMap, document: MapDocument, invented: Invented, life: Life, *, now: datetime
) -> Timeline:
    """The life of somebody who does not exist."""
    cast = _invent(map, invented, life)
    return _lived(map, document, cast, life, now=now, zone=invented.zone)


def _about(map: MessageMap, document: MapDocument, life: Life, now: datetime) -> About:
    ours = map.organization_id
    wide = happened.wide_subjects(ours, map.id)
    return About(ours, map.id, Window(now, _end(life)), wide, document.counts_days)


def _end(life: Life) -> datetime:
    return max([life.enters_at, *life.anchors.values(), life.event_at or life.enters_at]) + AHEAD


def _lived(
    map: MessageMap, document: MapDocument, cast: Cast, life: Life, *, now: datetime, zone: str
) -> Timeline:
    policy = policies.of(map.organization_id)
    usual = trial.usual(map.organization_id, now)
    setting = trial.setting(map, document, policy, usual=usual)
    history.told_of(map.id, setting.number, history.Lived(cast, []))
    (role,) = cast.roles.values()
    cast.moments = sorted([*cast.moments, *_moments(role, life)], key=lambda one: one.at)
    found = Timeline(zone)
    if life.event and life.event_at:
        found.steps.append(Step(life.event_at, life.event, "heard", "", ""))
    witness = _Witness(found, document, life.answers)
    player = Player(cast, setting, seen=witness.saw)
    witness.player = player
    fates = player.play(since=now, until=_end(life))
    found.cancelled = [one for one in fates if one.verdict == "cancel"]
    return found


def _moments(role: Role, life: Life) -> list[Moment]:
    key = role.application_id
    told: list[Moment] = [
        Heard(life.enters_at, key, AnchorMoved(name, at, _SEQUENCE))
        for name, at in life.anchors.items()
    ]
    if life.event and life.event_at:
        event = CustomEvent(life.event, life.event_at, "preview")
        told.append(Heard(life.event_at, key, event))
    return [Heard(life.enters_at, key, StageChanged(life.stage, life.enters_at)), *told]


_SEQUENCE = 1_000_000  # above whatever an anchor has had


class _Witness:
    """Writes down what is decided; answers what is asked, if they do."""

    player: Player

    def __init__(self, found: Timeline, document: MapDocument, answers: str) -> None:
        self.found, self.document, self.answers = found, document, answers

    def saw(self, fate: Fate, due: Due, decision: Decision, at: datetime) -> None:
        """One decision."""
        if isinstance(decision, Hold) and due.held_for == decision.code:
            return  # nothing new: the first one says so
        self.found.steps.append(_step(fate, due, decision, at))
        touch = self.document.touches.get(due.key)
        if isinstance(decision, Send) and touch and touch.ask and self.answers in _WORDS:
            self._answer(due, decision, at + AFTER)

    def _answer(self, due: Due, decision: Send, at: datetime) -> None:
        body, kind, rule = _WORDS[self.answers]
        option = decision.option
        self.player.interject(
            Wrote(
                at, due.candidate_id, option.address_key, option.channel, body, kind, rule,
                due.application_id,
            )
        )  # fmt: skip
        self.found.steps.append(Step(at, due.key, "said", kind, option.channel, body=body))


def _step(fate: Fate, due: Due, decision: Decision, at: datetime) -> Step:
    text = decision.rendered if isinstance(decision, Send) else None
    channel = decision.option.channel if isinstance(decision, Send) else decision.channel
    until = decision.until if isinstance(decision, Hold) else None
    return Step(
        at, due.key, _VERDICTS[type(decision)], decision.code, channel or due.channels[0], until,
        decision.checks, text.subject if text else "", text.body if text else "", fate.due_at,
    )  # fmt: skip


# --- somebody who does not exist -----------------------------------------------------------------


def _invent(map: MessageMap, invented: Invented, life: Life) -> Cast:
    candidate, application = uuid7(), uuid7()
    ours = map.organization
    points, place = _points(invented), _home(invented)
    person = Person(
        candidate, ours.id, invented.given_name, "", invented.locale, *place,
        None, ours.name, ours.country, str(candidate), {one.kind: one for one in points},
        [one.address_key for one in points], points,
    )  # fmt: skip
    words = {one.address_key: [_word(ours.id, candidate, one, life)] for one in points}
    role = Role(application, candidate, uuid7(), life.enters_at, Where(invented.zone, ""))
    return Cast(
        ours.id,
        {candidate: person},
        {application: _subject(application, candidate, invented)},
        {application: role},
        [],
        words if invented.consent else {},
    )


def _home(invented: Invented) -> tuple[str, str, str, str]:
    """Country, region, the zone they stated and that of their address: at the place they applied
    to, where that is in their zone; elsewhere only the zone is known, by their word."""
    site = invented.requisition.site if invented.requisition else None
    if site and site.zone == invented.zone:
        return site.country, site.region, "", invented.zone
    return "", "", invented.zone, ""


def _points(invented: Invented) -> list[Point]:
    """Addresses that nobody has; a number would say where they are."""
    wanted = [("phone", "", invented.phone), ("email", "", invented.email)]
    return [
        Point(kind, uuid7(), address, f"invented-{kind}", "", False)
        for kind, address, has in wanted
        if has
    ]


def _word(organization_id: UUID, candidate_id: UUID, point: Point, life: Life) -> tuple[Any, ...]:
    """What the ledger would hold: a grant for the address, from before it all."""
    channel = {"phone": "sms"}.get(point.kind, point.kind)
    before = life.enters_at - timedelta(days=365)
    return (
        organization_id, point.address_key, channel, str(uuid7()), candidate_id, "granted",
        "application_form", "ats", before, "", {}, None, False,
    )  # fmt: skip


def _subject(application: UUID, candidate: UUID, invented: Invented) -> Subject:
    requisition = invented.requisition
    site = requisition.site if requisition else None
    return Subject(
        application, "", None, {}, requisition.family if requisition else None,
        requisition.title if requisition else invented.title, site.name if site else invented.site,
        site.address if site else None, site.country if site else None,
        site.region if site else None, site.zone if site else None, None, None, None, None,
        candidate, {}, {}, requisition.external_id if requisition else None,
    )  # fmt: skip


def _zone(cast: Cast) -> str:
    """The first zone that they may be in."""
    person = next(iter(cast.people.values()))
    sites = [subject.site_zone for subject in cast.subjects.values()]
    found = facts.zones_for(person, sites).names
    return found[0] if found else "UTC"
