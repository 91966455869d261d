"""What the gate must know of some people, as it was at each moment of a replay.

The facts are the dispatcher's own (`runs.facts`); what happened changes them in place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from followthrough.channels.registry import SenderRow
from followthrough.core.ids import text_of
from followthrough.governance import consent
from followthrough.governance.caps import Row
from followthrough.governance.decisions import FreezeFact, Send, Use
from followthrough.governance.policy import CompiledPolicy
from followthrough.journeys import versions
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.events import AnchorMoved, StageChanged
from followthrough.messages.outbox import Due
from followthrough.runs.facts import Company, Facts, Person
from followthrough.runs.replay.moments import (
    Blocked,
    Cast,
    Froze,
    Heard,
    Ledger,
    Moment,
    Ruled,
    Said,
    Spoiled,
    Thawed,
    Wished,
)

LONG_AGO = datetime.min.replace(tzinfo=UTC)
HANDED_OVER = "handoff"  # why of a freeze while a person has the conversation


@dataclass(frozen=True)
class Setting:
    """What everybody in a replay has in common. `version_id` is the key under which `versions`
    knows the document; `usual` how long a person usually needs who is asked to step in."""

    organization_id: UUID
    map_id: UUID
    version_id: UUID
    document: MapDocument
    senders: Mapping[str, SenderRow]
    postal: str
    policy: CompiledPolicy
    usual: timedelta

    @property
    def number(self) -> int:
        return versions.number(self.version_id)

    def counts_stages(self, policy: CompiledPolicy) -> bool:
        """Whether any cap counts what was sent in a stage."""
        limits = (versions.limits(self.version_id, stage) for stage in self.document.stages)
        return policy.counts_stages or any(one and one.counts_stages for one in limits)


class Scene:
    """The facts about the people of a cast, now."""

    def __init__(self, cast: Cast, setting: Setting) -> None:
        self.cast, self.setting, self.now = cast, setting, LONG_AGO
        ours = setting.organization_id
        self.consents: dict[tuple[str, str], Any] = {}
        self.blocks: dict[tuple[str, str], datetime] = {}
        self.uses: dict[str, Row] = {
            key: Row(0, []) for person in cast.people.values() for key in person.keys
        }
        self.sayings: dict[UUID, list[tuple[datetime, str, str]]] = defaultdict(list)
        self._introduced: set[UUID] = set()
        self.about: dict[UUID, UUID] = {}  # candidate -> the application last written about
        self.facts = Facts(
            people=dict(cast.people),
            subjects=dict(cast.subjects),
            anchors={key: {} for key in cast.subjects},
            senders={ours: dict(setting.senders)},
            policies={ours: setting.policy},
            consents={ours: self.consents},
            blocks={ours: self.blocks},
            freezes={},
            wishes={},
            postal={ours: setting.postal},
            uses={ours: self.uses},
            failed=defaultdict(set),
            told={},
            answered={},
        )
        self.ours = self._company(setting.policy)
        self.counts_stages = setting.counts_stages(setting.policy)

    def _company(self, policy: CompiledPolicy) -> Company:
        setting = self.setting
        return Company(
            policy, setting.senders, self.consents, self.blocks, self.uses, {}, setting.postal
        )

    def change(self, moment: Moment) -> None:
        """Let what happened count from now on."""
        self.now = moment.at
        if act := _CHANGES.get(type(moment)):
            act(self, moment)

    def judge_by_now(self, at: datetime) -> None:
        """Everything the ledger holds until `at` counts: where nothing was judged before."""
        self.now = at
        for key in self.cast.words:
            self._read(key)

    # --- what changes -----------------------------------------------------------------------------

    def _heard(self, moment: Heard) -> None:
        event, key = moment.event, moment.application_id
        if isinstance(event, StageChanged):
            subject = self.facts.subjects[key]
            self.facts.subjects[key] = subject._replace(stage=event.to, stage_since=event.at)
        elif isinstance(event, AnchorMoved):
            anchors = self.facts.anchors[key]
            self.facts.anchors[key] = {**anchors, event.name: (event.at, event.sequence)}

    def _ledger(self, moment: Ledger) -> None:
        self._read(moment.address_key)

    def _read(self, key: str) -> None:
        rows = [row for row in self.cast.words.get(key, ()) if row[consent.AT] <= self.now]
        if rows:
            consent.read_address(self.consents, key, rows)

    def _blocked(self, moment: Blocked) -> None:
        where = moment.address_key, moment.channel
        if moment.since is None:
            self.blocks.pop(where, None)
        else:
            self.blocks[where] = moment.since

    def _froze(self, moment: Froze) -> None:
        self.freeze(moment.freeze)

    def freeze(self, freeze: FreezeFact) -> None:
        """Automation is silent for a subject."""
        assert freeze.subject_id is not None
        self.facts.freezes.setdefault(freeze.subject_id, []).append(freeze)

    def thaw(self, freeze: FreezeFact) -> None:
        """That freeze does not stand any more."""
        assert freeze.subject_id is not None
        left = [one for one in self.facts.freezes.get(freeze.subject_id, ()) if one != freeze]
        if left:
            self.facts.freezes[freeze.subject_id] = left
        else:
            self.facts.freezes.pop(freeze.subject_id, None)

    def _thawed(self, moment: Thawed) -> None:
        self.thaw(moment.freeze)

    def _wished(self, moment: Wished) -> None:
        self.facts.wishes[moment.candidate_id] = moment.wish

    def _ruled(self, moment: Ruled) -> None:
        self.ours = self._company(moment.policy)
        self.counts_stages = self.setting.counts_stages(moment.policy)

    def _spoiled(self, moment: Spoiled) -> None:
        self._point(moment.candidate_id, moment.contact_point_id, unusable=moment.why)

    def _said(self, moment: Said) -> None:
        if moment.purpose != "service":
            self._use(moment.address_key, moment.touch_id, moment.candidate_id, moment)
        if moment.application_id:
            self.sayings[moment.application_id].append((moment.at, moment.channel, moment.purpose))
            self.about[moment.candidate_id] = moment.application_id
        point = moment.contact_point_id
        if point and point not in self._introduced and moment.purpose != "service":
            self._introduced.add(point)
            self._introduce(moment.candidate_id, point)

    def _use(self, key: str, touch_id: UUID, candidate_id: UUID, said: Said) -> None:
        row = self.uses.setdefault(key, Row(0, []))
        name = text_of(candidate_id)
        use = Use(said.at.timestamp(), text_of(touch_id), name, said.channel, said.purpose)
        row.uses.append(use)

    def _introduce(self, candidate_id: UUID, point_id: UUID) -> None:
        self._point(candidate_id, point_id, introduced=True)

    def _point(self, candidate_id: UUID, point_id: UUID, **change: Any) -> None:
        """Change one contact point of a person, where it differs."""
        person = self.facts.people.get(candidate_id)
        old = next((one for one in person.every if one.id == point_id), None) if person else None
        if person is None or old is None or (new := old._replace(**change)) == old:
            return
        every = [new if one is old else one for one in person.every]
        self.facts.people[candidate_id] = _pointed(person, sorted(every, key=_usable_first))

    # --- what the replay does ---------------------------------------------------------------------

    def write(self, due: Due, decision: Send, at: datetime) -> None:
        """A message of the map's has gone out."""
        option = decision.option
        self._said(
            Said(
                at, due.candidate_id, due.application_id, due.id, option.address_key,
                option.contact_point_id, option.channel, due.purpose,
            )
        )  # fmt: skip

    def wrote(self, candidate_id: UUID, at: datetime) -> None:
        """They have written to us."""
        person = self.facts.people[candidate_id]
        self.facts.people[candidate_id] = person._replace(last_inbound_at=at)

    def count_stages(self) -> None:
        """Have the caps of stages know what was said in each: only where there are any."""
        if not self.counts_stages:
            return
        for key, said in self.sayings.items():
            since = self.facts.subjects[key].stage_since if key in self.facts.subjects else None
            told = [
                (channel, purpose) for at, channel, purpose in said if since is None or at >= since
            ]
            self.facts.told[key] = told  # type: ignore[index]

    def spoken_of(self, candidate_id: UUID) -> UUID | None:
        """The application that an answer of theirs is about: what was last written about, else the
        newest."""
        if candidate_id in self.about:
            return self.about[candidate_id]
        known = self.facts.subjects.values()
        theirs = [one.id for one in known if one.candidate_id == candidate_id and one.stage]
        return max(theirs, default=None)


def _usable_first(point: Any) -> bool:
    return bool(point.unusable)


def _pointed(person: Person, every: list[Any]) -> Person:
    """The person with other contact points: those of each kind that come first are theirs."""
    points = {one.kind: one for one in reversed(every)}
    return person._replace(points=points, every=every)


_CHANGES: Mapping[type, Callable[[Scene, Any], None]] = {
    Heard: Scene._heard,
    Ledger: Scene._ledger,
    Blocked: Scene._blocked,
    Froze: Scene._froze,
    Thawed: Scene._thawed,
    Wished: Scene._wished,
    Spoiled: Scene._spoiled,
    Ruled: Scene._ruled,
    Said: Scene._said,
}
