"""When no rule gives an application to its map any more: continue, pause or end, as the map says;
and maps that are given to applications that are there already."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from django.db import OperationalError
from hypothesis import given, settings
from hypothesis import strategies as st

from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.governance import freezes
from followthrough.governance.models import Freeze
from followthrough.journeys import rules
from followthrough.journeys.assignment import Place
from followthrough.journeys.models import Assignment, Rematch, Run, RunMove
from followthrough.journeys.rules import Change
from followthrough.messages.models import Ask, Receipt, Touch
from followthrough.people.models import Application
from followthrough.runs import by_hand
from followthrough.web.console import sentences
from followthrough.web.console.sentences import Wall
from tests import company, invariants
from tests.properties.life import Life, lived, snapshot
from tests.story.script import load_map

pytestmark = pytest.mark.django_db


def family(life: Life, name: str, application: str = "app-1", **changes: object) -> None:
    """The opening is put into another family by the ATS."""
    known = life.snapshots.get(application) or snapshot(application)
    requisition = {**known["requisition"], "family": name}
    life.ats(application, requisition=requisition, **changes)
    life.passes(timedelta(seconds=1))


def narrow(life: Life) -> None:
    """The one rule is now about retail only."""
    one = Assignment.objects.get()
    change = Change(rules.EDIT, one.id, Place("retail"), one.map_id)
    rules.save(life.company.organization.id, change, by="member:m-1", at=clock.now())
    life.passes(timedelta(seconds=1))


def started(life: Life, unmatched: str, stage: str = "Interview") -> Run:
    document = company.changed(load_map("associates"), {"unmatched": unmatched})
    company.publish(life.company, "associates", document)
    soon = clock.now() + timedelta(days=6, hours=8)
    life.ats("app-1", stage=stage, anchors={"interview_start": soon.isoformat()})
    life.passes(timedelta(seconds=1))
    narrow(life)
    return Run.objects.get()


def test_continue_is_a_fact_and_no_more():
    with lived() as life:
        run = started(life, "continue")
        assert run.unmatched_at is None
        family(life, "drivers")
        run.refresh_from_db()
        assert run.unmatched_at
        assert run.ended_at is None
        family(life, "retail")
        run.refresh_from_db()
        assert run.unmatched_at is None
        verbs = Fact.objects.filter(subject_id=run.id, verb__endswith="matched_run")
        assert list(verbs.order_by("id").values_list("verb", flat=True)) == [
            "unmatched_run", "matched_run",
        ]  # fmt: skip
        assert set(verbs.values_list("actor_kind", flat=True)) == {"ats"}


def test_pause_is_silence_until_it_fits_again_and_stale_things_are_dropped():
    with lived() as life:
        started(life, "pause")
        family(life, "drivers")
        freeze = Freeze.objects.get()
        assert (freeze.subject_kind, freeze.why, freeze.ended_at) == (
            "application", "unmatched", None,
        )  # fmt: skip
        said = len(life.provider.calls)
        life.passes(timedelta(days=5))
        assert len(life.provider.calls) == said
        family(life, "retail")
        assert Freeze.objects.get().ended_at
        life.to_the_end()
        keys = {str(one.id): one.key for one in Touch.objects.all()}
        assert [keys[call.key] for call in life.provider.calls[said:]] == ["reminder"]
        assert Touch.objects.get(key="nudge").state == "dropped"
        assert invariants.everything() == []


def test_one_that_cannot_be_changed_holds_nobody_up(monkeypatch):
    with lived() as life:
        started(life, "pause")
        for name in ("app-2", "app-3"):
            life.ats(name, stage="Interview")
        life.passes(timedelta(seconds=1))
        begin, broken = freezes.begin, Application.objects.get(external_id="app-2")

        def breaks(**given):
            return 1 / 0 if given["subject_id"] == broken.id else begin(**given)

        with monkeypatch.context() as faulty:
            faulty.setattr(freezes, "begin", breaks)
            family(life, "drivers")  # all three have this opening
        asked = Rematch.objects.order_by("id").last()
        assert asked.ended_at
        assert set(Freeze.objects.values_list("subject_id", flat=True)) == set(
            Application.objects.exclude(id=broken.id).values_list("id", flat=True)
        )
        left = Fact.objects.get(verb="left_unmatched")
        assert (left.subject_id, left.why) == (broken.id, {"problem": "ZeroDivisionError"})
        assert "an error kept it from being changed" in sentences.fact(left, Wall("UTC", "UTC"))
        assert Run.objects.get(application=broken).unmatched_at is None  # nothing half done


def test_the_databases_trouble_is_tried_again(monkeypatch):
    with lived() as life:
        started(life, "pause")
        begin, fails = freezes.begin, [1]

        def gone(**given):
            if fails:
                fails.pop()
                raise OperationalError("the connection is closed")
            return begin(**given)

        monkeypatch.setattr(freezes, "begin", gone)
        with contextlib.suppress(OperationalError):
            family(life, "drivers")
        life.passes(timedelta(seconds=2))
        assert Freeze.objects.filter(why="unmatched").count() == 1
        assert not Fact.objects.filter(verb="left_unmatched").exists()


def test_end_cancels_closes_and_ends_where_no_rule_gives_another_map():
    with lived() as life:
        run = started(life, "end")
        assert Ask.objects.get().state == "open"
        family(life, "drivers")
        run.refresh_from_db()
        assert (run.end_reason, bool(run.ended_at)) == ("unmatched", True)
        assert Ask.objects.get().state == "closed"
        assert set(Receipt.objects.filter(code="unmatched").values_list("verdict")) == {("cancel",)}
        assert not Touch.objects.filter(state="planned").exists()
        said = len(life.provider.calls)
        family(life, "drivers", stage="New")  # nobody's map hears of it
        life.to_the_end()
        assert len(life.provider.calls) == said
        assert invariants.everything() == []


def test_nothing_is_offered_to_send_by_hand_while_no_rule_fits():
    with lived() as life:
        call = {"key": "call", "trigger": {"manual": {}}, "channels": ["sms"],
                "content": {"sms": {"en": {"body": "We call you."}}}}  # fmt: skip
        touches = [*load_map("associates")["stages"]["interview"]["touches"], call]
        document = {"stages": {"interview": {"touches": touches}}, "unmatched": "end"}
        document = company.changed(load_map("associates"), document)
        company.publish(life.company, "associates", document)
        life.ats("app-1", stage="Interview")
        narrow(life)
        assert [one.touch.key for one in by_hand.offered(Run.objects.get())] == ["call"]
        family(life, "drivers")
        assert by_hand.offered(Run.objects.get()) == []


def test_an_ended_run_goes_on_in_the_stage_it_is_in_when_a_rule_fits_again():
    with lived() as life:
        run = started(life, "end")
        family(life, "drivers")
        family(life, "drivers", stage="New", anchors={})
        family(life, "retail")
        run.refresh_from_db()
        assert (run.end_reason, run.ended_at, run.unmatched_at) == ("", None, None)
        assert run.state["stage"] == "applied"
        life.passes(timedelta(minutes=1))  # the stage has settled
        assert Touch.objects.get(key="thanks").state == "sent"
        life.to_the_end()
        assert invariants.everything() == []


def test_end_goes_on_in_the_map_that_the_rules_give_it_now():
    with lived() as life:
        run = started(life, "end")
        company.add_map(life.company, "drivers", load_map("associates"), family="drivers")
        family(life, "drivers")
        run.refresh_from_db()
        assert run.version.map.slug == "drivers"
        move = RunMove.objects.filter(run=run).latest("id")
        assert (move.why, move.rule["family"]) == ("family", "drivers")
        assert Touch.objects.filter(key="invite").count() == 1  # said once, in whichever map
        life.to_the_end()
        assert invariants.everything() == []


def test_another_map_says_nothing_again_that_was_due_before_it_came():
    """Whoever was asked and has confirmed is not asked once more in other words."""
    with lived() as life:
        run = started(life, "end")
        life.passes(timedelta(hours=1))
        said = len(life.provider.calls)
        touches = [
            {**one, "key": f"our_{one['key']}"}
            for one in load_map("associates")["stages"]["interview"]["touches"]
            if one["key"] in ("invite", "day_before") or "before" in one["trigger"]
        ]
        document = {**load_map("associates"), "stages": {"interview": {"touches": touches}}}
        company.add_map(life.company, "drivers", document, family="drivers")
        family(life, "drivers")
        run.refresh_from_db()
        assert run.version.map.slug == "drivers"
        life.passes(timedelta(hours=1))
        assert len(life.provider.calls) == said
        planned = Touch.objects.filter(state="planned", key__startswith="our_")
        assert planned.exists()
        assert "our_invite" not in planned.values_list("key", flat=True)
        life.to_the_end()
        assert invariants.everything() == []


def test_a_rule_may_take_those_along_who_are_under_way_in_another_map():
    with lived() as life:
        run = started(life, "continue")
        company.add_map(life.company, "drivers", load_map("associates"), family="drivers")
        family(life, "drivers")
        run.refresh_from_db()
        assert run.version.map.slug == "associates"  # that map says: it goes on
        rule = Assignment.objects.get(map__slug="drivers")
        rules.again(life.company.organization.id, by="member:m-1", at=clock.now(), rule_id=rule.id,
                    moves=True)  # fmt: skip
        life.passes(timedelta(seconds=1))
        run.refresh_from_db()
        assert (run.version.map.slug, run.unmatched_at) == ("drivers", None)
        assert RunMove.objects.filter(run=run).latest("id").by == "m-1"
        again = Rematch.objects.latest("id")
        assert (again.moves, again.changed) == (True, 1)
        life.to_the_end()
        assert invariants.everything() == []


def test_changed_rules_are_looked_at_as_well_and_move_nobody_by_themselves():
    with lived() as life:
        life.ats("app-1", stage="New")
        life.passes(timedelta(seconds=1))
        company.add_map(life.company, "other", load_map("associates"), family="retail")
        life.passes(timedelta(seconds=1))
        run = Run.objects.get()
        assert run.version.map.slug == "associates"
        assert run.unmatched_at
        assert not Rematch.objects.filter(ended_at=None).exists()
        life.ats("app-3", stage="New")
        life.passes(timedelta(seconds=1))
        slugs = Run.objects.values_list("application__external_id", "version__map__slug")
        assert dict(slugs) == {"app-1": "associates", "app-3": "other"}


# --- giving a map to what is there ---------------------------------------------------------------


def give(life: Life, name: str) -> None:
    made = life.company.maps["associates"]
    rule = rules.add(made, by="member:m-1", at=clock.now(), family=name)
    rules.again(
        life.company.organization.id, by="member:m-1", at=clock.now(), rule_id=rule.id
    )  # fmt: skip


def test_those_that_are_there_get_the_map_with_the_rule_that_says_so():
    with lived() as life:
        narrow(life)
        family(life, "drivers")
        assert not Run.objects.exists()
        give(life, "drivers")
        life.passes(timedelta(seconds=1))
        run = Run.objects.get()
        assert RunMove.objects.get().rule["family"] == "drivers"
        assert Touch.objects.get(key="thanks").state == "sent"
        assert Fact.objects.get(verb="started_run").actor_id == "m-1"
        assert Rematch.objects.get(rule_id__isnull=False).changed == 1
        assert run.state["stage"] == "applied"


@settings(max_examples=15)
@given(
    stage=st.sampled_from(["New", "Screen", "Interview"]),
    late=st.integers(0, 12 * 24),
    ahead=st.none() | st.integers(-100, 300),
)
def test_whoever_starts_late_never_gets_what_is_past_its_use(stage, late, ahead):
    with lived() as life:
        narrow(life)
        anchors = {}
        if ahead is not None:
            at = clock.now() + timedelta(hours=ahead)
            anchors = {"interview_start": at.isoformat()}
        family(life, "drivers", stage=stage, anchors=anchors)
        life.passes(timedelta(hours=late))
        give(life, "drivers")
        life.to_the_end()
        assert Application.objects.get().run
        uses = dict(Touch.objects.values_list("id", "useful_until"))
        by_key = {str(key): until for key, until in uses.items()}
        assert all(call.at < by_key[call.key] for call in life.provider.calls)
        assert invariants.everything() == []
