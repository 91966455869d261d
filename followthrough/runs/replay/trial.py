"""A document tried on what really happened: everybody who ran through the map, or whoever is wanted
instead, a part at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple
from uuid import UUID

from followthrough.accounts import postal
from followthrough.channels import registry
from followthrough.conversations.handoffs import DUE, SILENT
from followthrough.core.canonical import digest
from followthrough.governance import policies
from followthrough.governance.models import Policy
from followthrough.governance.policy import CompiledPolicy
from followthrough.journeys import versions
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import MessageMap, Version
from followthrough.runs.replay import happened, history
from followthrough.runs.replay import whom as choice
from followthrough.runs.replay.fates import Fate, stage_of
from followthrough.runs.replay.happened import About, Window
from followthrough.runs.replay.history import Lived
from followthrough.runs.replay.moments import Role, Ruled
from followthrough.runs.replay.player import Player
from followthrough.runs.replay.scene import Setting
from followthrough.runs.replay.whom import Whom
from followthrough.store import sql

Part = list[list[UUID]]  # groups of people who share an address


class Compared(NamedTuple):
    """The people of one cast: what really became of the map's touches, and what would have."""

    lived: Lived
    before: list[Fate]
    after: list[Fate]


class Trial:
    """A document for a map, and a window of time. `whom` it is tried on: whoever ran through the
    map, unless somebody else is named. Reads; writes nothing."""

    def __init__(
        self, map: MessageMap, document: MapDocument, window: Window, *, whom: Whom | None = None
    ) -> None:
        ours = map.organization_id
        self.map, self.window = map, window
        wide = happened.wide_subjects(ours, map.id)
        self.about = About(ours, map.id, window, wide, document.counts_days)
        first, *self.rulings = _policies(ours, window)
        self.setting = setting(map, document, first.policy, usual=usual(ours, window.until))
        self.roles: Sequence[Role] = choice.roles(ours, whom or Whom(map.id), window)

    def __len__(self) -> int:
        return len(self.roles)

    def parts(self) -> Iterator[Part]:
        """The people, so many at a time that one round trip reads what happened to them."""
        return history.parts(self.roles)

    def compare(self, part: Part) -> list[Compared]:
        """Live through what happened to a part of the people."""
        return [self._compared(lived) for lived in history.read(part, self.roles, self.about)]

    def _compared(self, lived: Lived) -> Compared:
        history.told_of(self.map.id, self.setting.number, lived)
        cast = lived.cast
        if self.rulings:
            cast.moments = sorted([*self.rulings, *cast.moments], key=lambda one: one.at)
        fates = Player(cast, self.setting).play(since=self.window.since, until=self.window.until)
        after = [one for one in fates if one.happened]
        for fate in after:
            fate.stage = stage_of(self.setting.document, fate.key)
        return Compared(lived, lived.fates, after)


def setting(
    map: MessageMap, document: MapDocument, policy: CompiledPolicy, *, usual: timedelta
) -> Setting:
    """What everybody who is tried has in common."""
    ours = map.organization_id
    senders, postal_of = sql.ask(registry.of_organizations([ours]), postal.addresses([ours]))
    number = numbered(map, document)
    return Setting(
        ours, map.id, versions.tried(document, number=number), document, senders.get(ours, {}),
        postal_of.get(ours, ""), policy, usual,
    )  # fmt: skip


def numbered(map: MessageMap, document: MapDocument) -> int:
    """The number of the version that says this; else of the next one."""
    known = Version.objects.filter(map=map).order_by("-number")
    same = known.filter(content_hash=digest(document.dump())).first()
    newest = known.first()
    return same.number if same else newest.number + 1 if newest else 1


def _policies(organization_id: UUID, window: Window) -> list[Ruled]:
    """The policy in force as the window began, and those that followed."""
    rows = Policy.objects.filter(organization_id=organization_id, published_at__lt=window.until)
    found = [Ruled(window.since, policies.default())]
    for policy_id, at in rows.order_by("number").values_list("id", "published_at"):
        ruled = Ruled(at, policies.version(policy_id))
        if at <= window.since:
            found = [ruled]
        else:
            found.append(ruled)
    return found


_SEEN_TO = """
SELECT extract(epoch FROM resolved_at - opened_at) FROM conversations_handoff
WHERE organization_id = %s AND reason = ANY(%s) AND resolved_at > %s
ORDER BY id DESC LIMIT 1000
"""


def usual(organization_id: UUID, now: datetime) -> timedelta:
    """How long people here usually need until they have seen to a conversation: the median of the
    last 90 days, else by when they should have."""
    reasons = sorted(reason.value for reason in SILENT)
    rows = sql.rows(_SEEN_TO, (organization_id, reasons, now - timedelta(days=90)))
    took = [float(row[0]) for row in rows]
    return timedelta(seconds=median(took)) if took else DUE["unclear"]
