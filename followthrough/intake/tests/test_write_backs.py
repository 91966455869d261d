"""Telling the ATS: once, signed, and again only when that can help."""

import json
from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now

from followthrough.audit.models import Fact
from followthrough.core import clock, signatures
from followthrough.core.hooks import BadSignature
from followthrough.intake import work, write_backs
from followthrough.intake.models import RawEvent
from followthrough.intake.tests.test_work import body, document
from followthrough.people.models import Application, StageChange, WriteBack
from tests import world

PATH = "/applications/a1/write-backs"


@pytest.fixture(autouse=True)
def _noon():
    with clock.at(world.NOON + timedelta(hours=1)):
        yield


@pytest.fixture
def application(ats):
    ada = world.candidate(ats, external_id="c1")
    return world.application(ada, external_id="a1")


@pytest.fixture
def waiting(application):
    return WriteBack.objects.create(
        organization=application.organization, connection=application.connection,
        application=application, shard=0, kind="note",
        payload={"text": "Interview confirmed"}, created_at=world.NOON,
    )  # fmt: skip


def drain():
    return write_backs.drain({0: None})


def test_it_is_sent_signed_and_with_its_idempotency_key(waiting, simulator):
    simulator.answers["POST", PATH] = (201, {})
    assert [drain(), drain()] == [1, 0]
    (asked,) = simulator.asked
    assert json.loads(asked["body"]) == {
        "id": str(waiting.id), "kind": "note", "payload": {"text": "Interview confirmed"},
    }  # fmt: skip
    assert asked["headers"]["idempotency-key"] == str(waiting.id)
    given = asked["headers"]["followthrough-signature"]
    signatures.check(given, asked["body"], secrets=["write-secret"])
    with pytest.raises(BadSignature):
        signatures.check(given, asked["body"] + b" ", secrets=["write-secret"])
    waiting.refresh_from_db()
    assert (waiting.state, waiting.done_at, waiting.problem) == ("done", clock.now(), "")
    assert Fact.objects.get(verb="wrote_back").subject_id == waiting.application_id


@pytest.mark.parametrize(
    ("answer", "state", "tries", "least", "says"),
    [
        ((200, {}), "done", 1, None, ""),
        ((204, None), "done", 1, None, ""),
        ((409, {"error": "have it"}), "done", 1, None, ""),
        ((429, {}, {"Retry-After": "120"}), "waiting", 0, 110, "wait 120 seconds"),
        ((503, {}, {"Retry-After": "60"}), "waiting", 0, 50, "wait 60 seconds"),
        ((503, {}), "waiting", 1, 1, "answered 503"),
        ((500, {}), "waiting", 1, 1, "answered 500"),
        ((400, {"personal": "Ada"}), "parked", 1, None, "answered 400"),
        ((403, {}), "parked", 1, None, "answered 403"),
        (None, "waiting", 1, 1, "could not be reached"),
    ],
)
def test_what_the_ats_answers_decides(waiting, simulator, answer, state, tries, least, says):
    simulator.answers["POST", PATH] = (lambda _: None) if answer is None else answer
    drain()
    found = WriteBack.objects.annotate(pause=F("next_try_at") - Now()).get()
    assert (found.state, found.tries) == (state, tries)
    assert says in found.problem
    assert "Ada" not in found.problem
    if least is not None:
        assert found.pause.total_seconds() > least


def test_after_twelve_tries_it_is_parked(waiting, simulator):
    simulator.answers["POST", PATH] = (500, {})
    for _ in range(12):
        WriteBack.objects.update(next_try_at=Now() - timedelta(seconds=1))
        drain()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.tries) == ("parked", 12)
    assert Fact.objects.filter(verb="parked_write_back").count() == 1


def test_a_lease_keeps_others_away_while_the_call_runs(waiting, simulator):
    seen = []
    simulator.answers["POST", PATH] = (200, {})
    leased = write_backs._lease([0])
    seen.append(drain())
    assert (len(leased), seen, simulator.asked) == (1, [0], [])


def test_without_a_base_url_it_is_parked_with_the_remedy(waiting):
    type(waiting.connection).objects.update(base_url="")
    drain()
    waiting.refresh_from_db()
    assert waiting.state == "parked"
    assert "Enter the base URL" in waiting.problem


def test_what_we_wrote_comes_back_and_changes_nothing(ats, arrive, simulator):
    simulator.answers["POST", PATH] = (200, {})
    arrive(body(stage="Onsite", anchors={"interview_start": "2026-06-05T17:00:00Z"}))
    work.work({0: None})
    application = Application.objects.get()
    WriteBack.objects.create(
        organization=ats.organization, connection=ats, application=application, shard=0,
        kind="field", payload={"confirmed": "yes"}, created_at=world.NOON,
    )  # fmt: skip
    drain()
    echo = document(
        minute=5, stage="Onsite", anchors={"interview_start": "2026-06-05T17:00:00Z"},
        fields={"confirmed": "yes"},
    )  # fmt: skip
    event = arrive(json.dumps({"application": echo}).encode())
    facts = Fact.objects.count()
    work.work({0: None})
    event.refresh_from_db()
    assert (event.state, event.outcome) == ("done", "no change")
    assert (StageChange.objects.count(), Fact.objects.count()) == (1, facts)
    assert Application.objects.get().fields == {"confirmed": "yes"}
    assert WriteBack.objects.count() == 1
    assert not RawEvent.objects.exclude(state="done").exists()
