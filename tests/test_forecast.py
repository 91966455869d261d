"""What a policy would do: the same gate over what is planned, and nothing is written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followthrough.core import clock
from followthrough.governance import policies, rulepacks
from followthrough.governance.documents import DAYS
from followthrough.governance.policy import compiled
from followthrough.messages.models import Receipt, Touch
from followthrough.runs import engine, forecast, switches
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


def test_nothing_is_written(life):
    before = list(Touch.objects.order_by("id").values()), Receipt.objects.count()
    told(life, hours=MORNINGS)
    assert (list(Touch.objects.order_by("id").values()), Receipt.objects.count()) == before


def test_of_very_many_the_first_are_looked_at(life, monkeypatch):
    monkeypatch.setattr(forecast, "MOST", 2)
    found = told(life)
    assert (found.planned, found.more) == (2, True)
