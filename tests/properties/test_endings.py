"""Whatever happens, every touch ends once with its receipt, and nothing goes out twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from followthrough.messages.models import Attempt, Receipt, Touch
from followthrough.runs import engine
from tests import invariants, scripted
from tests.properties.life import STEPS, happen, let_leases_run_out, lived

pytestmark = pytest.mark.django_db
some = settings(max_examples=25)


@some
@given(
    steps=st.lists(STEPS, min_size=2, max_size=12),
    script=st.lists(st.sampled_from(scripted.ANSWERS), max_size=25),
    look_ups=st.lists(st.sampled_from(["silent", "tells"]), max_size=6),
)
@example(
    steps=[("ats", "app-1", "Interview"), ("passes", 40), ("passes", 26 * 3600)],
    script=["died_gone", "died_lost", "unknown_gone", "unknown_lost", "throttled"],
    look_ups=["silent", "silent"],
)
def test_every_touch_ends_once_and_none_goes_out_twice(steps, script, look_ups):
    with lived(script=script, look_ups=look_ups) as life:
        for step in steps:
            happen(life, step)
        life.to_the_end()
        assert invariants.everything() == []
        assert life.provider.wrong() == []
        _check_gone(life)


def _check_gone(life) -> None:
    """What went out is what is called sent."""
    gone = {call.key for call in life.provider.gone}
    states = {str(key): state for key, state in Touch.objects.values_list("id", "state")}
    assert {states[key] for key in gone} <= {"sent"}
    assert {key for key, state in states.items() if state == "sent"} == gone


@pytest.mark.parametrize("answer", scripted.ANSWERS)
def test_each_answer_of_a_provider_leads_to_an_end(answer):
    """Another attempt begins only after the one before definitively failed."""
    with lived(script=[answer]) as life:
        life.ats("app-1", stage="New")
        life.passes(timedelta(seconds=40))
        first = Attempt.objects.get(number=1)
        expected = "accepted" if answer in scripted.GONE else None
        assert expected is None or first.state == expected
        life.to_the_end()
        assert invariants.everything() == []
        assert life.provider.wrong() == []
        _check_gone(life)


def test_nobody_can_tell_so_it_is_shown_to_a_person(monkeypatch):
    """An outcome that stays unknown is no reason to send again."""
    monkeypatch.setattr("followthrough.runs.reconcile.MOST_TRIES", 3)
    with lived(script=["unknown_gone"], look_ups=["silent"] * 3) as life:
        life.ats("app-1", stage="New")
        life.passes(timedelta(seconds=40))
        for _ in range(4):
            life.passes(timedelta(seconds=20))
        touch = Touch.objects.get(key="thanks")
        assert touch.state == "unknown"
        assert Receipt.objects.filter(touch_id=touch.id, verdict="unknown").count() == 1
        assert len(life.provider.calls) == 1


def test_a_provider_that_cannot_be_asked_leaves_it_unknown():
    with lived(script=["unknown_gone"]) as life:
        life.provider.can_look_up = False
        life.ats("app-1", stage="New")
        life.passes(timedelta(seconds=40))
        assert Touch.objects.get(key="thanks").state == "unknown"
        assert len(life.provider.calls) == 1


def test_a_sender_that_is_gone_leaves_no_touch_hanging():
    """Nobody is left to be asked about a message whose sender was deleted meanwhile."""
    with lived(script=["died_lost"]) as life:
        life.ats("app-1", stage="New")
        engine.drain()
        assert Touch.objects.get(key="thanks").state == "sending"
        life.company.senders["sms"].delete()
        let_leases_run_out()
        engine.drain()
        touch = Touch.objects.get(key="thanks")
        assert touch.state == "unknown"
        assert Receipt.objects.filter(touch_id=touch.id, verdict="unknown").count() == 1
