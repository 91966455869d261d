"""What holds for every map and every stream of events."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from followthrough.journeys import engine
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.events import (
    AnchorMoved,
    AskAnswered,
    CustomEvent,
    OptedOut,
    Replied,
    StageChanged,
    State,
    TouchSent,
)
from followthrough.journeys.tests.builders import SETTLE, START
from followthrough.journeys.tests.rows import Rows
from followthrough.journeys.tests.strategies import ANCHORS, EVENTS, maps, moments

bounded = settings(max_examples=40, deadline=None)

facts = st.one_of(
    st.builds(
        AnchorMoved,
        name=st.sampled_from(ANCHORS),
        at=st.one_of(st.none(), moments),
        sequence=st.integers(1, 5),
    ),
    st.builds(Replied, at=moments),
)


def run(document: MapDocument, stream: list[Any]) -> tuple[State, Rows]:
    state, rows = State(), Rows()
    for event in stream:
        state, effects = engine.advance(document, state, event, START, settle=SETTLE)
        rows.apply(effects)
    return state, rows


def stage_changes(document: MapDocument, names: list[str]) -> list[StageChanged]:
    """The stages in their order, an hour apart, each different from the one before."""
    return [
        StageChanged(to=name, at=START + timedelta(hours=number))
        for number, name in enumerate(names)
        if number == 0 or names[number - 1] != name
    ]


def outcome(state: State, rows: Rows) -> tuple[Any, ...]:
    return state.stage, state.ended, rows.open_asks(), rows.planned()


def consistent(stream: list[Any]) -> list[Any]:
    """The anchor facts of one ATS: one time for each sequence of a name."""
    seen: dict[tuple[str, int], Any] = {}
    return [
        seen.setdefault((one.name, one.sequence), one) if isinstance(one, AnchorMoved) else one
        for one in stream
    ]


@bounded
@given(
    st.data(), maps, st.lists(st.sampled_from(range(4)), min_size=2, max_size=7), st.lists(facts)
)
def test_stages_in_between_do_not_matter(
    data: st.DataObject, document: MapDocument, picked: list[int], others: list[Any]
) -> None:
    """A quick A→B→C ends the same whether B was seen or not."""
    names = [[*document.stages, "unmapped"][one % (len(document.stages) + 1)] for one in picked]
    changes = stage_changes(document, names)
    assume(len(changes) > 1)
    kept = [changes[0], *(one for one in changes[1:-1] if data.draw(st.booleans())), changes[-1]]
    # One exception, and documented: where the stage before the last is the last one itself, there
    # was no change to be seen.
    assume(kept[-2].to != kept[-1].to)
    others = consistent(others)
    place = data.draw(st.integers(1, len(kept)))
    with_all = [*changes[:-1], *others, changes[-1]] if place < len(kept) else [*changes, *others]
    with_few = [*kept[:-1], *others, kept[-1]] if place < len(kept) else [*kept, *others]
    assert outcome(*run(document, with_all)) == outcome(*run(document, with_few))


@bounded
@given(st.data(), maps, st.integers(1, 5), st.lists(facts, max_size=6))
def test_repeats_and_disorder_do_not_matter(
    data: st.DataObject, document: MapDocument, length: int, others: list[Any]
) -> None:
    """Whatever the order and however often: the same stage, asks and planned touches."""
    names = [*document.stages, "unmapped"]
    picked = data.draw(st.lists(st.sampled_from(names[1:]), min_size=length, max_size=length))
    changes = stage_changes(document, [*picked, names[0]])
    orderly = [*changes, *consistent(others)]
    more = data.draw(st.lists(st.sampled_from(orderly), max_size=5))
    shuffled = data.draw(st.permutations([*orderly[1:], *more]))
    assert outcome(*run(document, orderly)) == outcome(*run(document, [changes[0], *shuffled]))


class Candidate:
    """Somebody to whom anything may happen, one thing after the other."""

    def __init__(self, document: MapDocument) -> None:
        self.document, self.state, self.rows = document, State(), Rows()
        self.now = START

    def events(self, data: st.DataObject) -> Any:
        self.now += timedelta(minutes=data.draw(st.integers(0, 60 * 24 * 3)))
        planned, asks = sorted(self.rows.planned()), sorted(self.state.asks)
        kinds = [self.stage, self.anchor, self.said]
        kinds += [self.sent] if planned else []
        kinds += [self.answered] if asks else []
        return data.draw(st.sampled_from(kinds))(data, planned, asks)

    def stage(self, data: st.DataObject, *_: Any) -> Any:
        names = [*self.document.stages, "unmapped"]
        late = timedelta(hours=data.draw(st.sampled_from([0, 0, 0, 30])))
        return StageChanged(to=data.draw(st.sampled_from(names)), at=self.now - late)

    def anchor(self, data: st.DataObject, *_: Any) -> Any:
        name = data.draw(st.sampled_from(ANCHORS))
        sequence = self.state.anchors.get(name, (None, 0))[1] + data.draw(st.integers(0, 2))
        return AnchorMoved(name, data.draw(st.one_of(st.none(), moments)), sequence)

    def said(self, data: st.DataObject, *_: Any) -> Any:
        custom = CustomEvent(data.draw(st.sampled_from(EVENTS)), self.now, str(self.now))
        return data.draw(st.sampled_from([Replied(self.now), OptedOut(self.now), custom]))

    def sent(self, data: st.DataObject, planned: list[tuple[str, str]], _: Any) -> Any:
        key, occurrence = data.draw(st.sampled_from(planned))
        self.rows.states[key, occurrence] = "sent"
        return TouchSent(key, occurrence, self.now)

    def answered(self, data: st.DataObject, _: Any, asks: list[str]) -> Any:
        answer = data.draw(st.sampled_from(["confirmed", "declined"]))
        return AskAnswered(data.draw(st.sampled_from(asks)), answer, self.now, "sms")


@settings(max_examples=50, deadline=None)
@given(st.data(), maps)
def test_a_run_keeps_its_word(data: st.DataObject, document: MapDocument) -> None:
    """Along any run: only the present stage is spoken for, and the same facts give the same."""
    somebody = Candidate(document)
    for _ in range(data.draw(st.integers(1, 14))):
        event = somebody.events(data)
        before = somebody.state
        after, effects = engine.advance(document, before, event, START, settle=SETTLE)
        again = engine.load_state(engine.dump_state(before))
        assert again == before
        later = engine.advance(document, again, event, somebody.now, settle=SETTLE)
        assert later == (after, effects)
        somebody.state = after
        somebody.rows.apply(effects)
        check_rows(somebody)


def check_rows(somebody: Candidate) -> None:
    document, state, rows = somebody.document, somebody.state, somebody.rows
    for (key, occurrence), plan in rows.planned().items():
        asking = key.removesuffix(".reply")
        assert document.stage_of[asking] == state.stage
        assert document.touches[asking].enabled or plan.origin == "reply"
        assert len(occurrence) <= 60
        if plan.anchor_name:
            assert plan.anchor_sequence == state.anchors[plan.anchor_name][1]
            assert state.anchors[plan.anchor_name][0] is not None
    assert {key for key, _ in rows.open_asks()} == set(state.asks)
    assert state.ended == document.ends(state.stage)


@settings(max_examples=40, deadline=None)
@given(st.data(), maps, maps)
def test_moving_a_run_repeats_nothing_and_releases_nothing_stale(
    data: st.DataObject, document: MapDocument, other: MapDocument
) -> None:
    somebody = Candidate(document)
    for _ in range(data.draw(st.integers(1, 10))):
        event = somebody.events(data)
        somebody.state, effects = engine.advance(
            document, somebody.state, event, START, settle=SETTLE
        )
        somebody.rows.apply(effects)
    said = [identity for identity, state in somebody.rows.states.items() if state == "sent"]
    target = data.draw(st.sampled_from([document, other]))
    somebody.document = target
    now = somebody.now
    somebody.state, effects = engine.moved(target, somebody.state, now, settle=SETTLE, said=said)
    before = set(somebody.rows.touches)
    somebody.rows.apply(effects)
    check_rows(somebody)
    spoken = {k for k, o in said if engine.is_current(target, somebody.state, key=k, occurrence=o)}
    for identity, plan in somebody.rows.planned().items():
        assert identity not in before
        assert identity[0] not in spoken
        assert plan.useful_until is None or plan.useful_until > now
