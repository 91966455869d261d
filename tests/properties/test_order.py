"""Webhooks may come twice, late and in any order: it ends as if they had come as they happened."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from followthrough.core import clock
from followthrough.messages.models import Ask, Touch
from followthrough.people.models import Anchor, Application, Candidate, ContactPoint
from followthrough.runs import engine
from tests import door, world
from tests.properties.life import APPLICATIONS, STAGES, Life, lived, snapshot

pytestmark = pytest.mark.django_db

CHANGES = st.lists(
    st.tuples(
        st.sampled_from(APPLICATIONS),
        st.sampled_from(STAGES),
        st.none() | st.integers(5, 60),  # the interview, in hours from now
        st.sampled_from(["+17752000001", "+17752000002", "555-12"]),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25)
@given(changes=CHANGES, seed=st.integers(0, 10_000), batches=st.integers(1, 4))
@example(
    changes=[("app-1", "Screen", None, "+17752000001"), ("app-1", "Interview", 30, "+17752000001"),
             ("app-1", "Screen", 30, "+17752000001")],
    seed=1, batches=1,
)  # fmt: skip
def test_any_order_and_any_repeats_end_the_same(changes, seed, batches):
    sent = list(history(changes))
    orderly = ended([[one] for one in sent])
    shuffled = mixed(sent, random.Random(seed), batches)
    assert ended(shuffled) == orderly


def history(changes: Sequence[tuple[Any, ...]]) -> Iterable[dict[str, Any]]:
    """Snapshots as an ATS would send them, all within the time a stage needs to settle.

    Nobody goes back to a stage they have left: of a there and back that nobody saw, the ATS's
    last word says nothing.
    """
    known: dict[str, dict[str, Any]] = {}
    been: dict[str, set[str]] = {}
    people: dict[str, Any] = {}
    for number, (application, stage, hours, phone) in enumerate(changes):
        at = world.NOON - timedelta(seconds=20) + timedelta(seconds=2 * number)
        before = known.get(application) or snapshot(application)
        seen_before = been.setdefault(application, {"New"})
        stage = before["stage"] if stage in seen_before else stage
        seen_before.add(stage)
        moved = stage != before["stage"]
        since = before.get("stage_changed_at", (world.NOON - timedelta(hours=1)).isoformat())
        anchor = world.NOON + timedelta(hours=hours) if hours else None
        person = {**before["candidate"], "phones": [phone]}
        people[person["id"]] = person  # one person looks the same in all their applications
        known[application] = {
            **before,
            "stage": stage,
            "updated_at": at.isoformat(),
            "stage_changed_at": at.isoformat() if moved else since,
            "anchors": {"interview_start": anchor.isoformat()} if anchor else {},
            "candidate": person,
        }
        yield known[application]


def mixed(
    sent: Sequence[dict[str, Any]], chance: random.Random, batches: int
) -> list[list[dict[str, Any]]]:
    """Everything at least once, some twice, in any order, a few at a time."""
    all_of_it = [*sent, *chance.sample(list(sent), k=chance.randrange(len(sent) + 1))]
    chance.shuffle(all_of_it)
    return [all_of_it[n::batches] for n in range(batches)]


def ended(batches: Sequence[Sequence[dict[str, Any]]]) -> dict[str, Any]:
    """What is there in the end, of everything that people would notice."""
    with lived() as life:
        _begin(life)
        for number, batch in enumerate(batches):
            for place, one in enumerate(batch):
                body, headers = door.signed(life.company.connection, one)
                headers["Followthrough-Event-Id"] = f"{number}-{place}"
                door.from_ats(life.company.connection, body, headers)
            engine.drain()
        assert not life.provider.calls
        return seen()


def _begin(life: Life) -> None:
    """Everybody's run has begun, an hour ago: a run's very first stage speaks at once."""
    with clock.at(world.NOON - timedelta(hours=1)):
        for application in APPLICATIONS:
            life.ats(application, stage_changed_at=clock.now().isoformat())
        engine.drain()
    life.provider.calls.clear()


def seen() -> dict[str, Any]:
    planned = Touch.objects.filter(state="planned").select_related("application")
    asks = Ask.objects.filter(state="open").select_related("application")
    return {
        "stages": sorted(
            Application.objects.values_list("external_id", "stage", "ats_stage", "stage_since")
        ),
        "anchors": sorted(
            Anchor.objects.exclude(at=None).values_list("application__external_id", "name", "at")
        ),
        "planned": sorted(
            (one.application.external_id, one.key, one.due_at, one.useful_until) for one in planned
        ),
        "asks": sorted((one.application.external_id, one.key) for one in asks),
        "people": sorted(Candidate.objects.values_list("external_id", "given_name")),
        "phones": sorted(
            ContactPoint.objects.filter(usable=True).values_list(
                "candidate__external_id", "kind", "written", "position"
            )
        ),
    }
