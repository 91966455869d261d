"""What a policy would do: the same gate over what is planned, and nothing is written."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from followthrough.core import clock
from followthrough.governance import policies, rulepacks
from followthrough.governance.decisions import Drop
from followthrough.governance.documents import DAYS
from followthrough.governance.policy import compiled
from followthrough.messages.models import Receipt, Touch
from followthrough.runs import engine, forecast, switches
from followthrough.web.console import policy_effect
from tests.properties.life import lived
from tests.test_replies import member_of

pytestmark = pytest.mark.django_db

MORNINGS = {"default": {day: ["09:00-09:30"] for day in DAYS}}
ROOM = {"keep_for_priority": {"room": 0}}


@pytest.fixture
def life():
    """Three messages are planned: an acknowledgement now, a call and another in the hours ahead."""
    with lived() as found:
        freeze = switches.stop(
            switches.every(found.company.organization.id)[0],
            member=member_of(found), at=clock.now(),
        )  # fmt: skip
        for number in (1, 2, 3):
            found.ats(f"app-{number}", stage="New")
        engine.drain()
        switches.go(freeze, member=member_of(found), at=clock.now())
        yield found


def told(life, **changed):
    before = policies.of(life.company.organization.id)
    document = {**policies.default_document(), **changed}
    after = compiled(document, number=1, packs=rulepacks.packs())
    now = clock.now()
    return forecast.compare(life.company.organization.id, before, after, now=now)


def test_the_same_policy_changes_nothing(life):
    found = told(life)
    assert (found.planned, found.changed, found.examples) == (3, 0, [])
    assert found.before == found.after
    assert found.before["sent", "sent"] >= 1


def test_narrower_hours_hold_and_say_until_when(life):
    found = told(life, hours=MORNINGS)
    assert found.after == {("held", "quiet_hours"): 3}
    assert found.changed == 3
    example = next(one for one in found.examples if one.before.what == "sent")
    assert example.after.what == "held"
    opens = clock.now() + timedelta(hours=23)
    assert opens <= example.after.until <= opens + timedelta(minutes=15)


def test_what_would_go_out_first_counts_for_what_comes_after(life):
    """Two on one phone and one cap of one: one goes, whatever the order."""
    found = told(life, caps=[{"per": "address", "hours": 24, "at_most": 1}], **ROOM)
    assert found.after["sent", "sent"] == 1
    assert found.after["held", "caps"] == 2


def test_a_cap_of_a_stage_that_is_not_in_force_yet_counts_what_was_sent_before(life):
    engine.drain()
    sent = Touch.objects.filter(state="sent").count()
    Touch.objects.filter(key="still-here").update(due_at=clock.now() + timedelta(hours=1))
    stage = [{"per": "application", "window": "stage", "at_most": 1}]
    found = told(life, caps=stage, **ROOM)
    assert found.after["dropped", "caps"] == sent > 0


def test_what_no_policy_lets_go_out_stands_apart_from_what_the_policy_lets_fall(life):
    """One of no more use already; one that the hours keep until it is; one that still can."""
    planned = Touch.objects.filter(state="planned", due_at__lt=clock.now() + forecast.HORIZON)
    late, kept, _other = planned.order_by("due_at", "id")
    Touch.objects.filter(id=late.id).update(useful_until=clock.now() - timedelta(minutes=1))
    soon = max(kept.due_at, clock.now()) + timedelta(hours=1)
    Touch.objects.filter(id=kept.id).update(useful_until=soon)
    found = told(life, hours=MORNINGS)
    assert found.after == {
        ("moot", "too_late"): 1, ("dropped", "too_late"): 1, ("held", "quiet_hours"): 1,
    }  # fmt: skip
    assert found.before["moot", "too_late"] == 1
    assert found.before["dropped", "too_late"] == 0
    after = policy_effect._side(found.after, found.planned)
    assert (after.counts["dropped"], after.counts["moot"]) == (1, 1)
    assert after.moot == [("Of no more use by then", 1)]
    assert sorted(after.reasons) == [("Of no more use by then", 1), ("Quiet hours", 1)]
    assert sum(band.width for band in after.bands) == pytest.approx(2000 / 3, abs=1)


def test_who_opted_out_gets_none_under_any_policy_and_consent_is_a_rule(life):
    assert forecast._outcome(Drop(uuid4(), "opted_out", [])).what == "moot"
    assert forecast._outcome(Drop(uuid4(), "no_consent", [])).what == "dropped"
    late = ("too_late", "drop", {})
    for waited, what in [
        (("quiet_hours", "hold", {}), "dropped"), (("paused", "hold", {}), "moot"),
        (("map_hours", "hold", {}), "moot"), (("map_hours", "hold", {"policy": 1}), "dropped"),
    ]:  # fmt: skip
        assert forecast._outcome(Drop(uuid4(), "too_late", [waited, late])).what == what


def test_nothing_is_written(life):
    before = list(Touch.objects.order_by("id").values()), Receipt.objects.count()
    told(life, hours=MORNINGS)
    assert (list(Touch.objects.order_by("id").values()), Receipt.objects.count()) == before


def test_of_very_many_the_first_are_looked_at(life, monkeypatch):
    monkeypatch.setattr(forecast, "MOST", 2)
    found = told(life)
    assert (found.planned, found.more) == (2, True)
