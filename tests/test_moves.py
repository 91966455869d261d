"""Publishing with people under way: what is said beforehand is what happens, and all on record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from config import worker
from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.journeys import documents, drafts, proposals, versions
from followthrough.journeys.models import Draft, MessageMap, Run, RunMove, Running, Version
from followthrough.messages.models import Touch
from followthrough.runs import advance, affected, engine, moves, moving, otherwise, publishing
from followthrough.runs.models import BulkMove
from tests import company, invariants
from tests.properties.life import STEPS, Life, happen, lived
from tests.properties.test_moves import VERSIONS
from tests.story.script import load_map

pytestmark = pytest.mark.django_db
MAYA, TOMAS = "maya", "tomas"
CALL = {"stages.screen.touches.0.content.sms.en.body": "We call you."}


@pytest.fixture
def life() -> Iterator[Life]:
    with lived() as made:
        made.ats("app-1", stage="New")
        made.ats("app-3", stage="Screen")
        made.passes(timedelta(minutes=1))
        yield made


def document(changes: dict[str, Any]) -> Any:
    return documents.check(company.changed(load_map("associates"), changes))


def publish(life: Life, changes: dict[str, Any], running: str = "stay", **given: Any):
    details = {"author_id": MAYA, "note": "Better words", "at": clock.now(), **given}
    return publishing.publish(
        map=life.company.maps["associates"], document=document(changes), running=running, **details
    )


def move_all() -> None:
    while moves.go_on():
        pass


def drafted(life: Life, changes: dict[str, Any], **given: Any) -> Draft:
    draft = drafts.open(life.company.maps["associates"], by=MAYA, at=clock.now())
    draft.document = document(changes).dump()
    for name, value in given.items():
        setattr(draft, name, value)
    draft.save()
    return draft


def moves_to() -> int | None:
    return MessageMap.objects.get(slug="associates").moves_to


def numbers() -> list[int]:
    return sorted(Run.objects.values_list("version__number", flat=True))


# --- what becomes of those under way -------------------------------------------------------------


def test_a_worker_moves_runs():
    worker.load_duties()
    assert "runs.moves.go_on" in [duty.name for duty in engine._house_duties]


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


# --- what is said beforehand ---------------------------------------------------------------------


def planned(run_ids: list[Any]) -> Counter[tuple[Any, str]]:
    found = Touch.objects.filter(run_id__in=run_ids, state="planned")
    return Counter(found.values_list("run_id", "key"))


@settings(max_examples=12)
@given(steps=st.lists(STEPS, min_size=2, max_size=7), which=st.integers(0, len(VERSIONS) - 1))
def test_what_is_said_beforehand_is_what_a_move_does(steps, which):
    with lived() as life:
        for step in [("ats", "app-1", "New"), ("ats", "app-3", "Interview"), *steps]:
            happen(life, step)
        runs = list(Run.objects.filter(ended_at=None).values_list("id", flat=True))
        changed, before = document(VERSIONS[which]), planned(runs)
        rows = Touch.objects.count()
        said = affected.affected(life.company.maps["associates"], changed, now=clock.now())
        assert Touch.objects.count() == rows
        publish(life, VERSIONS[which], Running.NOW)
        move_all()
        after = planned(runs)
        assert said.open == said.looked == len(runs)
        assert said.total(affected.VANISHES) == sum((before - after).values())
        new = said.total(affected.APPEARS) + said.total(affected.AGAIN)
        assert new == sum((after - before).values())
        assert said.ended == Run.objects.filter(id__in=runs).exclude(ended_at=None).count()


def test_each_message_says_what_becomes_of_it_with_examples(life):
    changes = {
        "stages.applied.touches.1.trigger": {"stalled": {"for": "P3D"}},
        "stages.applied.touches.0.key": "welcome",
        "stages.screen.touches.0.key": "call",
        "stages.screen.touches.0.useful_for": "PT1S",
    }
    found = affected.affected(life.company.maps["associates"], document(changes))
    assert found.where == {(1, "applied"): 1, (1, "screen"): 1}
    counts = {key: dict(one.counts) for key, one in found.touches.items()}
    assert counts == {"still-here": {"shifts": 1}, "welcome": {"appears": 1}, "call": {"late": 1}}
    (shifted,) = found.touches["still-here"].examples["shifts"]
    assert shifted.before - shifted.after == timedelta(days=2)
    # In Screen they are past Applied; in Applied, Screen is still ahead of them.
    assert [(one.key, one.kind, one.runs) for one in found.later] == [
        ("call", "added", 1), ("screening", "removed", 1),
    ]  # fmt: skip


def test_what_waits_in_the_stage_they_are_in_for_a_cause_is_told(life):
    """A nudge is planned when its first message has gone out: nobody has it planned yet."""
    life.ats("app-9", stage="Interview")
    life.passes(timedelta(seconds=1))
    within = {"no_reply": {"to": "invite", "within": "PT2H"}}
    changes = {"stages.interview.touches.1.trigger": within}
    found = affected.affected(life.company.maps["associates"], document(changes))
    assert found.changed == 0
    assert [(one.key, one.kind, one.runs) for one in found.here] == [("nudge", "changed", 1)]


STILL = "stages.applied.touches.1"
DAILY = {"per": "person", "window": "day", "at_most": 1}
IF_WAREHOUSE = {"field": "requisition.family", "op": "is", "value": "warehouse"}


@pytest.mark.parametrize(("kind", "changes"), [
    ("reworded", {f"{STILL}.content.sms.en.body": "Other words."}),
    ("channels", {f"{STILL}.channels": ["email", "sms"]}),
    ("conditions", {f"{STILL}.when": IF_WAREHOUSE}),
    ("useful", {f"{STILL}.useful_for": "PT7H"}),
    ("purpose", {f"{STILL}.purpose": "outreach"}),
    ("priority", {f"{STILL}.priority": 9}),
    ("asks", {f"{STILL}.ask": {"kind": "confirmation"}}),
    ("limits", {"stages.applied.limits": {"caps": [DAILY]}}),
])  # fmt: skip
def test_whatever_is_otherwise_in_what_is_planned_is_told(life, kind, changes):
    found = affected.affected(life.company.maps["associates"], document(changes))
    assert {key: dict(one.counts) for key, one in found.touches.items()} == {
        "still-here": {kind: 1}
    }
    assert found.changed == 1


def test_what_is_due_at_another_time_is_of_use_as_long(life):
    changes = {f"{STILL}.trigger": {"stalled": {"for": "P3D"}}, f"{STILL}.priority": 9}
    found = affected.affected(life.company.maps["associates"], document(changes))
    assert dict(found.touches["still-here"].counts) == {"shifts": 1, "priority": 1}


@settings(max_examples=8)
@given(steps=st.lists(STEPS, min_size=2, max_size=7))
def test_what_says_the_same_changes_nothing_that_is_planned(steps):
    with lived() as life:
        for step in [("ats", "app-1", "New"), ("ats", "app-3", "Interview"), *steps]:
            happen(life, step)
        said = affected.affected(life.company.maps["associates"], document({}), now=clock.now())
        assert [kind for kind in otherwise.KINDS if said.total(kind)] == []


def test_only_the_first_are_looked_at_and_it_says_so(life, monkeypatch):
    monkeypatch.setattr(affected, "MOST", 1)
    found = affected.affected(life.company.maps["associates"], document(CALL))
    assert (found.open, found.looked, found.more) == (2, 1, True)


def test_who_was_to_move_with_the_next_stage_is_counted(life):
    publish(life, CALL, Running.NEXT)
    found = affected.affected(life.company.maps["associates"], document({"settle": "PT9M"}))
    assert found.waiting == {2: 2}


# --- publishing ----------------------------------------------------------------------------------


def test_a_published_draft_is_gone_and_its_yaml_is_kept(life):
    source = documents.write_yaml(document({})) + "# kept in git\n"
    draft = drafted(life, CALL, source=source)
    version = publishing.publish_draft(
        draft, author_id=MAYA, note=" Sooner ", base=1, revision=0, at=clock.now()
    ).version
    assert (version.number, version.note) == (2, "Sooner")
    assert "# kept in git" in version.source
    assert documents.read_yaml(version.source) == versions.document(version.id)
    assert not Draft.objects.exists()


def test_what_is_newest_already_is_no_version(life):
    draft = drafted(life, {})
    with pytest.raises(versions.Unchanged):
        publishing.publish_draft(draft, author_id=MAYA, note="Same", at=clock.now())
    assert Version.objects.count() == 1


def test_a_draft_that_is_not_fit_to_run_is_refused_with_every_problem(life):
    wrong = company.changed(document({}).dump(), {
        "stages.applied.touches.0.content.sms.en.body": "Hi {{ candidate.given_name",
        "stages.screen.touches.0.content.sms.en.body": "Hi {% if %}",
    })  # fmt: skip
    draft = drafted(life, {})
    draft.document = wrong
    draft.save()
    with pytest.raises(documents.DocumentError) as found:
        publishing.publish_draft(draft, author_id=MAYA, note="Wrong", at=clock.now())
    assert len(found.value.problems) >= 2
    assert Draft.objects.exists()


@pytest.mark.parametrize("note", ["", "   "])
def test_nothing_is_published_without_a_note(life, note):
    with pytest.raises(publishing.NoNote):
        publish(life, CALL, note=note)


def test_nobody_is_overwritten(life):
    draft = drafted(life, CALL)
    publish(life, {"settle": "PT10M"})
    with pytest.raises(versions.Outdated):
        publishing.publish_draft(draft, author_id=TOMAS, note="Mine", base=1, at=clock.now())
    draft.revision = 4
    draft.save()
    with pytest.raises(publishing.Edited):
        publishing.publish_draft(
            draft, author_id=TOMAS, note="Mine", base=2, revision=3, at=clock.now()
        )
    assert Version.objects.count() == 2


def test_an_older_content_again_is_a_new_version(life):
    first = life.company.versions["associates"]
    publish(life, CALL)
    again = publishing.publish(
        map=first.map, document=versions.document(first.id), author_id=MAYA,
        note=publishing.again(first), at=clock.now(),
    ).version  # fmt: skip
    assert (again.number, again.content_hash, again.note) == (
        3, first.content_hash, "Version 1 again",
    )  # fmt: skip


# --- the second person ---------------------------------------------------------------------------


@pytest.fixture
def proposal(life):
    proposals.ask_for_second(life.company.maps["associates"], wanted=True, by=MAYA, at=clock.now())
    drafted(life, CALL)
    return publishing.publish_draft(
        Draft.objects.get(), author_id=MAYA, note="Sooner", running=Running.NOW, at=clock.now()
    ).proposal


def test_a_version_waits_for_a_second_person_who_agrees(life, proposal):
    assert Version.objects.count() == 1
    assert Draft.objects.exists()
    with pytest.raises(proposals.NotNow):
        publishing.approve(proposal, by=MAYA, at=clock.now())
    outcome = publishing.approve(proposal, by=TOMAS, at=clock.now())
    assert (outcome.version.author_id, outcome.version.second_id) == (MAYA, TOMAS)
    assert not Draft.objects.exists()
    move_all()
    assert numbers() == [2, 2]
    with pytest.raises(proposals.NotNow):
        publishing.approve(proposal, by=TOMAS, at=clock.now())


def test_a_draft_that_was_edited_on_stays_and_goes_on_from_what_was_agreed(life, proposal):
    drafted(life, {**CALL, "settle": "PT20M"})
    version = publishing.approve(proposal, by=TOMAS, at=clock.now()).version
    assert Draft.objects.get().base == version


def test_what_was_overtaken_is_not_agreed_to(life, proposal):
    company.publish(life.company, "associates", company.changed(load_map("associates"), {
        "settle": "PT10M"}))  # fmt: skip
    with pytest.raises(proposals.NotNow):
        publishing.approve(proposal, by=TOMAS, at=clock.now())


@pytest.mark.parametrize(("by", "state"), [(MAYA, "withdrawn"), (TOMAS, "refused")])
def test_it_is_withdrawn_by_its_author_and_refused_by_others(life, proposal, by, state):
    assert proposals.close(proposal, by=by, at=clock.now())
    assert not proposals.close(proposal, by=by, at=clock.now())
    proposal.refresh_from_db()
    assert (proposal.state, proposal.closed_by) == (state, by)


def test_another_proposal_withdraws_the_one_that_waits(life, proposal):
    publish(life, {"settle": "PT10M"}, author_id=TOMAS)
    proposal.refresh_from_db()
    assert proposal.state == "withdrawn"


def test_the_second_person_is_not_let_go_of_while_a_version_waits_for_one(life, proposal):
    given = {"wanted": False, "by": MAYA, "at": clock.now()}
    with pytest.raises(proposals.NotNow):
        proposals.ask_for_second(proposal.map, **given)
    proposals.close(proposal, by=MAYA, at=clock.now())
    proposals.ask_for_second(proposal.map, **given)
    proposal.map.refresh_from_db()
    assert not proposal.map.second_person
    assert Fact.objects.filter(verb="let_go_of_second_person").count() == 1
    assert not BulkMove.objects.exists()
