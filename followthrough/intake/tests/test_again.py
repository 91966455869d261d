"""Putting parked work back: it is tried anew, once, and it is on record who did it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from followthrough.audit.facts import Actor
from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.intake import again, raw, work, write_backs
from followthrough.intake.models import RawEvent
from followthrough.intake.tests.test_work import HINT, document
from followthrough.people.models import Application, WriteBack
from tests import world

MAYA = Actor("member", "maya")


@pytest.fixture(autouse=True)
def _noon():
    with clock.at(world.NOON + timedelta(hours=1)):
        yield


def put_back(*events):
    return again.events([one.id for one in events], actor=MAYA, at=clock.now())


def test_an_event_that_the_ats_refused_is_worked_off_when_it_is_put_back(ats, arrive, simulator):
    event = arrive(HINT)
    simulator.answers["GET", "/applications/a1"] = (404, {})
    work.work({0: None})
    event.refresh_from_db()
    assert event.state == "parked"
    simulator.answers["GET", "/applications/a1"] = (200, document())
    assert put_back(event) == 1
    work.work({0: None})
    event.refresh_from_db()
    assert (event.state, event.tries) == ("done", 0)
    assert Application.objects.get().external_id == "a1"
    fact = Fact.objects.get(verb="put_back_event")
    assert (fact.actor_kind, fact.actor_id, fact.subject_id) == ("member", "maya", ats.id)
    assert fact.why == {"event": str(event.id)}


def test_what_is_not_parked_is_left_alone(arrive):
    event = arrive(HINT)
    assert put_back(event) == 0
    event.refresh_from_db()
    assert event.state == "stored"
    assert not Fact.objects.filter(verb="put_back_event").exists()


def test_it_has_all_its_tries_again(arrive):
    event = arrive(HINT)
    RawEvent.objects.filter(id=event.id).update(state="parked", tries=8, outcome="KeyError")
    put_back(event)
    event.refresh_from_db()
    assert (event.state, event.tries, event.outcome) == ("stored", 0, "")
    assert [one.id for one in raw.due([0], resting=[])] == [event.id]


def test_a_write_back_is_sent_again_under_its_own_key(ats, simulator):
    application = world.application(world.candidate(ats), external_id="a1")
    parked = WriteBack.objects.create(
        organization=ats.organization, connection=ats, application=application, shard=0,
        kind="note", payload={"text": "Confirmed"}, state="parked", tries=12,
        problem="The ATS: answered 403.", created_at=world.NOON,
    )  # fmt: skip
    simulator.answers["POST", "/applications/a1/write-backs"] = (201, {})
    assert again.write_backs([parked.id], actor=MAYA, at=clock.now()) == 1
    assert again.write_backs([parked.id], actor=MAYA, at=clock.now()) == 0
    write_backs.drain({0: None})
    parked.refresh_from_db()
    assert (parked.state, parked.problem, parked.tries) == ("done", "", 1)
    (asked,) = simulator.asked
    assert json.loads(asked["body"])["id"] == str(parked.id)
    fact = Fact.objects.get(verb="put_back_write_back")
    assert (fact.actor_id, fact.subject_id) == ("maya", application.id)
