"""The simulated ATS speaks the documented webhook and checks who calls its API."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from followthrough.core import clock, signatures
from followthrough.core.ids import uuid7
from followthrough.demo import ats, post
from followthrough.demo.models import AtsApplication
from followthrough.intake.ats.generic import GENERIC

pytestmark = pytest.mark.django_db
BEARER = {"Authorization": "Bearer the-token"}
API = "/demo/ats/api/applications/A-1"


@pytest.fixture
def delivered(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bytes, dict[str, str]]]:
    """What would have been sent over HTTP."""
    taken: list[tuple[str, bytes, dict[str, str]]] = []

    def take(path: str, body: bytes, headers: dict[str, str]) -> str:
        taken.append((path, body, headers))
        return ""

    monkeypatch.setattr(post, "deliver", take)
    return taken


def read(sent: tuple[str, bytes, dict[str, str]], secrets: list[str]):
    """The snapshot in a webhook, verified the way the product does."""
    _, body, given = sent
    headers = {name.lower(): value for name, value in given.items()}
    GENERIC.receive(headers, body, secrets)
    return GENERIC.hints(headers, body)[0].snapshot


def test_a_move_reaches_the_product_as_a_signed_snapshot(
    application: AtsApplication, delivered: list
) -> None:
    at = datetime(2026, 6, 5, 21, 0, tzinfo=UTC)
    ats.invite(application, "Interview", at)
    snapshot = read(delivered[0], application.connection.webhook_secrets)
    assert delivered[0][0] == f"/hooks/ats/{application.connection.token}"
    assert (snapshot.stage, snapshot.anchors) == ("Interview", {"interview_start": at})
    assert snapshot.candidate.phones == ("(775) 555-0123",)


def test_interviews_are_cleared_and_numbers_changed(
    application: AtsApplication, delivered: list
) -> None:
    ats.set_interview(application, clock.now())
    ats.set_interview(application, None)
    ats.set_phone(application, "")
    last = read(delivered[-1], application.connection.webhook_secrets)
    assert (dict(last.anchors), tuple(last.candidate.phones)) == ({}, ())


def test_its_times_rise_even_when_the_machines_clock_is_put_back(
    application: AtsApplication, delivered: list
) -> None:
    with clock.at(clock.wall() + timedelta(days=3)):
        ats.move(application, "Phone screen")
    ats.move(application, "Interview")
    first, second = (read(one, application.connection.webhook_secrets) for one in delivered)
    assert second.updated_at > first.updated_at


def test_a_webhook_that_cannot_be_delivered_says_why(
    application: AtsApplication, owner: Client
) -> None:
    owner.post(f"/demo/ats/{application.id}/move", {"stage": "Phone screen"})
    assert "could not be reached" in application.events.get().problem
    shown = owner.get("/demo/", {"application": "A-1"}).content.decode()
    assert "Not delivered" in shown


def test_the_api_gives_an_application_to_whoever_has_the_token(
    application: AtsApplication,
) -> None:
    assert Client().get(API).status_code == 401
    assert Client().get(API, headers={"Authorization": "Bearer other"}).status_code == 404
    found = Client().get(API, headers=BEARER).json()
    assert found["application"]["stage"] == "Applied"


def write(document: object, *, secret: str = "the-secret") -> int:
    body = json.dumps(document).encode()
    headers = {**BEARER, signatures.HEADER: signatures.make(body, secret=secret)}
    answer = Client(enforce_csrf_checks=True).post(
        f"{API}/write-backs", body, content_type="application/json", headers=headers
    )
    return answer.status_code


def test_a_write_back_is_taken_once(application: AtsApplication) -> None:
    field = {"id": str(uuid7()), "kind": "field", "payload": {"field": "ok", "value": True}}
    assert [write(field), write(field)] == [201, 409]
    application.refresh_from_db()
    assert application.data["fields"] == {"ok": True}
    assert application.events.get(kind="write_back").what == "Ok: yes"


def test_a_write_back_with_a_wrong_signature_changes_nothing(
    application: AtsApplication,
) -> None:
    note = {"id": "1", "kind": "note", "payload": {"text": "Hello"}}
    assert write(note, secret="another") == 401
    assert write({"id": "1"}) == 400
    assert not application.events.exists()
