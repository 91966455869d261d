"""Kill switches: what each stops, and that what they held goes on when they end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.governance.freezes import channel_subject
from followthrough.governance.models import AddressBlock, Freeze
from followthrough.messages.models import Receipt, Touch
from followthrough.runs import engine, switches, verdicts
from tests.properties.life import Life, lived
from tests.test_replies import member_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def life():
    with lived() as found:
        yield found


def switch(life: Life, kind: str, of: str = "sms") -> switches.Switch:
    organization = life.company.organization.id
    on = {
        "organization": organization,
        "channel": channel_subject(organization, of),
        "map": life.company.maps["associates"].id,
        "sender": life.company.senders[of].id,
    }[kind]
    found = switches.find(organization, kind, on)
    assert found is not None
    return found


def stop(life: Life, kind: str, of: str = "sms", **given) -> Freeze:
    return switches.stop(switch(life, kind, of), member=member_of(life), at=clock.now(), **given)


def test_everything_that_can_be_stopped_is_there(life):
    found = switches.every(life.company.organization.id)
    assert [(one.kind, one.name) for one in found] == [
        ("organization", ""), ("channel", "email"), ("channel", "sms"),
        ("map", "associates"),
        ("sender", life.company.senders["email"].name),
        ("sender", life.company.senders["sms"].name),
    ]  # fmt: skip
    assert {one.stopped for one in found} == {None}


@pytest.mark.parametrize("kind", ["organization", "map"])
def test_what_is_stopped_waits_and_goes_at_once_when_it_may(life, kind):
    freeze = stop(life, kind, note="A wrong salary in the offer")
    life.ats("app-1", stage="New")
    engine.drain()
    assert Touch.objects.get(key="thanks").held_for == "frozen"
    assert life.provider.calls == []
    assert switches.go(freeze, member=member_of(life), at=clock.now()) == 1
    engine.drain()
    assert Touch.objects.get(key="thanks").state == "sent"
    assert switches.go(freeze, member=member_of(life), at=clock.now()) is None


@pytest.mark.parametrize("kind", ["channel", "sender"])
def test_only_that_channel_or_sender_stands_still(life, kind):
    stop(life, kind, of="sms")
    life.ats("app-1", stage="New")
    engine.drain()
    (receipt,) = Receipt.objects.filter(code="frozen")
    assert receipt.checks[-1][2]["on"] == kind
    life.says("Help", channel="email")
    engine.drain()
    assert [call.channel for call in life.provider.calls] == ["email"]


@pytest.mark.parametrize("kind", ["organization", "channel", "sender"])
def test_confirmations_wait_too_and_no_switch_hinders_an_opt_out(life, kind):
    life.ats("app-1", stage="New")
    engine.drain()
    freeze = stop(life, kind)
    life.says("STOP")
    engine.drain()
    assert len(life.provider.calls) == 1  # the first message; nothing since
    assert Touch.objects.get(origin="service").held_for == "frozen"
    assert AddressBlock.objects.filter(lifted_at=None).exists()
    switches.go(freeze, member=member_of(life), at=clock.now())
    engine.drain()
    assert Touch.objects.get(origin="service").state == "sent"


@pytest.mark.parametrize("kind", ["organization", "channel", "sender"])
def test_a_confirmation_that_was_decided_is_stopped_before_it_leaves(life, kind, monkeypatch):
    life.ats("app-1", stage="New")
    engine.drain()
    write = verdicts.Verdicts.write

    def write_and_stop(decided):
        write(decided)
        if decided.ready:
            stop(life, kind)

    monkeypatch.setattr(verdicts.Verdicts, "write", write_and_stop)
    life.says("STOP")
    engine.drain()
    assert len(life.provider.calls) == 1
    assert Touch.objects.get(origin="service").state == "planned"


def test_a_switch_with_an_end_ends_by_itself(life):
    stop(life, "organization", until=clock.now() + timedelta(hours=2))
    life.ats("app-1", stage="New")
    engine.drain()
    assert Touch.objects.get(key="thanks").due_at == clock.now() + timedelta(hours=2)
    life.passes(timedelta(hours=2, seconds=1))
    assert Touch.objects.get(key="thanks").state == "sent"


def test_stopping_twice_is_one_switch_and_both_acts_are_on_record(life):
    first, again = stop(life, "organization"), stop(life, "organization")
    assert first == again
    switches.go(first, member=member_of(life), at=clock.now())
    facts = Fact.objects.filter(verb__in=["began_freeze", "ended_freeze"]).order_by("id")
    actor = str(member_of(life).id)
    assert [(fact.verb, fact.actor_id) for fact in facts] == [
        ("began_freeze", actor), ("ended_freeze", actor),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["organization", "channel", "map", "sender"])
def test_how_many_it_would_stop_is_told_beforehand(life, kind):
    def told(of: str, **by: int) -> int:
        until = clock.now() + timedelta(**by)
        asked = {"until": until, "most": 100}
        return switches.waiting(switch(life, kind, of), life.company.organization.id, **asked)

    stop(life, "organization")
    life.ats("app-1", stage="New")
    engine.drain()  # one is held; another asks five days later whether they are still there
    assert told("sms", days=1) == 1
    assert told("sms", days=6) == 2
    assert told("email", days=6) == (2 if kind in ("organization", "map") else 0)


def test_stopping_for_longer_what_is_stopped_for_an_hour_lasts_longer(life):
    soon = clock.now() + timedelta(hours=1)
    first = stop(life, "organization", until=soon)
    assert stop(life, "organization", until=soon - timedelta(minutes=5)) == first
    lasting = stop(life, "organization")
    assert lasting.until is None
    assert switches.standing(life.company.organization.id) == [lasting]
    assert stop(life, "organization", until=soon) == lasting
