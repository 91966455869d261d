"""The outbox: what is claimed, what counts, and who comes too late."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

from followthrough.core.ids import uuid7
from followthrough.messages import outbox, planning
from followthrough.messages.models import Attempt, Message, Receipt, Touch
from followthrough.store import sql
from tests import world
from tests.world import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def candidate():
    return world.candidate(world.connection(world.organization()), phone="+17755550101")


def plan(candidate, **given):
    values = {
        "organization_id": candidate.organization_id,
        "application_id": None,
        "candidate_id": candidate.id,
        "run_id": None,
        "version_id": None,
        "shard": candidate.shard,
        "origin": "map",
        "key": "hello",
        "occurrence": "1",
        "purpose": "informational",
        "priority": 5,
        "due_at": NOON,
        "useful_until": None,
        "anchor_name": "",
        "anchor_sequence": None,
        "relevance": {"field": "application.stage", "op": "is", "value": "applied"},
        "channels": ["sms", "email"],
        "content": {"sms": {"en": {"body": "Hi"}}},
        "reply_to_at": None,
        "listened": False,
    }
    return planning.Plan(**values | given)


def claimed(candidate, **given):
    return outbox.claim(**{"shards": [candidate.shard], "now": NOON, "limit": 10} | given)


def start(due):
    sending = outbox.Sending(due, uuid7(), "sms", uuid4(), None, "key", "", "Hi")
    outbox.start([sending], epochs={sending.touch.shard: 1}, now=NOON)
    return sending


def test_a_planned_touch_keeps_everything_it_was_given(candidate):
    planning.plan([plan(candidate)], now=NOON)
    (due,) = claimed(candidate)
    assert due.relevance == {"field": "application.stage", "op": "is", "value": "applied"}
    assert (due.channels, due.content) == (["sms", "email"], {"sms": {"en": {"body": "Hi"}}})


def test_only_what_is_due_is_claimed_earliest_first(candidate):
    for minutes in (5, -5, -10):
        planning.plan([plan(candidate, key=str(minutes), due_at=NOON + timedelta(minutes=minutes))],
                      now=NOON)  # fmt: skip
    assert [due.key for due in claimed(candidate)] == ["-10", "-5"]


def test_the_next_due_is_the_first_that_is_still_ahead(candidate):
    def next_due():
        return outbox.next_due(shards=[candidate.shard, candidate.shard + 1], now=NOON)

    assert next_due() is None
    for minutes in (7, 5, -5):
        planning.plan([plan(candidate, key=str(minutes), due_at=NOON + timedelta(minutes=minutes))],
                      now=NOON)  # fmt: skip
    assert next_due() == NOON + timedelta(minutes=5)
    start(claimed(candidate, now=NOON + timedelta(minutes=5))[1])
    assert next_due() == NOON + timedelta(minutes=7)


def test_the_same_touch_of_a_run_is_planned_once(candidate):
    one = plan(candidate, run_id=uuid4())
    assert len(planning.plan([one], now=NOON)) == 1
    assert planning.plan([one, one._replace(due_at=NOON + timedelta(days=1))], now=NOON) == []


def test_planning_wakes_the_shard_of_what_is_due_now_and_of_nothing_else(candidate, monkeypatch):
    woken = []
    monkeypatch.setattr(
        planning,
        "_PLAN",
        planning._PLAN.replace("pg_notify(%s, shard::text)", "%s || ' ' || shard"),
    )
    later = NOON + timedelta(days=1)
    for one in (plan(candidate, key="now"), plan(candidate, key="later", due_at=later)):
        woken += [row[1] for row in sql.rows(*planning._plan([one], NOON))]
    assert woken == [f"{sql.WAKE} {candidate.shard}", None]


def test_a_persons_next_message_waits_while_one_is_on_its_way(candidate):
    planning.plan([plan(candidate, key="a"), plan(candidate, key="b")], now=NOON)
    first, _ = claimed(candidate)
    start(first)
    assert claimed(candidate) == []


def test_starting_writes_attempt_and_message_before_anyone_is_called(candidate):
    planning.plan([plan(candidate)], now=NOON)
    sending = start(claimed(candidate)[0])
    attempt = Attempt.objects.get(id=sending.attempt_id)
    assert (attempt.state, attempt.number) == ("started", 1)
    assert Message.objects.get(attempt_id=attempt.id).body == "Hi"
    assert Touch.objects.get().state == "sending"


def test_an_outcome_counts_once(candidate):
    planning.plan([plan(candidate)], now=NOON)
    sending = start(claimed(candidate)[0])
    accepted = outbox.Outcome(sending.attempt_id, "accepted", "p1", "", "", None)
    assert outbox.settle([accepted]) == {sending.attempt_id}
    assert outbox.settle([accepted._replace(state="failed")]) == set()
    assert Attempt.objects.get().state == "accepted"


def test_a_touch_ends_only_from_the_state_it_was_in(candidate):
    planning.plan([plan(candidate)], now=NOON)
    due = claimed(candidate)[0]
    assert outbox.end([(due.id, "sent")], now=NOON, was=["sending"]) == set()
    assert outbox.end([(due.id, "dropped")], now=NOON, was=["planned"]) == {due.id}


def test_cancelling_leaves_a_receipt_and_spares_what_is_on_its_way(candidate):
    run = uuid4()
    planning.plan([plan(candidate, run_id=run, key=key) for key in ("a", "b")], now=NOON)
    start(claimed(candidate)[0])
    assert planning.cancel([planning.Cancel(run, None, "left_stage")], now=NOON) == 1
    assert Receipt.objects.get().code == "left_stage"
    assert sorted(Touch.objects.values_list("state", flat=True)) == ["cancelled", "sending"]


def test_only_a_lease_that_ran_out_is_overdue(candidate):
    planning.plan([plan(candidate)], now=NOON)
    start(claimed(candidate)[0])
    given = {"shards": [candidate.shard], "limit": 10}
    assert outbox.overdue(**given) == []
    sql.run("UPDATE messaging_touch SET lease_until = now() - interval '1 s'")
    assert [due.key for due in outbox.overdue(**given)] == ["hello"]
    assert Touch.objects.get().state == "reconciling"


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_claim_the_same_touch(candidate):
    planning.plan([plan(candidate)], now=NOON)
    other = connection.copy()
    try:
        with transaction.atomic():
            assert len(claimed(candidate)) == 1
            other.ensure_connection()
            with other.connection.cursor() as cursor:
                cursor.execute("SELECT id FROM messaging_touch FOR UPDATE SKIP LOCKED")
                assert cursor.fetchall() == []
    finally:
        other.close()
