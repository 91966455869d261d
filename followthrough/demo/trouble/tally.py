"""Counting what became of a crowd's first messages: at the product, and at the provider."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from followthrough.channels.models import SandboxMessage
from followthrough.messages.models import Attempt, Touch

UNDERWAY = frozenset({"planned", "sending", "reconciling"})


class Tally(NamedTuple):
    """One message is due to each of the `people`. `lost` and `twice` should be none."""

    people: int = 0
    refused: int = 0  # hand-overs that the provider refused
    waiting: int = 0
    arrived: int = 0
    lost: int = 0
    twice: int = 0

    @property
    def settled(self) -> bool:
        return self.people > 0 and not self.waiting

    @property
    def proved(self) -> bool:
        return self.settled and not self.lost and not self.twice


def tally(
    *,
    people: int,
    states: Sequence[tuple[UUID, str]],
    refused: int,
    arrived: Sequence[tuple[UUID, int]],
) -> Tally:
    """Pure: `states` of the touches there are so far; `arrived` has, for each message that the
    provider kept, its touch and how often it was handed over."""
    there = {touch for touch, _times in arrived}
    ended = {touch for touch, state in states if state not in UNDERWAY}
    lost = len(ended - there)
    twice = sum(times > 1 for _touch, times in arrived)
    return Tally(people, refused, people - len(there) - lost, len(there), lost, twice)


def of(organization_id: UUID, external_ids: Sequence[str]) -> Tally:
    """The first message to each of these applications, by the rows of product and provider."""
    states = list(first_to(organization_id, external_ids).values_list("id", "state"))
    ids = [touch for touch, _state in states]
    refused = Attempt.objects.filter(touch_id__in=ids, state="failed").count()
    kept = SandboxMessage.objects.filter(key__in=[str(one) for one in ids])
    arrived = [(UUID(key), times) for key, times in kept.values_list("key", "times")]
    return tally(people=len(external_ids), states=states, refused=refused, arrived=arrived)


def first_to(organization_id: UUID, external_ids: Sequence[str]) -> QuerySet[Touch]:
    """The first touch about each of these applications."""
    touches = Touch.objects.filter(
        organization_id=organization_id, application__external_id__in=external_ids
    )
    return touches.order_by("application_id", "due_at").distinct("application_id")
