"""What must hold of the database after anything whatever: each returns what is wrong, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from followthrough.audit.facts import ACTOR_KINDS
from followthrough.audit.models import Fact
from followthrough.journeys.models import Run, RunMove
from followthrough.messages.models import TERMINAL, Attempt, Receipt, Touch

ENDS = {"dropped": "drop", "cancelled": "cancel", "merged": "merge", "failed": "fail",
        "unknown": "unknown", "sent": "send", "shadowed": "shadow"}  # fmt: skip


def everything() -> list[str]:
    """Whatever is wrong with touches, attempts, runs and facts."""
    return [*endings(), *attempts(), *versions(), *actors()]


def endings() -> Iterator[str]:
    """Every touch has ended, in one way, with the receipt of that end and of no other."""
    verdicts: dict[object, Counter[str]] = {}
    for touch_id, verdict in Receipt.objects.values_list("touch_id", "verdict"):
        verdicts.setdefault(touch_id, Counter())[verdict] += 1
    for touch in Touch.objects.all():
        theirs = verdicts.get(touch.id, Counter())
        if touch.state not in TERMINAL:
            yield f"{touch.key} {touch.id} is still {touch.state}"
        elif not theirs[ENDS[touch.state]]:
            yield f"{touch.key} {touch.id} is {touch.state} without a receipt: {dict(theirs)}"
        ends = sum(theirs[one] for one in ("drop", "cancel", "merge", "unknown", "shadow"))
        if ends != (touch.state in ("dropped", "cancelled", "merged", "unknown", "shadowed")):
            yield f"{touch.key} {touch.id} is {touch.state} and has ends: {dict(theirs)}"
        if (touch.ended_at is None) == (touch.state in TERMINAL):
            yield f"{touch.key} {touch.id} is {touch.state} and ended at {touch.ended_at}"


def attempts() -> Iterator[str]:
    """Attempts follow one another: all but the last failed for certain, and the last fits."""
    by_touch: dict[object, list[Attempt]] = {}
    for attempt in Attempt.objects.order_by("number"):
        by_touch.setdefault(attempt.touch_id, []).append(attempt)
    states = dict(Touch.objects.values_list("id", "state"))
    for touch_id, theirs in by_touch.items():
        found = [attempt.state for attempt in theirs]
        if any(state not in ("failed", "expired") for state in found[:-1]):
            yield f"{touch_id} has attempts {found}"
        if (found[-1] == "accepted") != (states[touch_id] == "sent"):
            yield f"{touch_id} is {states[touch_id]} after attempts {found}"
        if [attempt.number for attempt in theirs] != list(range(1, len(theirs) + 1)):
            yield f"{touch_id} has attempts numbered {[attempt.number for attempt in theirs]}"


def versions() -> Iterator[str]:
    """A run got to its version by recorded moves, each from where the one before led."""
    for run in Run.objects.all():
        moves = list(RunMove.objects.filter(run=run).order_by("at", "id"))
        way = [None, *(move.to_version_id for move in moves)]
        if [move.from_version_id for move in moves] != way[:-1] or way[-1] != run.version_id:
            yield f"run {run.id} is in {run.version_id} by {way}"
        if any(not move.by for move in moves):
            yield f"run {run.id} was moved by nobody"


def actors() -> Iterator[str]:
    """Every fact names who did it."""
    for fact in Fact.objects.exclude(actor_kind__in=ACTOR_KINDS):
        yield f"{fact.verb} was done by a {fact.actor_kind!r}"
    for fact in Fact.objects.filter(actor_id=""):
        yield f"{fact.verb} was done by nobody"
