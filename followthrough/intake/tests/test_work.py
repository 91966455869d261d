"""From raw events to mirrored applications: what comes of each, and what happens when it fails."""

import json
from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now

from followthrough.accounts.models import Organization
from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.governance.models import ConsentEntry
from followthrough.intake import links, raw, work
from followthrough.intake.models import RawEvent
from followthrough.intake.raw import MOST_TRIES
from followthrough.people import mirror
from followthrough.people.models import Application, Connection, ContactPoint, StageChange
from tests import world

ADA = {"id": "c1", "given_name": "Ada", "phones": ["+17025550123"], "country": "US"}


def document(identity="a1", minute=0, stage="Applied", **given):
    at = (world.NOON + timedelta(minutes=minute)).isoformat()
    return {"id": identity, "updated_at": at, "stage": stage, "candidate": ADA, **given}


def body(*args, **given):
    application = document(*args, **given)
    return json.dumps({"event": "application.updated", "application": application}).encode()


HINT = b'{"event": "application.updated", "application": {"id": "a1"}}'


@pytest.fixture(autouse=True)
def _noon():
    with clock.at(world.NOON + timedelta(hours=1)):
        yield


def run(passes=1):
    return [work.work({0: None}) for _ in range(passes)]


def outcomes():
    return list(RawEvent.objects.order_by("id").values_list("state", "outcome"))


def overdue():
    """As if every pause had passed."""
    RawEvent.objects.update(next_try_at=Now() - timedelta(seconds=1))


def test_a_whole_application_is_mirrored(ats, arrive, simulator):
    arrive(body(stage="Onsite", anchors={"interview_start": "2026-06-05T10:00:00-07:00"}))
    assert run(2) == [1, 0]
    assert outcomes() == [("done", "stage changed, interview_start moved")]
    assert Application.objects.get().stage == "interview"
    ats.refresh_from_db()
    assert ats.last_event_at == clock.now()
    assert simulator.asked == []


def test_the_engine_hears_of_it_in_the_same_transaction(ats, arrive, monkeypatch):
    heard = []
    monkeypatch.setattr(work.advance, "apply", lambda changes, **given: heard.extend(changes))
    arrive(body(stage="Onsite", anchors={"interview_start": "2026-06-05T17:00:00Z"}))
    run()
    application = Application.objects.get()
    assert [(found, type(event).__name__) for found, event in heard] == [
        (application.id, "StageChanged"),
        (application.id, "AnchorMoved"),
    ]
    assert heard[0][1].to == "interview"
    assert heard[1][1].sequence == 1


def test_without_a_map_there_is_no_run_and_a_fact_says_so(ats, arrive):
    arrive(body())
    run()
    assert Fact.objects.filter(verb="found_no_map").count() == 1


def test_a_batch_in_disorder_ends_in_the_newest(ats, arrive):
    for minute, stage in ((5, "Onsite"), (9, "Offer"), (1, "Applied")):
        arrive(body(minute=minute, stage=stage))
    run()
    assert [outcome for _, outcome in outcomes()] == [
        "older than the last seen", "stage changed", "older than the last seen",
    ]  # fmt: skip
    assert Application.objects.get().stage == "offer"
    assert StageChange.objects.count() == 1


def test_a_hint_is_fetched_with_the_credential(ats, arrive, simulator):
    simulator.answers["GET", "/applications/a1"] = (200, document(stage="Onsite"))
    arrive(HINT)
    arrive(HINT)
    run()
    assert outcomes() == [("done", "stage changed")] * 2
    assert simulator.paths() == ["/applications/a1"]
    assert simulator.asked[0]["headers"]["authorization"] == "Bearer bearer-me"


def test_an_unknown_stage_is_kept_and_shown(ats, arrive):
    arrive(body(stage="Vibe check"))
    run()
    assert outcomes() == [("done", "unmapped stage: Vibe check")]
    assert Application.objects.get().ats_stage == "Vibe check"


def test_an_invalid_phone_number_is_kept_with_its_reason(ats, arrive):
    arrive(body(candidate={**ADA, "phones": ["555"]}))
    run()
    point = ContactPoint.objects.get()
    assert (point.usable, point.unusable_reason) == (False, "too_short")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"updated_at": "yesterday"}, "application.updated_at: "),
        ({"updated_at": "2026-06-03T17:00:00"}, "timezone"),
        ({"stage": ""}, "application.stage: "),
        ({"candidate": None}, "application.candidate: "),
        ({"candidate": {"given_name": "Ada"}}, "application.candidate.id: "),
        ({"candidate": {"id": "c1", "zone": "Pacific"}}, "is not an IANA time zone"),
        ({"anchors": {"interview_start": "tomorrow"}}, "application.anchors.interview_start: "),
        ({"closed": "yes"}, "application.closed: "),
        ({"updated_at": "2027-01-01T00:00:00Z"}, "in the future"),
    ],
)
def test_an_application_that_cannot_be_read_is_parked_with_the_path(ats, arrive, given, says):
    arrive(body(**given))
    arrive(body("a2"))
    run()
    (state, outcome), other = outcomes()
    assert (state, other) == ("parked", ("done", "stage changed"))
    assert says in outcome
    assert "Ada" not in outcome


def test_a_zero_byte_does_not_break_the_database(ats, arrive):
    arrive(body(candidate={**ADA, "given_name": "A\x00da"}, fields={"a\x00": "\x00"}))
    run()
    assert Application.objects.get().candidate.given_name == "Ada"


def test_one_row_that_fails_is_put_off_and_the_others_go_on(ats, arrive, monkeypatch):
    whole = mirror.apply

    def failing(connection, snapshots, **given):
        if any(snapshot.external_id == "poison" for snapshot in snapshots):
            raise ZeroDivisionError("Ada Obi, +17025550123")
        return whole(connection, snapshots, **given)

    monkeypatch.setattr(mirror, "apply", failing)
    for name in ("a1", "poison", "a2"):
        arrive(body(name))
    assert run() == [3]
    assert outcomes() == [
        ("done", "stage changed"), ("stored", "ZeroDivisionError"), ("done", "stage changed"),
    ]  # fmt: skip
    assert run() == [0]
    for _ in range(MOST_TRIES - 1):
        overdue()
        run()
    row = RawEvent.objects.get(state="parked")
    assert (row.tries, row.outcome) == (MOST_TRIES, "ZeroDivisionError")
    assert Application.objects.count() == 2


def test_the_pauses_grow(ats, arrive, monkeypatch):
    monkeypatch.setattr(mirror, "apply", lambda *_, **__: 1 / 0)
    arrive(body())
    lengths = []
    for _ in range(4):
        run()
        waiting = RawEvent.objects.annotate(pause=F("next_try_at") - Now()).get()
        lengths.append(waiting.pause.total_seconds())
        overdue()
    assert lengths == sorted(lengths)
    assert 40 < lengths[-1] < 90


def test_nothing_is_half_done_when_the_engine_fails(ats, arrive, monkeypatch):
    monkeypatch.setattr(work.advance, "apply", lambda *_, **__: 1 / 0)
    arrive(body())
    run()
    assert not Application.objects.exists()
    assert not Fact.objects.exists()
    assert outcomes() == [("stored", "ZeroDivisionError")]


def test_an_ats_that_is_down_is_left_alone_for_a_while(ats, arrive, simulator):
    simulator.answers["GET", "/applications/a1"] = lambda _: None
    arrive(HINT)
    arrive(b'{"application": {"id": "a2"}}')
    arrive(body("a3"))
    ats.refresh_from_db()
    run(2)
    assert RawEvent.objects.get(outcome="stage changed").state == "done"
    assert RawEvent.objects.filter(state="stored").count() >= 1
    asked = len(simulator.asked)
    overdue()
    assert run() == [0]
    assert len(simulator.asked) == asked


def test_an_ats_that_asks_for_time_gets_it_and_the_try_does_not_count(ats, arrive, simulator):
    simulator.answers["GET", "/applications/a1"] = (429, {}, {"Retry-After": "90"})
    arrive(HINT)
    run()
    row = RawEvent.objects.annotate(pause=F("next_try_at") - Now()).get()
    assert (row.state, row.tries) == ("stored", 0)
    assert 80 < row.pause.total_seconds() <= 90


@pytest.mark.parametrize(
    ("answer", "state", "says"),
    [
        ((404, {}), "parked", "answered 404"),
        ((401, {}), "stored", "answered 401"),
        ((500, {}), "stored", "answered 500"),
        ((302, {}, {"Location": "/"}), "parked", "answered 302"),
        ((200, {"id": "a1"}), "parked", "application.updated_at"),
        ((200, []), "parked", "application.id"),
        ((200, document("another")), "parked", "another application"),
    ],
)
def test_what_the_ats_answers_decides(ats, arrive, simulator, answer, state, says):
    simulator.answers["GET", "/applications/a1"] = answer
    arrive(HINT)
    run()
    ((found, outcome),) = outcomes()
    assert found == state
    assert says in outcome


def test_consent_from_the_ats_is_in_the_ledger_once(ats, arrive):
    consent = {"sms": {"granted": True, "at": "2026-06-01T00:00:00Z", "text": "I agree"}}
    arrive(body(candidate={**ADA, "consent": consent}))
    run()
    arrive(body(minute=1, stage="Onsite", candidate={**ADA, "consent": consent}))
    run()
    entry = ConsentEntry.objects.get()
    assert (entry.state, entry.channel, entry.source) == ("granted", "sms", "ats")
    assert entry.contact_point_id == ContactPoint.objects.get(kind="phone").id
    assert "agree" not in json.dumps(entry.evidence)


def test_a_connection_is_read_again_when_it_or_its_organization_has_changed(ats, arrive):
    def seen():
        (event,) = raw.due([0], resting=[])
        return links.kept({event.source_id: event.source_row})[ats.id]

    arrive(body())
    first = seen()
    assert seen() is first
    Connection.objects.filter(id=ats.id).update(base_url="https://elsewhere.example")
    second = seen()
    assert second.base_url == "https://elsewhere.example"
    Organization.objects.filter(id=ats.organization_id).update(country="CA")
    assert second.organization.country == "US"
    assert seen().organization.country == "CA"


def test_several_connections_in_one_batch(ats, arrive):
    other = world.connection(ats.organization)
    arrive(body("a1"))
    arrive(body("a1", stage="Onsite"), source=other)
    arrive(body("a2"))
    run()
    assert Application.objects.count() == 3
    assert {state for state, _ in outcomes()} == {"done"}


def test_other_shards_events_are_left_alone(ats, arrive):
    arrive(body(), shard=1)
    assert run() == [0]


def test_an_event_that_another_worker_took_is_not_done_again(ats, arrive):
    arrive(body())
    due = work.raw.due([0], resting=[])
    RawEvent.objects.update(state="done", outcome="by another")
    ready = work._ready(work._hinted(due[0], {ats.id: ats}), {})
    work.apply([ready], now=clock.now())
    assert outcomes() == [("done", "by another")]
    assert not Application.objects.exists()


# --- from messaging providers --------------------------------------------------------------------


@pytest.fixture
def sender(ats):
    return world.sender(ats.organization)


@pytest.fixture
def heard(monkeypatch):
    calls = []

    def note(name):
        def call(sender, event, **given):
            calls.append((name, sender.id, event, given))
            return name

        return call

    monkeypatch.setattr(work.inbound, "received", note("received"))
    monkeypatch.setattr(work.delivery, "delivered", note("reported"))
    monkeypatch.setattr(work.delivery, "arrived", lambda told, now: [
        note("delivered")(*one, now=now) for one in told
    ])  # fmt: skip
    return calls


def test_what_candidates_write_and_providers_report_is_handed_on(sender, arrive, heard):
    written = {"type": "inbound", "id": "m1", "from": "+17025550123", "text": "YES"}
    report = {"type": "delivery", "message_id": "p1", "status": "delivered"}
    event = arrive(json.dumps(written).encode(), source=sender, kind="channel")
    arrive(json.dumps(report).encode(), source=sender, kind="channel")
    assert run() == [2]
    assert [(name, found) for name, found, _, _ in heard] == [
        ("received", sender.id), ("delivered", sender.id),
    ]  # fmt: skip
    assert heard[0][2].body == "YES"
    told = {"raw_event_id": event.id, "now": clock.now(), "arrived_at": event.received_at}
    assert heard[0][3] == told
    assert outcomes() == [("done", "received"), ("done", "delivered")]


def test_a_providers_event_that_fails_does_not_stop_the_next(sender, arrive, heard, monkeypatch):
    monkeypatch.setattr(work.inbound, "received", lambda *_, **__: 1 / 0)
    written = {"type": "inbound", "id": "m1", "from": "+17025550123", "text": "YES"}
    report = {"type": "delivery", "message_id": "p1", "status": "delivered"}
    arrive(json.dumps(written).encode(), source=sender, kind="channel")
    arrive(json.dumps(report).encode(), source=sender, kind="channel")
    run()
    assert outcomes() == [("stored", "ZeroDivisionError"), ("done", "delivered")]


def report(number: int, status: str = "delivered") -> bytes:
    return json.dumps({"type": "delivery", "message_id": f"p{number}", "status": status}).encode()


def test_arrivals_are_noted_together_and_in_their_order_with_the_rest(
    sender, arrive, heard, monkeypatch
):
    noted = work.delivery.arrived
    sizes = []
    monkeypatch.setattr(
        work.delivery, "arrived", lambda told, now: (sizes.append(len(told)), noted(told, now))[1]
    )
    for number, status in enumerate(["delivered", "delivered", "bounced", "delivered"]):
        arrive(report(number, status), source=sender, kind="channel")
    run()
    assert sizes == [2, 1]
    assert [found.provider_id for _, _, found, _ in heard] == ["p0", "p1", "p2", "p3"]
    assert [outcome for _, outcome in outcomes()] == [
        "delivered", "delivered", "reported", "delivered",
    ]  # fmt: skip


def test_an_arrival_that_cannot_be_noted_does_not_stop_the_others(
    sender, arrive, heard, monkeypatch
):
    def fail(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(work.delivery, "arrived", fail)
    given = work.delivery.delivered
    monkeypatch.setattr(
        work.delivery, "delivered",
        lambda sender, one, now: fail() if one.provider_id == "p0" else given(sender, one, now=now),
    )  # fmt: skip
    for number in range(2):
        arrive(report(number), source=sender, kind="channel")
    run()
    assert outcomes() == [("stored", "ZeroDivisionError"), ("done", "reported")]
