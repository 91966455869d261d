"""The door over real HTTP: what it lets in, what it says to the rest, and that it loses nothing."""

import json
import logging
import socket
import time
import urllib.error
import urllib.request
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import connection as database
from django.db import transaction

from followthrough.accounts.models import ClockShift
from followthrough.core import clock
from followthrough.core.hooks import sign
from followthrough.core.ids import shard_of
from followthrough.intake.models import RawEvent
from followthrough.store.sql import WAKE
from followthrough.web.webhooks.tests.serving import application, serving, signed
from tests import world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ats():
    return world.connection(world.organization())


@pytest.fixture
def door(ats):
    with serving() as served:
        yield served
    clock.set_shift(timedelta())


def post(door, ats, body, headers=None):
    return door.post(f"/hooks/ats/{ats.token}", body, signed(body) if headers is None else headers)


def test_a_good_webhook_is_stored_as_it_came(door, ats):
    body = application()
    headers = signed(body) | {"Followthrough-Event-Id": "e1", "Authorization": "Basic c2VjcmV0"}
    status, answer, _ = post(door, ats, body, headers)
    assert (status, answer) == (200, {"stored": True})
    stored = RawEvent.objects.get()
    assert bytes(stored.body) == body
    assert (stored.kind, stored.source_id, stored.organization_id) == (
        "ats", ats.id, ats.organization_id,
    )  # fmt: skip
    assert stored.dedupe_key == "event:e1"
    assert stored.state == "stored"
    assert stored.headers == {
        "content-type": "application/json", "followthrough-event-id": "e1",
    }  # fmt: skip
    assert stored.shard == shard_of(f"{ats.id}:c-a1", shards=settings.SHARDS)


def test_the_shard_is_woken_when_the_webhook_is_committed(door, ats):
    found = database.get_connection_params()
    for name in ("cursor_factory", "context"):
        found.pop(name, None)
    with psycopg.connect(**found, autocommit=True) as listener:
        listener.execute(f"LISTEN {WAKE}")
        post(door, ats, application())
        heard = [note.payload for note in listener.notifies(timeout=2, stop_after=1)]
    assert heard == [str(RawEvent.objects.get().shard)]


def test_a_repeat_is_acknowledged_and_stored_once(door, ats):
    body = application()
    assert post(door, ats, body)[1] == {"stored": True}
    status, answer, _ = post(door, ats, body)
    assert (status, answer) == (200, {"stored": False, "duplicate": True})
    assert RawEvent.objects.count() == 1


def test_two_hints_with_the_same_body_at_different_times_are_two_events(door, ats):
    body = b'{"event": "application.updated", "application": {"id": "a1"}}'
    post(door, ats, body, signed(body))
    post(door, ats, body, signed(body, at=clock.wall() - timedelta(seconds=5)))
    assert RawEvent.objects.count() == 2


@pytest.mark.parametrize(
    "headers",
    [
        lambda body: {},
        lambda body: signed(body, secret="another"),
        lambda body: signed(b"{}"),
        lambda body: signed(body, at=clock.wall() - timedelta(minutes=6)),
        lambda body: signed(body, at=clock.wall() + timedelta(minutes=6)),
        lambda body: {"Followthrough-Signature": "t=x,v1=00"},
        lambda body: {"Followthrough-Signature": "v1=é"},
    ],
)
def test_a_wrong_signature_is_refused_and_nothing_is_stored(door, ats, caplog, headers):
    body = application()
    with caplog.at_level(logging.WARNING):
        status, answer, _ = post(door, ats, body, headers(body))
    assert status == 401
    assert set(answer) == {"thing", "reason", "remedy"}
    assert str(ats.id) in caplog.text
    assert "webhook-secret" not in caplog.text
    assert not RawEvent.objects.exists()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b'{"application": ', "line 1, column 17"),
        (b"[]", "not a JSON object"),
        (b"{}", "missing"),
        (b'{"application": {"id": null}}', "missing"),
        (b'{"application": {"id": true}}', "missing"),
        (b"\xff\xfe", "not JSON"),
        (b'{"application": {"id": "a\xff"}}', "not JSON"),
    ],
)
def test_a_malformed_body_is_refused_with_the_reason(door, ats, body, says):
    status, answer, _ = post(door, ats, body)
    assert status == 400
    assert says in answer["reason"]
    assert answer["remedy"]
    assert not RawEvent.objects.exists()


def test_a_body_over_one_mebibyte_is_refused(door, ats):
    body = application(fields={"essay": "x" * 1024 * 1024})
    assert post(door, ats, body)[0] == 413
    assert not RawEvent.objects.exists()


def test_a_body_over_one_mebibyte_in_chunks_is_refused(door, ats):
    async def chunks():
        for _ in range(300):
            yield b"x" * 4096

    assert door.post(f"/hooks/ats/{ats.token}", chunks())[0] == 413


def test_a_large_body_within_the_limit_is_taken(door, ats):
    body = application(fields={"essay": "x" * (1024 * 1024 - 1000)})
    assert post(door, ats, body)[0] == 200


@pytest.mark.parametrize(
    "path", ["/hooks/ats/unknown", "/hooks/channel/unknown", "/hooks/x", "/hooks/"]
)
def test_an_unknown_token_is_not_found(door, path):
    body = application()
    status, answer, _ = door.post(path, body, signed(body))
    assert (status, answer["reason"]) == (404, "is not the address of a webhook.")


def test_a_token_of_the_other_kind_is_not_found(door, ats):
    body = application()
    assert door.post(f"/hooks/channel/{ats.token}", body, signed(body))[0] == 404


def test_a_connection_that_was_switched_off_is_not_found(door, ats):
    ats.active = False
    ats.save()
    with serving() as fresh:
        assert post(fresh, ats, application())[0] == 404


def test_a_connection_made_a_moment_ago_is_known(door, ats):
    new = world.connection(ats.organization)
    time.sleep(0.6)  # an unknown token may ask for a reading twice a second
    assert post(door, new, application())[0] == 200


def test_while_secrets_rotate_both_are_good(door, ats):
    ats.webhook_secrets = ["old", "new"]
    ats.save()
    body = application()
    with serving() as fresh:
        assert post(fresh, ats, body, signed(body, secret="old"))[0] == 200
        assert post(fresh, ats, body, signed(body, secret="new"))[0] == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_post_is_allowed(door, ats, method):
    path = f"/hooks/ats/{ats.token}"
    ((status, _, headers),) = door.post_all([(path, None, {})], method=method)
    assert (status, headers["Allow"]) == (405, "POST")


def test_a_request_without_a_length_is_refused(door, ats):
    with socket.create_connection(("127.0.0.1", int(door.url.rsplit(":", 1)[1]))) as raw:
        raw.sendall(f"POST /hooks/ats/{ats.token} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert raw.recv(4096).startswith(b"HTTP/1.1 411 ")


def test_a_test_call_is_acknowledged_and_not_stored(door, ats):
    assert post(door, ats, b'{"event": "ping"}')[:2] == (200, {"stored": False, "probe": True})
    assert not RawEvent.objects.exists()


def test_greenhouse_signs_in_its_own_way(door, ats):
    theirs = world.connection(ats.organization, kind="greenhouse")
    body = b'{"action": "candidate_stage_change", "payload": {"application": {"id": 7}}}'
    with serving() as fresh:
        headers = {
            "Signature": f"sha256 {sign('webhook-secret', body)}", "Greenhouse-Event-ID": "g1",
        }  # fmt: skip
        assert post(fresh, theirs, body, headers)[0] == 200
        assert post(fresh, theirs, body, {"Signature": "sha256 00"})[0] == 401
    assert RawEvent.objects.get().dedupe_key == "event:g1"


def test_a_providers_webhook_comes_in_by_the_same_door(door, ats):
    sender = world.sender(ats.organization)
    body = json.dumps(
        {"type": "inbound", "id": "m1", "from": "+17025550123", "text": "YES"}
    ).encode()
    with serving() as fresh:
        path = f"/hooks/channel/{sender.token}"
        assert fresh.post(path, body, signed(body, secret="sender-secret"))[0] == 200
        assert fresh.post(path, body, signed(body, secret="no"))[0] == 401
    stored = RawEvent.objects.get()
    assert (stored.kind, stored.source_id) == ("channel", sender.id)


def test_a_thousand_at_once_are_all_stored_exactly_once(door, ats):
    bodies = [application(f"a{n}") for n in range(1000)]
    path = f"/hooks/ats/{ats.token}"
    requests = [(path, body, signed(body)) for body in bodies + bodies[:200]]
    answers = door.post_all(requests)
    assert {status for status, _, _ in answers} == {200}
    assert sum(answer["stored"] for _, answer, _ in answers) == 1000
    assert {bytes(body) for body in RawEvent.objects.values_list("body", flat=True)} == set(bodies)


def test_a_row_that_the_database_refuses_does_not_take_others_with_it(door, ats, monkeypatch):
    from followthrough.web.webhooks import door as module

    arrival = module._arrival

    def poisoned(source, hook, headers, body):
        made = arrival(source, hook, headers, body)
        return made._replace(headers="not json") if b"poison" in body else made

    monkeypatch.setattr(module, "_arrival", poisoned)
    names = [f"a{n}" for n in range(40)] + ["poison"]
    path = f"/hooks/ats/{ats.token}"
    answers = door.post_all([(path, body, signed(body)) for body in map(application, names)])
    assert sorted({status for status, _, _ in answers}) == [200, 500]
    assert RawEvent.objects.count() == 40


def test_without_the_database_nothing_is_acknowledged_and_it_comes_back(door, ats, monkeypatch):
    from followthrough.web.webhooks import line

    params = line._params
    body = application()
    assert post(door, ats, application("first"))[0] == 200
    monkeypatch.setattr(line, "_params", lambda: params() | {"port": "1"})
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    status, _, headers = post(door, ats, body)
    assert (status, headers["Retry-After"]) == (503, "5")
    assert post(door, ats, body)[0] == 503
    monkeypatch.setattr(line, "_params", params)
    statuses = []
    for _ in range(60):
        statuses.append(post(door, ats, body)[0])
        if statuses[-1] == 200:
            break
        time.sleep(0.1)
    assert statuses[-1] == 200
    assert RawEvent.objects.filter(body=body).count() == 1


def test_a_database_that_hangs_is_as_good_as_none(door, ats, monkeypatch):
    from followthrough.web.webhooks import line

    monkeypatch.setattr(line, "LONGEST_STATEMENT", 300)
    body = application()
    with serving() as fresh, transaction.atomic():
        assert post(fresh, ats, application("first"))[0] == 200
        with database.cursor() as cursor:
            cursor.execute("LOCK TABLE intake_rawevent IN ACCESS EXCLUSIVE MODE")
        assert post(fresh, ats, body)[0] == 503
    assert RawEvent.objects.count() == 1


def test_received_at_follows_the_business_clock(ats):
    ClockShift.objects.create(id=1, seconds=86_400)
    with serving() as served:
        post(served, ats, application())
    clock.set_shift(timedelta())
    ahead = RawEvent.objects.get().received_at - clock.wall()
    assert timedelta(hours=23, minutes=59) < ahead <= timedelta(days=1)


def test_everything_else_goes_to_django(ats, monkeypatch):
    async def pages(scope, receive, send):
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body", "body": b"pages"})

    monkeypatch.setattr("config.asgi.django", pages)
    with serving() as served, pytest.raises(urllib.error.HTTPError) as found:
        urllib.request.urlopen(f"{served.url}/hooks")
    assert (found.value.code, found.value.read()) == (418, b"pages")
