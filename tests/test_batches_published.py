"""The guard where a version is published and running runs move to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from followthrough.audit.facts import SYSTEM
from followthrough.core import clock
from followthrough.journeys import rules
from followthrough.journeys.models import Assignment, MessageMap, Run, Running
from followthrough.messages.models import Touch
from followthrough.runs import engine
from followthrough.runs.burst import batches
from followthrough.runs.burst.batches import Choice
from followthrough.runs.models import Batch, BulkMove
from followthrough.runs.published import moves, moving
from tests import bursts, company
from tests.bursts import ENTERED, LIMIT, QUIET, arrive, lived, sent
from tests.test_batches import DAY, decide, pass_on, the_batch

pytestmark = pytest.mark.django_db
NEWS = {**ENTERED, "key": "news", "useful_for": "P30D"}


def running(life, count: int, *touches) -> list:
    """Runs in the first version, whose messages have left long ago."""
    bursts.rule(life, hold_above=100_000)
    arrive(life, range(count))
    sent(life)
    bursts.rule(life)
    clock.advance(timedelta(days=3))
    return list(Run.objects.order_by("id").values_list("id", flat=True))


def published(life, *touches):
    """A version with another text and these touches."""
    better = {**ENTERED, "content": {"sms": {"en": {"body": "Thank you: we have it all."}}}}
    made = company.publish(
        life.company, "associates", bursts.map_of(better, *touches), at=clock.now()
    )
    assert made.number > 1
    return made


def move(runs: list, version, *, left: int = 0) -> None:
    with transaction.atomic():
        assert len(runs) == moving.move(
            runs, to_version=version.id, why="A better text", actor=SYSTEM, now=clock.now(),
            left=left,
        )  # fmt: skip


def test_a_publish_that_would_write_to_everybody_now_waits():
    with lived() as life:
        runs = running(life, LIMIT + 1)
        move(runs, published(life, NEWS))
        assert sent(life) == LIMIT + 1
        assert Touch.objects.filter(batch_id=the_batch().id, key="news").count() == LIMIT + 1
        assert the_batch().cause_kind == "version"


def test_a_publish_is_held_before_its_first_part_has_left():
    with lived() as life:
        runs = running(life, 20)
        version = published(life, NEWS)
        move(runs[:5], version, left=15)
        assert sent(life) == 20
        assert (the_batch().foreseen, the_batch().exceeded) == (15, False)
        move(runs[5:], version)
        assert Touch.objects.filter(batch_id=the_batch().id).count() == 20


def test_a_publish_that_changes_no_time_is_no_burst():
    """Whatever was planned is planned again, for when it was due before."""
    with lived(ENTERED, QUIET) as life:
        arrive(life, range(LIMIT))
        sent(life)
        bursts.rule(life, hold_above=100_000)
        arrive(life, range(LIMIT, 2 * LIMIT))
        sent(life)
        bursts.rule(life)
        move(list(Run.objects.values_list("id", flat=True)), published(life, QUIET))
        assert Touch.objects.filter(state="planned", key="quiet").count() == 2 * LIMIT
        assert not Batch.objects.exists()


def test_a_republish_releases_nothing_that_waits():
    with lived() as life:
        arrive(life, range(LIMIT + 1))
        engine.drain()
        batch = the_batch()
        move(list(Run.objects.values_list("id", flat=True)), published(life))
        assert sent(life) == 0
        waiting = Touch.objects.filter(state="planned")
        assert set(waiting.values_list("batch_id", flat=True)) == {batch.id}
        assert [*Batch.objects.all()] == [batch]


@pytest.mark.parametrize("choice", [Choice.FRESH, Choice.CANCEL])
def test_a_republish_says_nothing_that_was_decided_against(choice):
    with lived({**ENTERED, "useful_for": "P9D"}) as life:
        arrive(life, range(LIMIT + 1), entered=clock.now() - 2 * DAY)
        engine.drain()
        decide(choice)
        bursts.rule(life, hold_above=100_000)  # else it would wait once more
        move(
            list(Run.objects.values_list("id", flat=True)),
            published(life, {**ENTERED, "key": "more", "enabled": False}),
        )
        pass_on(life, 3600)
        assert life.provider.calls == []


def test_many_who_are_given_a_map_at_once_wait_together():
    with lived() as life:
        Assignment.objects.all().delete()
        arrive(life, range(LIMIT + 3))
        assert sent(life) == 0
        assert not Run.objects.exists()
        map = MessageMap.objects.get()
        given = rules.add(map, by="member:m", at=clock.now())
        rules.again(map.organization_id, by="member:m", at=clock.now(), rule_id=given.id)
        assert sent(life) == 0
        assert Run.objects.count() == LIMIT + 3
        assert Touch.objects.filter(batch_id=the_batch().id).count() == LIMIT + 3


def test_what_only_was_foreseen_leaves_when_the_move_is_over():
    with lived() as life:
        running(life, 4)
        version = published(life, NEWS)
        moves.order(version, Running.NOW, by="m", at=clock.now())
        # Most of them are out of reach by then: nothing like the burst that was foreseen.
        BulkMove.objects.update(total=LIMIT * 10)
        moves.go_on()
        assert the_batch().foreseen
        moves.go_on()
        batches.see_to_them()
        assert sent(life) == 8
        batches.see_to_them()
        assert the_batch().choice == "all"


def test_what_only_was_foreseen_leaves_when_another_publication_stops_the_move(monkeypatch):
    monkeypatch.setattr(moves, "BATCH", 2)
    with lived() as life:
        running(life, 4)
        moves.order(published(life, NEWS), Running.NOW, by="m", at=clock.now())
        BulkMove.objects.update(total=LIMIT * 10)
        moves._batch_of(BulkMove.objects.get().id)
        assert the_batch().state == "held"
        moves.order(published(life, QUIET), Running.STAY, by="m", at=clock.now())
        assert the_batch().choice == "all"
        assert sent(life) == 6
