"""The blast-radius guard: a burst waits for a yes, and what somebody decides about it is done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.governance import words
from followthrough.governance.models import Freeze
from followthrough.intake import foreseen
from followthrough.messages.models import Receipt, Touch
from followthrough.runs import engine, verdicts
from followthrough.runs.burst import batches
from followthrough.runs.burst.batches import Choice, State
from followthrough.runs.models import Batch, Tally
from tests import bursts, invariants
from tests.bursts import ENTERED, LIMIT, QUIET, REMINDER, arrive, lived, sent, taken_in

pytestmark = pytest.mark.django_db
MAYA, OMAR = "member:maya", "member:omar"
DAY = timedelta(days=1)


def the_batch() -> Batch:
    return Batch.objects.get()


def decide(choice: str, by: str = MAYA) -> bool:
    return batches.decide(the_batch().id, choice, by=by, note="As agreed", at=clock.now())


def left(life) -> int:
    """How many have left by now."""
    engine.drain()
    return len(life.provider.calls)


def pass_on(life, seconds: float = 15) -> None:
    """Time passes, everybody works, and so does the house."""
    for _ in range(3):
        clock.advance(timedelta(seconds=seconds / 3))
        batches.see_to_them()
        engine.drain()


# --- noticing ------------------------------------------------------------------------------------


def test_as_many_as_the_policy_says_leave():
    with lived() as life:
        arrive(life, range(LIMIT))
        assert sent(life) == LIMIT
        assert not Batch.objects.exists()


def test_one_more_and_all_of_them_wait():
    with lived() as life:
        arrive(life, range(LIMIT + 1))
        assert sent(life) == 0
        assert Touch.objects.filter(batch_id=the_batch().id, held_for="frozen").count() == LIMIT + 1
        assert (the_batch().state, the_batch().exceeded) == (State.HELD, True)


def test_the_receipt_says_why_it_waits():
    with lived() as life:
        arrive(life, range(LIMIT + 1))
        engine.drain()
        receipt = Receipt.objects.filter(verdict="hold").first()
        assert "a person has to say yes first" in words.sentence(receipt)


def test_what_comes_very_fast_waits_a_moment_so_that_most_of_a_burst_is_held():
    """A move that trickles in, each message sent as it comes: a quarter of the limit has left."""
    with lived(hold_above=40) as life:
        for number in range(41):
            arrive(life, [number])
            engine.drain()
        assert len(life.provider.calls) == 10
        assert Touch.objects.filter(batch_id=the_batch().id).count() == 31


def test_what_waited_a_moment_and_was_no_burst_leaves():
    with lived(hold_above=40) as life:
        arrive(life, range(20))
        engine.drain()
        assert life.provider.calls == []
        assert sent(life) == 20


def test_what_was_planned_before_and_has_not_left_joins():
    with lived() as life:
        taken_in(life, range(LIMIT))
        assert not Batch.objects.exists()
        taken_in(life, [LIMIT])
        assert Touch.objects.filter(batch_id=the_batch().id).count() == LIMIT + 1
        assert sent(life) == 0


def test_what_has_left_has_left_and_what_comes_later_joins():
    with lived() as life:
        arrive(life, range(LIMIT))
        assert sent(life) == LIMIT
        arrive(life, [LIMIT])
        engine.drain()
        pass_on(life, 600)
        bursts.rule(life, hold_above=100_000)  # by itself it would be no burst any more
        arrive(life, [LIMIT + 1, LIMIT + 2])
        assert sent(life) == LIMIT
        assert Touch.objects.filter(batch_id=the_batch().id).count() == 3


def test_in_another_hour_it_is_no_burst():
    with lived() as life:
        arrive(life, range(LIMIT))
        assert sent(life) == LIMIT
        clock.advance(timedelta(minutes=71))
        arrive(life, range(100, 100 + LIMIT))
        assert sent(life) == 2 * LIMIT


def test_what_would_leave_together_days_later_waits_as_well():
    with lived(QUIET) as life:
        arrive(life, range(LIMIT + 1))
        assert sent(life) == 0
        assert Touch.objects.filter(batch_id=the_batch().id).count() == LIMIT + 1
        decide(Choice.ALL)
        due = set(Touch.objects.values_list("due_at", flat=True))
        assert due == set(Touch.objects.values_list("meant_at", flat=True))


def test_a_backlog_is_held_before_the_first_has_left(monkeypatch):
    """Twenty are worked off and plan a message each; the many behind them will do the same."""
    monkeypatch.setattr("followthrough.intake.raw.BATCH", 20)
    with lived(hold_above=50) as life:
        arrive(life, range(60))
        assert sent(life) == 0
        assert Touch.objects.filter(batch_id=the_batch().id).count() == 60
        assert the_batch().foreseen == 40


def test_a_backlog_that_plans_nothing_holds_nobody(monkeypatch):
    monkeypatch.setattr("followthrough.intake.raw.BATCH", 20)
    with lived(hold_above=50) as life:
        arrive(life, [0])
        arrive(life, range(1, 60), stage="A stage nobody mapped")
        assert sent(life) == 1
        assert not Batch.objects.exists()


def test_what_was_only_foreseen_leaves_when_nothing_came(monkeypatch):
    """Twenty planned a message each; of the forty behind them none does."""
    monkeypatch.setattr("followthrough.intake.raw.BATCH", 20)
    with lived(hold_above=50) as life:
        arrive(life, range(20))
        arrive(life, range(20, 60), stage="A stage nobody mapped")
        engine.drain()
        assert (the_batch().exceeded, life.provider.calls) == (False, [])
        foreseen.let_go()
        pass_on(life)
        assert len(life.provider.calls) == 20
        assert the_batch().decided_by == batches.GUARD


def test_a_burst_that_was_foreseen_waits_for_a_person(monkeypatch):
    monkeypatch.setattr("followthrough.intake.raw.BATCH", 20)
    with lived(hold_above=50) as life:
        arrive(life, range(60))
        engine.drain()
        foreseen.let_go()
        assert (the_batch().exceeded, the_batch().state) == (True, State.HELD)


def test_one_connection_does_not_wait_for_another():
    with lived() as life, lived() as other:
        arrive(life, range(LIMIT + 1))
        arrive(other, range(200, 205))
        assert sent(life) + sent(other) == 5


def test_an_answer_and_an_interview_reminder_do_not_wait():
    tomorrow = (bursts.life.world.NOON + timedelta(hours=23)).isoformat()
    with lived(ENTERED, REMINDER) as life:
        arrive(life, range(LIMIT + 1), anchors={"interview_start": tomorrow})
        assert sent(life) == LIMIT + 1
        assert {call.key for call in life.provider.calls} == {
            str(key) for key in Touch.objects.filter(key="reminder").values_list("id", flat=True)
        }
        assert Touch.objects.filter(batch_id=the_batch().id).count() == LIMIT + 1


def test_interviews_that_are_days_ahead_wait():
    """What the map calls urgent waits too, as long as there is a day to look at it."""
    ahead = (bursts.life.world.NOON + timedelta(days=4)).isoformat()
    ask = {"kind": "confirmation", "anchor": "interview_start"}
    confirm = {**ENTERED, "key": "confirm", "ask": ask, "priority": 1}
    with lived(confirm, REMINDER) as life:
        arrive(life, range(LIMIT + 1), anchors={"interview_start": ahead})
        assert sent(life) == 0
        assert Touch.objects.filter(batch_id=the_batch().id).count() == 2 * (LIMIT + 1)


# --- deciding ------------------------------------------------------------------------------------


def test_all_of_them_leave_one_after_another():
    with lived() as life:
        arrive(life, range(LIMIT + 1))
        engine.drain()
        assert decide(Choice.ALL)
        assert left(life) == 1
        clock.advance(5 * batches.PACE)
        assert left(life) == 6
        pass_on(life)
        assert len(life.provider.calls) == LIMIT + 1
        assert (the_batch().state, the_batch().decided_by) == (State.LEAVING, MAYA)
        Batch.objects.update(freed_at=clock.wall() - timedelta(seconds=batches.OVERTAKEN + 1))
        pass_on(life)
        assert the_batch().state == State.LEFT
        assert [*invariants.everything()] == []


def test_what_is_stale_ends_and_the_rest_leaves():
    with lived({**ENTERED, "useful_for": "P9D"}) as life:
        arrive(life, range(8), entered=clock.now() - 2 * DAY)
        arrive(life, range(8, 12))
        engine.drain()
        assert decide(Choice.FRESH)
        pass_on(life)
        assert len(life.provider.calls) == 4
        receipts = Receipt.objects.filter(code="stale_batch", verdict="drop")
        assert receipts.count() == 8
        assert "it was meant to go out on" in words.sentence(receipts[0])
        assert [*invariants.everything()] == []


def test_what_is_of_no_more_use_is_stale():
    with lived({**ENTERED, "useful_for": "PT1H"}, stale_days=60) as life:
        arrive(life, range(LIMIT + 1))
        engine.drain()
        clock.advance(timedelta(hours=1))
        decide(Choice.FRESH)
        assert Receipt.objects.filter(code__in=["stale_batch", "too_late"]).count() == LIMIT + 1


def test_cancelled_they_end_with_a_receipt_of_their_own():
    with lived() as life:
        arrive(life, range(LIMIT + 1))
        engine.drain()
        assert decide(Choice.CANCEL)
        pass_on(life)
        assert life.provider.calls == []
        assert set(Touch.objects.values_list("state", flat=True)) == {"cancelled"}
        assert Receipt.objects.filter(code="batch_cancelled", verdict="cancel").count() == LIMIT + 1
        assert (the_batch().state, the_batch().ended_at is None) == (State.CANCELLED, False)
        assert not Freeze.objects.filter(ended_at=None).exists()
        assert [*invariants.everything()] == []


def test_the_second_decision_changes_nothing():
    with lived() as life:
        arrive(life, range(LIMIT + 1))
        engine.drain()
        assert decide(Choice.ALL)
        assert not decide(Choice.CANCEL, by=OMAR)
        pass_on(life)
        assert len(life.provider.calls) == LIMIT + 1
        assert Fact.objects.filter(verb="decided_batch").get().actor_id == "maya"


def test_after_a_decision_counting_begins_anew():
    with lived() as life:
        arrive(life, range(LIMIT + 1))
        engine.drain()
        decide(Choice.ALL)
        pass_on(life)
        arrive(life, range(100, 100 + LIMIT))
        assert sent(life) == 2 * LIMIT + 1
        arrive(life, [200])
        assert sent(life) == 2 * LIMIT + 1
        assert Batch.objects.filter(state=State.HELD).count() == 1


def test_the_rest_can_be_stopped_and_cancelled():
    with lived() as life:
        arrive(life, range(LIMIT + 1))
        engine.drain()
        decide(Choice.ALL)
        clock.advance(3 * batches.PACE)
        assert left(life) == 4
        assert batches.stop(the_batch().id, by=OMAR, at=clock.now())
        assert not batches.stop(the_batch().id, by=OMAR, at=clock.now())
        pass_on(life)
        assert len(life.provider.calls) == 4
        assert decide(Choice.CANCEL, by=OMAR)
        pass_on(life)
        assert len(life.provider.calls) == 4
        assert Touch.objects.filter(state="cancelled").count() == LIMIT - 3
        assert [*invariants.everything()] == []


def test_stopped_after_the_decision_it_does_not_leave(monkeypatch):
    """Decided, committed, and then stopped before the hand-over."""
    with lived() as life:
        arrive(life, range(LIMIT + 1))
        engine.drain()
        decide(Choice.ALL)
        write = verdicts.Verdicts.write

        def write_and_stop(decided):
            write(decided)
            if decided.ready:
                batches.stop(the_batch().id, by=OMAR, at=clock.now())

        monkeypatch.setattr(verdicts.Verdicts, "write", write_and_stop)
        engine.drain()
        assert life.provider.calls == []
        assert (the_batch().state, Touch.objects.filter(state="planned").count()) == (
            State.STOPPED, LIMIT + 1,
        )  # fmt: skip


def test_stopped_the_rest_can_go_on():
    with lived() as life:
        arrive(life, range(LIMIT + 1))
        engine.drain()
        decide(Choice.ALL)
        engine.drain()
        batches.stop(the_batch().id, by=OMAR, at=clock.now())
        pass_on(life)
        assert decide(Choice.ALL)
        pass_on(life)
        assert len(life.provider.calls) == LIMIT + 1


def test_what_becomes_irrelevant_ends_as_it_always_does():
    with lived() as life:
        arrive(life, range(LIMIT + 1))
        engine.drain()
        clock.advance(timedelta(seconds=1))
        arrive(life, [3], stage="Rejected")
        engine.drain()
        gone = Touch.objects.get(application__external_id="app-3")
        assert gone.state == "cancelled"
        decide(Choice.ALL)
        pass_on(life)
        assert len(life.provider.calls) == LIMIT


def test_a_batch_that_is_worked_off_twice_is_worked_off_once():
    with lived() as life:
        arrive(life, range(LIMIT + 1))
        engine.drain()
        decide(Choice.FRESH)
        for _ in range(3):
            batches.work_off(the_batch().id, now=clock.now())
        pass_on(life)
        assert len(life.provider.calls) == LIMIT + 1
        assert Fact.objects.filter(verb="ended_freeze").count() == 1


def test_what_was_held_as_the_yes_came_goes_with_the_others():
    """A decision that had still seen the freeze committed after it had ended."""
    with lived() as life:
        arrive(life, range(LIMIT + 1))
        engine.drain()
        decide(Choice.ALL)
        engine.drain()
        later = clock.now() + timedelta(hours=1)
        assert Touch.objects.filter(state="planned").update(held_for="frozen", due_at=later)
        pass_on(life)
        assert len(life.provider.calls) == LIMIT + 1


def test_counts_are_forgotten():
    with lived() as life:
        arrive(life, range(5))
        engine.drain()
        assert Tally.objects.exists()
        clock.advance(timedelta(hours=3))
        batches.forget_counts()
        assert not Tally.objects.exists()
