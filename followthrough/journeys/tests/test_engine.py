"""What no case file can say as well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from followthrough.core.canonical import iso
from followthrough.core.predicates import holds
from followthrough.journeys import engine
from followthrough.journeys.events import (
    AnchorMoved,
    AskAnswered,
    Event,
    PlanTouch,
    Replied,
    StageChanged,
    State,
    TouchSent,
)
from followthrough.journeys.tests.builders import SETTLE, START, a_map

HOUR = timedelta(hours=1)
MAP = a_map(
    {
        "interview": {
            "touches": [
                {
                    "key": "confirm",
                    "trigger": {"stage_entered": {}},
                    "ask": {"kind": "confirmation", "anchor": "interview_start"},
                },
                {"key": "nudge", "trigger": {"no_reply": {"to": "confirm", "within": "PT4H"}}},
                {
                    "key": "stores_only",
                    "trigger": {"stage_entered": {}},
                    "when": {"field": "requisition.family", "op": "is", "value": "retail"},
                },
            ]
        }
    }
)


def run(*events: Event) -> tuple[State, dict[str, PlanTouch]]:
    state, plans = State(), {}
    for event in events:
        state, effects = engine.advance(MAP, state, event, START, settle=SETTLE)
        plans |= {one.key: one for one in effects if isinstance(one, PlanTouch)}
    return state, plans


KNOWN = AnchorMoved("interview_start", START + timedelta(days=3), 1)
ENTERED = StageChanged("interview", START)
FACTS = {
    "application.stage": "interview",
    "anchor.interview_start.sequence": 1,
    "requisition.family": "retail",
    "ask.confirm": "open",
    "candidate.replied_at": None,
}


@pytest.mark.parametrize(
    ("key", "changed", "expected"),
    [
        ("confirm", {}, True),
        ("confirm", {"application.stage": "offer"}, False),
        ("confirm", {"anchor.interview_start.sequence": 2}, False),
        ("confirm", {"anchor.interview_start.sequence": None}, False),
        ("stores_only", {}, True),
        ("stores_only", {"requisition.family": "warehouse"}, False),
        ("nudge", {}, True),
        ("nudge", {"candidate.replied_at": iso(START - HOUR)}, True),
        ("nudge", {"candidate.replied_at": iso(START + 2 * HOUR)}, False),
        ("nudge", {"ask.confirm": "declined"}, False),
        ("nudge", {"ask.confirm": None}, False),
    ],
)
def test_what_is_planned_is_only_sent_while_it_makes_sense(
    key: str, changed: dict[str, object], expected: bool
) -> None:
    _, plans = run(KNOWN, ENTERED)
    sent = TouchSent("confirm", plans["confirm"].occurrence, START + HOUR)
    _, more = run(KNOWN, ENTERED, sent)
    assert holds(more[key].relevance, FACTS | changed) is expected


def test_a_reply_heard_before_the_news_of_sending_plans_no_nudge() -> None:
    _, plans = run(KNOWN, ENTERED)
    sent = TouchSent("confirm", plans["confirm"].occurrence, START + HOUR)
    _, plans = run(KNOWN, ENTERED, Replied(START + 2 * HOUR), sent)
    assert "nudge" not in plans


def test_a_fallback_to_another_channel_neither_asks_twice_nor_starts_the_clock_again() -> None:
    state, plans = run(KNOWN, ENTERED)
    occurrence = plans["confirm"].occurrence
    first = TouchSent("confirm", occurrence, START + HOUR)
    state, _ = engine.advance(MAP, state, first, START, settle=SETTLE)
    again = TouchSent("confirm", f"{occurrence}+", START + 2 * HOUR)
    assert engine.advance(MAP, state, again, START, settle=SETTLE) == (state, [])


def test_a_visit_is_known_by_its_time_even_within_one_second() -> None:
    occurrences = set()
    state = State()
    for stage in ("interview", "offer", "interview", "offer", "interview"):
        event = StageChanged(stage, START)
        state, effects = engine.advance(MAP, state, event, START, settle=SETTLE)
        plans = [one for one in effects if isinstance(one, PlanTouch)]
        occurrences |= {one.occurrence for one in plans}
        assert bool(plans) is (stage == "interview")
    assert len(occurrences) == 3


def test_the_end_of_the_calendar_is_no_reason_to_fail() -> None:
    never = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    document = a_map(
        {
            "hired": {
                "touches": [
                    {"key": "a", "trigger": {"after": {"anchor": "start_date", "by": "P300D"}}},
                    {"key": "b", "trigger": {"before": {"anchor": "start_date", "by": "P300D"}}},
                ]
            }
        }
    )
    for at in (never, datetime(1, 1, 1, tzinfo=UTC)):
        state, _ = engine.advance(
            document, State(), StageChanged("hired", START), START, settle=SETTLE
        )
        event = AnchorMoved("start_date", at, 1)
        _, effects = engine.advance(document, state, event, START, settle=SETTLE)
        assert len(effects) == 2


def test_a_message_on_its_way_while_the_run_moves_is_not_said_twice() -> None:
    state, plans = run(KNOWN, ENTERED)
    moved, effects = engine.moved(MAP, state, START + HOUR, settle=SETTLE)
    (copy,) = [one for one in effects if isinstance(one, PlanTouch) and one.key == "confirm"]
    sent = TouchSent("confirm", plans["confirm"].occurrence, START + HOUR)
    _, effects = engine.advance(MAP, moved, sent, START, settle=SETTLE)
    names = [type(effect).__name__ for effect in effects]
    assert names == ["CancelTouches", "OpenAsk", "PlanTouch"]
    assert copy.occurrence != plans["confirm"].occurrence


def test_a_run_that_has_not_begun_has_nothing_to_move() -> None:
    assert engine.moved(MAP, State(), START, settle=SETTLE) == (State(), [])


def test_the_state_is_small_where_nothing_happened() -> None:
    assert engine.dump_state(State()) == {}
    assert engine.load_state({}) == State()


def test_an_answer_about_the_old_time_is_forgotten_with_it() -> None:
    state, plans = run(KNOWN, ENTERED)
    sent = TouchSent("confirm", plans["confirm"].occurrence, START + HOUR)
    answered = AskAnswered("confirm", "confirmed", START + 2 * HOUR)
    for event in (sent, answered):
        state, _ = engine.advance(MAP, state, event, START, settle=SETTLE)
    assert state.answers == {"confirm": "confirmed"}
    later = AnchorMoved("interview_start", START + timedelta(days=5), 2)
    state, _ = engine.advance(MAP, state, later, START, settle=SETTLE)
    assert (state.answers, state.asks, state.sent) == ({}, {}, {})


def test_a_reminder_of_the_old_time_starts_no_nudge_about_the_new_one() -> None:
    reminder = {
        "key": "reminder",
        "trigger": {"before": {"anchor": "interview_start", "by": "P1D"}},
    }
    nudge = {"key": "nudge", "trigger": {"no_reply": {"to": "reminder", "within": "PT4H"}}}
    document = a_map({"interview": {"touches": [reminder, nudge]}})
    state, keys = State(), []
    for event in (ENTERED, KNOWN):
        state, effects = engine.advance(document, state, event, START, settle=SETTLE)
    (plan,) = [one for one in effects if isinstance(one, PlanTouch)]
    moved = AnchorMoved("interview_start", START + timedelta(days=9), 2)
    for event in (TouchSent("reminder", plan.occurrence, START + HOUR), moved):
        state, effects = engine.advance(document, state, event, START, settle=SETTLE)
        keys.append([one.key for one in effects if isinstance(one, PlanTouch)])
    assert keys == [["nudge"], ["reminder"]]


def test_what_was_another_maps_to_say_is_about_the_old_time_only():
    """The run came from another map, then the interview got a new time, then a version followed."""
    state, _ = run(KNOWN, ENTERED)
    other = a_map({"interview": {"touches": []}})
    came, effects = engine.moved(MAP, state, START + HOUR, settle=SETTLE, elsewhere=other)
    assert not [one for one in effects if isinstance(one, PlanTouch)]
    again = engine.load_state(engine.dump_state(came))
    moved = AnchorMoved("interview_start", START + timedelta(days=5), 2)
    state, effects = engine.advance(MAP, again, moved, START, settle=SETTLE)
    assert [one.key for one in effects if isinstance(one, PlanTouch)] == ["confirm"]
    state = engine.load_state(engine.dump_state(state))
    _, effects = engine.moved(MAP, state, START + 2 * HOUR, settle=SETTLE)
    assert [one.key for one in effects if isinstance(one, PlanTouch)] == ["confirm"]
