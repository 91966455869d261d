"""What becomes of those under way when a version is published, and all of it on record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config import worker
from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.journeys.models import Run, RunMove, Running
from followthrough.messages.models import Touch
from followthrough.runs import advance, engine
from followthrough.runs.models import BulkMove
from followthrough.runs.published import moves, moving
from tests import company, invariants, publications
from tests.properties.life import Life, happen
from tests.publications import (
    CALL,
    MAYA,
    TOMAS,
    document,
    move_all,
    moves_to,
    numbers,
    publish,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def life() -> Iterator[Life]:
    with publications.life() as made:
        yield made


def test_a_worker_moves_runs():
    worker.load_duties()
    assert "runs.published.moves.go_on" in [duty.name for duty in engine._house_duties]


def test_who_stays_stays(life):
    publish(life, CALL)
    move_all()
    assert numbers() == [1, 1]
    assert moves_to() is None


def test_who_moves_now_is_moved_in_batches_and_on_record(life, monkeypatch):
    monkeypatch.setattr(moves, "BATCH", 1)
    move = publish(life, CALL, Running.NOW).move
    assert (move.total, numbers()) == (2, [1, 1])
    assert moves._batch_of(move.id) == 1
    move.refresh_from_db()
    assert (move.state, move.done, numbers()) == ("running", 1, [1, 2])
    move_all()
    move.refresh_from_db()
    assert (move.state, move.done, numbers()) == ("done", 2, [2, 2])
    assert RunMove.objects.filter(why=moves.NOW, by=MAYA).count() == 2
    assert Fact.objects.filter(verb="moved_run", actor_id=MAYA).count() == 2
    assert list(invariants.versions()) == []


def test_a_move_that_is_stopped_leaves_the_others_where_they_are(life, monkeypatch):
    monkeypatch.setattr(moves, "BATCH", 1)
    move = publish(life, CALL, Running.NOW).move
    moves._batch_of(move.id)
    assert moves.cancel(move, by=MAYA, at=clock.now())
    assert not moves.cancel(move, by=MAYA, at=clock.now())
    move_all()
    assert numbers() == [1, 2]
    assert moves_to() is None
    assert Fact.objects.get(verb="cancelled_move").why == {"moved": 1, "of": 2}


def test_who_reaches_another_stage_on_the_way_moves_then(life):
    publish(life, CALL, Running.NOW)
    happen(life, ("ats", "app-1", "Screen"))
    assert numbers() == [1, 2]
    moved = RunMove.objects.get(from_version__number=1)
    assert (moved.why, moved.by) == (advance.NEXT_STAGE, MAYA)


def test_an_error_stops_a_move_until_somebody_lets_it_go_on(life, monkeypatch):
    move = publish(life, CALL, Running.NOW).move
    with monkeypatch.context() as broken:
        broken.setattr(advance, "lock", lambda *_, **__: 1 / 0)
        move_all()
    move.refresh_from_db()
    assert (move.state, move.done) == ("failed", 0)
    assert "ZeroDivisionError" in move.problem
    move_all()
    assert numbers() == [1, 1]
    assert moves.resume(move, by=TOMAS, at=clock.now())
    assert not moves.resume(move, by=TOMAS, at=clock.now())
    resumed = Fact.objects.get(verb="resumed_move")
    assert (resumed.actor_id, resumed.subject_id) == (TOMAS, move.id)
    move_all()
    assert numbers() == [2, 2]


def unmovable(run: Run) -> Callable[..., int]:
    """Moving runs, where one of them fails after something of it was written."""
    really = moving.move

    def move(run_ids: Any, **given: Any) -> int:
        moved = really(run_ids, **given)
        if run.id in run_ids:
            raise ZeroDivisionError
        return moved

    return move


def test_a_run_that_cannot_be_moved_is_left_behind_and_the_others_move(life, monkeypatch):
    move = publish(life, CALL, Running.NOW).move
    run = Run.objects.get(application__external_id="app-3")
    with monkeypatch.context() as broken:
        broken.setattr(moving, "move", unmovable(run))
        move_all()
    move.refresh_from_db()
    assert (move.state, move.done, numbers()) == ("done", 1, [1, 2])
    assert move.left_behind == [str(run.application_id)]
    assert "ZeroDivisionError" in move.problem
    assert Fact.objects.get(verb="left_behind").subject_id == run.id
    assert RunMove.objects.filter(why=moves.NOW).count() == 1
    assert not moves.go_on()
    happen(life, ("ats", "app-3", "Interview"))  # nor is it tried with the next stage
    assert numbers() == [1, 2]
    assert moves.resume(move, by=TOMAS, at=clock.now())
    move_all()
    move.refresh_from_db()
    assert (move.state, move.done, move.left_behind, numbers()) == ("done", 2, [], [2, 2])


def test_where_too_many_cannot_be_moved_it_is_not_them(life, monkeypatch):
    monkeypatch.setattr(moves, "MOST_LEFT", 1)
    monkeypatch.setattr(moves, "BATCH", 1)
    monkeypatch.setattr(moving, "move", lambda *_, **__: 1 / 0)
    move = publish(life, CALL, Running.NOW).move
    move_all()
    move.refresh_from_db()
    assert (move.state, len(move.left_behind), numbers()) == ("failed", 1, [1, 1])
    assert moves_to() is None
    assert moves.resume(move, by=TOMAS, at=clock.now())
    assert moves_to() == 2


def failed(life: Life) -> BulkMove:
    """A move to version 2 that an error stopped."""
    move = publish(life, CALL, Running.NOW).move
    BulkMove.objects.filter(id=move.id).update(state="failed", problem="It broke")
    return move


def test_what_an_error_stopped_ends_with_the_next_publication(life):
    move = failed(life)
    publish(life, {"settle": "PT10M"}, Running.NOW)
    move.refresh_from_db()
    assert move.state == "cancelled"
    assert not moves.resume(move, by=MAYA, at=clock.now())
    move_all()
    assert numbers() == [3, 3]


def test_nobody_is_taken_back_by_what_was_overtaken(life):
    move = failed(life)
    newest = publish(life, {"settle": "PT10M"}, Running.NEXT).version
    BulkMove.objects.filter(id=move.id).update(state="failed")
    for act in moves.resume, moves.cancel:
        with pytest.raises(moves.Overtaken):
            act(move, by=MAYA, at=clock.now())
    assert moves_to() == newest.number


def test_a_move_takes_nobody_back_from_a_newer_version(life):
    move = publish(life, CALL, Running.NOW).move
    newest = company.publish(life.company, "associates", document({"settle": "PT10M"}).dump())
    Run.objects.filter(application__external_id="app-3").update(version=newest)
    move_all()
    move.refresh_from_db()
    assert (move.state, move.done, numbers()) == ("done", 1, [2, 3])


def test_a_later_publication_replaces_what_was_chosen(life):
    first = publish(life, CALL, Running.NOW).move
    publish(life, {"settle": "PT10M"}, Running.NEXT)
    first.refresh_from_db()
    assert first.state == "cancelled"
    stopped = Fact.objects.get(verb="cancelled_move")
    assert (stopped.actor_id, stopped.subject_id) == (MAYA, first.id)
    assert stopped.why == {"moved": 0, "of": 2}
    move_all()
    assert numbers() == [1, 1]
    assert moves_to() == 3


def test_nobody_goes_back_with_their_next_stage(life):
    publish(life, CALL, Running.NEXT)
    newest = company.publish(life.company, "associates", document({"settle": "PT10M"}).dump())
    Run.objects.filter(application__external_id="app-1").update(version=newest)
    happen(life, ("ats", "app-1", "Screen"))
    assert numbers() == [1, 3]


@pytest.mark.parametrize("running", [Running.NEXT, Running.NOW])
def test_who_begins_in_the_old_version_while_it_is_published_moves_too(life, monkeypatch, running):
    """The rules that it was begun by were read before the newer version was there."""
    really = advance._chosen

    def chosen(*given: Any) -> Any:
        rule = really(*given)
        monkeypatch.setattr(advance, "_chosen", really)
        publish(life, CALL, running)
        move_all()
        return rule

    monkeypatch.setattr(advance, "_chosen", chosen)
    happen(life, ("ats", "app-2", "New"))
    begun = Run.objects.get(application__external_id="app-2")
    assert begun.version.number == 1
    happen(life, ("ats", "app-2", "Screen"))
    begun.refresh_from_db()
    assert begun.version.number == 2


def test_who_waits_for_the_page_waits_for_no_run(life):
    """However many there are, none is locked or written when it is published."""
    with CaptureQueriesContext(connection) as said:
        publish(life, CALL, Running.NEXT)
    written = [one["sql"] for one in said if one["sql"].startswith(("UPDATE", "INSERT"))]
    assert written
    assert not [one for one in written if "journeys_run" in one or "people_application" in one]


def test_whose_run_is_over_is_left_alone(life):
    happen(life, ("ats", "app-3", "Rejected"))
    move = publish(life, CALL, Running.NOW).move
    assert move.total == 1
    move_all()
    assert numbers() == [1, 2]


def test_a_message_that_was_merged_into_another_is_not_said_again(life):
    run = Run.objects.get(application__external_id="app-1")
    Touch.objects.filter(run_id=run.id, key="thanks").update(state="merged")
    publish(life, {"settle": "PT1M"}, Running.NOW)
    move_all()
    assert not Touch.objects.filter(run_id=run.id, key="thanks", state="planned").exists()
