"""A whole life through a map's document before anybody lives it: each message, with the decision
that would be taken about it. The player, the engine and the gate are the real ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from followthrough.core.ids import uuid7
from followthrough.governance import policies
from followthrough.governance.decisions import Decision, Drop, FreezeFact, Hold, Merge, Send
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import MessageMap, Run
from followthrough.messages.models import Ask, Message, Touch
from followthrough.messages.outbox import Due
from followthrough.people.models import Application, Candidate
from followthrough.runs import plausible
from followthrough.runs.replay import happened, history, trial
from followthrough.runs.replay.fates import CANCELLED, Fate
from followthrough.runs.replay.happened import About, Window
from followthrough.runs.replay.invented import Invented
from followthrough.runs.replay.invented import cast as invent
from followthrough.runs.replay.life import NO, YES, Life
from followthrough.runs.replay.moments import Cast, Froze, Role, Wrote
from followthrough.runs.replay.player import Player

_KINDS = {YES: ("confirmed", "yes"), NO: ("declined", "no")}  # as they are read, by which rule
_WORDS = {  # by language, else English
    "en": {YES: "Yes", NO: "No"},
    "es": {YES: "Sí", NO: "No"},
}
AFTER = timedelta(minutes=30)  # how soon they answer, if they do
_VERDICTS: Mapping[type, str] = {Send: "send", Hold: "hold", Drop: "drop", Merge: "merge"}


class Step(NamedTuple):
    """A decision about one message, an answer of theirs (`verdict` said), what is reported
    (`verdict` heard, `key` the event), or that a person takes over (`verdict` handed, `code` why,
    `until` when automation goes on)."""

    at: datetime
    key: str
    verdict: str
    code: str
    channel: str
    until: datetime | None = None
    checks: Sequence[Any] = ()
    subject: str = ""
    body: str = ""
    preheader: str = ""
    due_at: datetime | None = None


class Question(NamedTuple):
    """What somebody was asked: by which touch, and where."""

    key: str
    channel: str
    address_key: str


@dataclass
class Timeline:
    """Every decision in order. `cancelled` are messages that were planned and are not needed any
    more: when and why."""

    zone: str
    steps: list[Step] = field(default_factory=list)
    cancelled: list[Fate] = field(default_factory=list)

    @property
    def sent(self) -> int:
        return sum(step.verdict == "send" for step in self.steps)


def of_application(
    map: MessageMap,
    document: MapDocument,
    application: Application,
    life: Life,
    *,
    now: datetime,
    language: str = "",
) -> Timeline:
    """The life of a real application from now on, with everything known of the candidate. Its first
    visit is the stage in which it is; where it runs through the map already, what it was told and
    what it answered counts. From another map it comes now, as a rule would take it along.
    `language`: they are written to as if it were theirs."""
    candidate, run = application.candidate, _run(map, application)
    begins_at = run.started_at if run else now
    came_at = now if run is None and _under_way(application) else None
    role = Role(
        application.id, candidate.id, run.id if run else uuid7(), begins_at, came_at=came_at
    )
    about = _about(map, document, life, now)
    (lived,) = history.read([[candidate.id]], [role], about)
    cast = _as_of_now(lived.cast, candidate, now, goes_on=run is not None)
    if language:
        cast.people[candidate.id] = cast.people[candidate.id]._replace(locale=language)
    waits = _waits(run) if run else None
    return _lived(map, document, cast, life, now=now, zone=_zone(cast), waits=waits)


def _waits(run: Run) -> Question | None:
    """The newest question that waits for their answer."""
    ask = Ask.objects.filter(run_id=run.id, state=Ask.State.OPEN).order_by("-id").first()
    if ask is None:
        return None
    asked = Touch.objects.filter(run_id=run.id, key=ask.key)
    said = Message.objects.filter(touch_id__in=asked.values("id"), direction="out")
    message = said.select_related("contact_point").order_by("-id").first()
    if message is None or message.contact_point is None:
        return None
    return Question(ask.key, message.channel, message.contact_point.address_key)


def _run(map: MessageMap, application: Application) -> Run | None:
    """Its run, if that is in this map."""
    return Run.objects.filter(application=application, version__map=map).first()


def _under_way(application: Application) -> bool:
    """Whether it is in a run of any map that goes on."""
    return Run.objects.filter(application=application, ended_at=None).exists()


def _as_of_now(cast: Cast, candidate: Candidate, now: datetime, *, goes_on: bool) -> Cast:
    """Who is being seen to now is silent. What they wrote before has had its consequences, unless
    their run `goes_on`, which must hear of it."""
    person = cast.people[candidate.id]
    cast.people[candidate.id] = person._replace(last_inbound_at=candidate.last_inbound_at)
    seen_to = any(span.until is None for span in cast.attended.get(candidate.id, ()))
    freeze = FreezeFact(uuid7(), "candidate", "handoff", None, candidate.id)
    before = [one for one in cast.moments if goes_on or not isinstance(one, Wrote)]
    cast.moments = [*before, *([Froze(now, freeze)] if seen_to else [])]
    return cast


def of_invented(
    map: MessageMap, document: MapDocument, invented: Invented, life: Life, *, now: datetime
) -> Timeline:
    """The life of somebody who does not exist."""
    cast = invent(map, invented, begins_at=life.begins_at)
    return _lived(map, document, cast, life, now=now, zone=invented.zone)


def _about(map: MessageMap, document: MapDocument, life: Life, now: datetime) -> About:
    ours = map.organization_id
    wide = happened.wide_subjects(ours, map.id)
    return About(ours, map.id, Window(now, life.ends_at), wide, document.counts_days)


def _lived(
    map: MessageMap,
    document: MapDocument,
    cast: Cast,
    life: Life,
    *,
    now: datetime,
    zone: str,
    waits: Question | None = None,
) -> Timeline:
    policy = policies.of(map.organization_id)
    usual = trial.usual(map.organization_id, now)
    setting = trial.setting(map, document, policy, usual=usual)
    history.told_of(map.id, setting.number, history.Lived(cast, []))
    (role,) = cast.roles.values()
    told = life.moments(role.application_id)
    cast.moments = sorted([*cast.moments, *told], key=lambda one: one.at)
    found = Timeline(zone, [Step(at, name, "heard", "", "") for name, at in life.reports])
    witness = _Witness(found, document, life, role)
    player = Player(cast, setting, seen=witness.saw)
    witness.player = player
    if waits:
        witness.answer(waits, now + AFTER)
    fates = player.play(since=now, until=life.ends_at)
    found.cancelled = [one for one in fates if one.verdict == CANCELLED]
    found.steps += [
        Step(one.at, "", "handed", one.reason, "", one.until)
        for one in player.attention.asked
        if one.at > now
    ]
    found.steps.sort(key=lambda step: step.at)
    return found


class _Witness:
    """Writes down what is decided; answers what is asked, if they do."""

    player: Player

    def __init__(self, found: Timeline, document: MapDocument, life: Life, role: Role) -> None:
        self.found, self.document, self.life, self.role = found, document, life, role

    def saw(self, fate: Fate, due: Due, decision: Decision, at: datetime) -> None:
        """One decision."""
        if isinstance(decision, Hold) and due.held_for == decision.code:
            return  # nothing new: the first one says so
        self.found.steps.append(_step(fate, due, decision, at))
        touch = self.document.touches.get(due.key)
        if isinstance(decision, Send) and touch and touch.ask:
            option = decision.option
            self.answer(Question(due.key, option.channel, option.address_key), at + AFTER)

    def answer(self, question: Question, at: datetime) -> None:
        """They answer, where they are to."""
        meant = self.life.answer_to(question.key)
        if meant not in _KINDS:
            return
        (kind, rule), body, role = _KINDS[meant], self._words[meant], self.role
        key, channel, address_key = question
        self.player.interject(
            Wrote(
                at, role.candidate_id, address_key, channel, body, kind, rule, role.application_id
            )
        )
        self.found.steps.append(Step(at, key, "said", kind, channel, body=body))

    @property
    def _words(self) -> Mapping[str, str]:
        person = self.player.scene.facts.people[self.role.candidate_id]
        return _WORDS.get(person.locale[:2].lower(), _WORDS["en"])


def _step(fate: Fate, due: Due, decision: Decision, at: datetime) -> Step:
    text = decision.rendered if isinstance(decision, Send) else None
    channel = decision.option.channel if isinstance(decision, Send) else decision.channel
    until = decision.until if isinstance(decision, Hold) else None
    return Step(
        at, due.key, _VERDICTS[type(decision)], decision.code, channel or due.channels[0], until,
        decision.checks, text.subject if text else "", text.body if text else "",
        text.preheader if text else "", fate.due_at,
    )  # fmt: skip


def _zone(cast: Cast) -> str:
    """The first zone that they may be in."""
    person = next(iter(cast.people.values()))
    sites = [subject.site_zone for subject in cast.subjects.values()]
    found = plausible.zones_for(person, sites).names
    return found[0] if found else "UTC"
