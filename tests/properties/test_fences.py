"""Workers that were believed dead, decisions that grew old, rows that nothing can be made of."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction

from followthrough.audit.facts import Actor
from followthrough.audit.models import Fact
from followthrough.channels import contract
from followthrough.core import clock
from followthrough.governance import consent, gate
from followthrough.intake import work
from followthrough.intake.ats.generic.document import read_snapshot
from followthrough.intake.models import RawEvent
from followthrough.journeys.events import AnchorMoved, Replied
from followthrough.journeys.models import Run
from followthrough.messages.models import Attempt, Receipt, Touch
from followthrough.people import mirror
from followthrough.people.models import Application, Candidate, ContactPoint
from followthrough.runs import advance, dispatch, engine, handover, settling, verdicts
from followthrough.runs.models import Shard
from tests import invariants
from tests.properties.life import let_leases_run_out, lived, snapshot

pytestmark = pytest.mark.django_db


def test_who_lost_the_shard_hands_nothing_over():
    """The epoch in the shard's row is the fencing token."""
    with lived() as life:
        life.ats("app-1", stage="New")
        _only("intake.work.work")
        Shard.objects.create(number=0, owner="another", epoch=5)
        for _ in range(3):
            dispatch.work({0: 4})
        assert life.provider.calls == []
        _work_until(lambda: life.provider.calls, epoch=5)
        assert len(life.provider.calls) == 1


def test_a_late_outcome_counts_only_while_nobody_has_settled_the_attempt():
    """A worker comes back from the dead and says how it went: that is known already."""
    with lived() as life:
        life.ats("app-1", stage="Interview", anchors={"interview_start": "2026-06-09T19:00:00Z"})
        late: list[handover.Finished] = []
        _keep_outcomes(late)
        let_leases_run_out()
        engine.drain()
        assert Attempt.objects.get().state == "accepted"
        before = (_facts(), list(Receipt.objects.values_list("id")), _state())
        clock.advance(timedelta(minutes=5))
        settling.settle(late, now=clock.now())
        settling.settle([late[0]._replace(outcome=contract.Rejected("late"))], now=clock.now())
        assert (_facts(), list(Receipt.objects.values_list("id")), _state()) == before


def _keep_outcomes(kept: list[handover.Finished]) -> None:
    """Hand over what is due, and keep to ourselves what came of it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(settling, "settle", lambda finished, now: kept.extend(finished) or 0)
        engine.drain()
    assert len(kept) == 1


def _facts() -> int:
    return Fact.objects.count()


def _state() -> dict:
    return Run.objects.get().state


def test_a_decision_that_grew_old_is_made_again(monkeypatch):
    """Hand-over starts within two seconds of the decision, or not at all."""
    with lived() as life:
        life.ats("app-1", stage="New")
        monkeypatch.setattr(handover, "DECISION_SECONDS", -1.0)
        _only("intake.work.work")
        for _ in range(3):
            dispatch.work({0: None})
        assert life.provider.calls == []
        assert Attempt.objects.filter(state="expired").exists()
        monkeypatch.undo()
        life.to_the_end()
        assert Touch.objects.get(key="thanks").state == "sent"
        assert invariants.everything() == []


def test_a_process_that_was_stopped_before_the_call_does_not_make_it_later(monkeypatch):
    """Between launching and calling, a process may stand still for a minute."""
    with lived() as life:
        life.ats("app-1", stage="New")
        launch = handover.Lane.launch

        def launch_late(lane, readies, started_at):
            launch(lane, [one._replace(decided=one.decided - 60) for one in readies], started_at)

        monkeypatch.setattr(handover.Lane, "launch", launch_late)
        _only("intake.work.work")
        _work_until(lambda: Attempt.objects.filter(state="expired").exists(), epoch=None)
        assert life.provider.calls == []


def test_an_opt_out_after_the_decision_still_stops_the_hand_over(monkeypatch):
    with lived() as life:
        life.ats("app-1", stage="New")
        write = verdicts.Verdicts.write

        def write_and_stop(decided):
            write(decided)
            if decided.ready:
                _opt_out(life)

        monkeypatch.setattr(verdicts.Verdicts, "write", write_and_stop)
        engine.drain()
        assert life.provider.calls == []
        assert Touch.objects.get(key="thanks").state == "dropped"


@pytest.mark.parametrize("said", ["no", "less"])
def test_whatever_is_said_after_the_decision_is_weighed_before_the_hand_over(said, monkeypatch):
    """What blocks no address stops a message all the same: the ATS's no, a wish for less."""
    with lived() as life:
        life.ats("app-1", stage="New")
        write = verdicts.Verdicts.write

        def write_and_tell(decided):
            write(decided)
            if decided.ready:
                _say(said)

        monkeypatch.setattr(verdicts.Verdicts, "write", write_and_tell)
        engine.drain()
        assert [call.channel for call in life.provider.calls] == (
            [] if said == "less" else ["email"]
        )
        attempts = Attempt.objects.filter(channel="sms").values_list("state", flat=True)
        assert set(attempts) == {"expired"}


def _say(said: str) -> None:
    point = ContactPoint.objects.get(kind="phone", usable=True)
    told = {"organization_id": point.organization_id, "actor": Actor("ats", "a"),
            "at": clock.now(), "source": "ats", "evidence": {}}  # fmt: skip
    if said == "no":
        consent.record_all([
            consent.Entry(candidate_id=point.candidate_id, contact_point_id=point.id,
                          address_key=point.address_key, channel="sms", state="revoked",
                          basis="application_form", **told)
        ])  # fmt: skip
    else:
        about = {"requisition": Application.objects.get().requisition.external_id}
        consent.opt_out(contact_point=point, channel="sms", basis="narrowed", scope=about, **told)


def _opt_out(life) -> None:
    consent.opt_out(
        organization_id=life.company.organization.id,
        contact_point=ContactPoint.objects.get(kind="phone", usable=True), channel="sms",
        basis="keyword", source="sms", evidence={}, actor=Actor("candidate", "c"), at=clock.now(),
    )  # fmt: skip


def test_a_touch_nothing_can_be_made_of_ends_explained_and_blocks_nobody(monkeypatch):
    with lived() as life:
        life.ats("app-1", stage="New")
        life.ats("app-3", stage="Screen")
        decide = gate.decide

        def fails_for_thanks(drafts, *rest):
            if any(draft.key == "thanks" for draft in drafts):
                raise ZeroDivisionError
            return decide(drafts, *rest)

        monkeypatch.setattr(gate, "decide", fails_for_thanks)
        engine.drain()
        assert [call.body for call in life.provider.calls if "call you" in call.body]
        for _ in range(8):
            life.passes(timedelta(hours=2))
        touch = Touch.objects.get(key="thanks")
        assert touch.state == "failed"
        assert Receipt.objects.filter(touch_id=touch.id, verdict="fail", code="poison").exists()


def test_an_outcome_the_journey_cannot_hear_of_is_recorded_all_the_same(monkeypatch):
    """The message went out: that must stand, whatever the journey makes of it."""
    with lived() as life:
        life.ats("app-1", stage="Interview", anchors={"interview_start": "2026-06-09T19:00:00Z"})
        _only("intake.work.work")
        monkeypatch.setattr(settling.advance, "apply", _fails)
        _work_until(lambda: Touch.objects.get(key="invite").state == "sent", epoch=None)
        assert Attempt.objects.get().state == "accepted"


def _fails(changes, **_):
    if changes:
        raise ZeroDivisionError


def _only(name: str) -> None:
    """One kind of work, once."""
    (duty,) = [duty for duty in engine._shard_duties if duty.name == name]
    duty.work({0: None})


def _work_until(done, *, epoch: int | None) -> None:
    for _ in range(500):
        dispatch.work({0: epoch})
        if done():
            return
        threading.Event().wait(0.002)
    raise AssertionError("It never happened.")


@pytest.mark.django_db(transaction=True)
def test_two_events_at_the_same_moment_are_both_heard():
    """Whoever had to wait for the application sees what the other did to its run."""
    with lived(keep=True) as life:
        life.ats("app-1", stage="Interview")
        engine.drain()
        app = Application.objects.get()
        anchor = AnchorMoved("interview_start", clock.now() + timedelta(days=3), 7)
        thread = threading.Thread(target=_apply_elsewhere, args=(app.id, anchor))
        with transaction.atomic():
            replied = Replied(at=clock.now() + timedelta(seconds=1))
            advance.apply([(app.id, replied)], now=clock.now())
            thread.start()
            _wait_for_a_waiting_session()
        thread.join()
        state = Run.objects.get().state
        assert state.get("replied_at")
        assert state["anchors"]["interview_start"][1] == 7


@pytest.mark.django_db(transaction=True)
def test_a_webhook_that_had_to_wait_goes_on_from_what_the_other_left():
    """Intake reads the run in a statement after the one that waits."""
    with lived(keep=True) as life:
        life.ats("app-1", stage="Interview")
        engine.drain()
        clock.advance(timedelta(minutes=1))
        life.ats("app-1", stage="Screen")
        app = Application.objects.get()
        thread = threading.Thread(target=_work_off_elsewhere)
        with transaction.atomic():
            advance.apply([(app.id, Replied(at=clock.now()))], now=clock.now())
            thread.start()
            _wait_for_a_waiting_session()
        thread.join()
        state = Run.objects.get().state
        assert state["stage"] == "screen"
        assert state.get("replied_at")


@pytest.mark.django_db(transaction=True)
def test_a_webhook_that_had_to_wait_is_compared_with_what_came_meanwhile():
    with lived(keep=True) as life:
        life.ats("app-1", stage="Interview")
        engine.drain()
        life.ats("app-1", stage="Screen")
        newer = life.snapshots["app-1"] | {
            "stage": "Rejected", "updated_at": (clock.now() + timedelta(minutes=1)).isoformat(),
        }  # fmt: skip
        thread = threading.Thread(target=_work_off_elsewhere)
        with transaction.atomic():
            mirror.apply(life.company.connection, [read_snapshot(newer)], now=clock.now())
            thread.start()
            _wait_for_a_waiting_session()
        thread.join()
        assert Application.objects.get().stage == "rejected"
        assert RawEvent.objects.latest("id").outcome == "older than the last seen"


@pytest.mark.django_db(transaction=True)
def test_somebody_new_whom_two_workers_hear_of_at_once_is_one_candidate():
    """Who was slower does its batch again, and finds what the other has added."""
    with lived(keep=True) as life:
        life.ats("app-2")
        other = {**snapshot("app-1"), "updated_at": clock.now().isoformat()}
        thread = threading.Thread(target=_work_off_elsewhere)
        with transaction.atomic():
            mirror.apply(life.company.connection, [read_snapshot(other)], now=clock.now())
            thread.start()
            _wait_for_a_waiting_session()
        thread.join()
        assert Application.objects.count() == 2
        assert Candidate.objects.count() == 1
        assert ContactPoint.objects.count() == 2
        event = RawEvent.objects.get()
        assert (event.state, event.tries) == ("done", 0)


def _work_off_elsewhere() -> None:
    try:
        work.work(dict.fromkeys(range(settings.SHARDS)))
    finally:
        connection.close()


def _apply_elsewhere(application_id, event) -> None:
    try:
        with transaction.atomic():
            advance.apply([(application_id, event)], now=clock.now())
    finally:
        connection.close()


def _wait_for_a_waiting_session() -> None:
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        threading.Event().wait(0.01)
    raise AssertionError("Nobody waits for the lock.")
