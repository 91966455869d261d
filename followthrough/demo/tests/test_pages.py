"""The demo's page: three panels, live, and one's own company only."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from followthrough.accounts.models import Organization
from followthrough.channels.models import SandboxMessage
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.demo import post
from followthrough.demo.models import AtsApplication, PhoneMessage
from followthrough.messages.models import Touch
from followthrough.people.models import Application
from followthrough.web.console.tests.conftest import member_of, signed_in
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def mirrored(application: AtsApplication) -> Application:
    """The application as the product knows it, and a number to write from."""
    world.sender(application.organization)
    candidate = world.candidate(
        application.connection, given_name="Ada", family_name="Obi", phone="(775) 555-0123"
    )
    return world.application(candidate, external_id="A-1")


def planned(mirrored: Application) -> Touch:
    return Touch.objects.create(
        organization=mirrored.organization, application=mirrored, candidate=mirrored.candidate,
        shard=0, origin="map", key="interview_nudge", occurrence="1", purpose="informational",
        due_at=clock.now() + timedelta(hours=30), planned_at=clock.now(), channels=["sms"],
    )  # fmt: skip


def seen(page: str) -> dict[str, str]:
    """What the live page would ask with."""
    return dict(re.findall(r'name="(v-\w+|application|q|stage)" value="([^"]*)"', page))


def test_an_empty_company_has_a_page_all_the_same(owner: Client) -> None:
    assert owner.get("/demo/").status_code == 200


def test_the_page_shows_the_application_before_the_product_heard_of_it(
    owner: Client, application: AtsApplication
) -> None:
    assert "has not heard of this application yet" in owner.get("/demo/").content.decode()


def test_nothing_new_is_204_and_what_is_new_comes_by_panel(
    owner: Client, application: AtsApplication, mirrored: Application
) -> None:
    known = seen(owner.get("/demo/").content.decode())
    assert owner.get("/demo/live", known).status_code == 204
    sandbox = {"organization": mirrored.organization, "key": str(uuid7()), "body": "Hello Ada"}
    sender = world.sender(mirrored.organization)
    SandboxMessage.objects.create(sender=sender, to="+17755550123", at=clock.now(), **sandbox)
    told = owner.get("/demo/live", known).content.decode()
    assert "Hello Ada" in told
    assert 'id="panel-list"' not in told


def test_another_company_sees_nothing_of_it(
    application: AtsApplication, mirrored: Application
) -> None:
    stranger = signed_in(member_of(world.organization()))
    assert "Ada Obi" not in stranger.get("/demo/", {"application": "A-1"}).content.decode()
    path = f"/demo/ats/{application.id}/move"
    assert stranger.post(path, {"stage": "Interview"}).status_code == 404


def test_what_is_typed_goes_to_the_providers_hook(
    owner: Client, application: AtsApplication, mirrored: Application,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    sent: list[str] = []
    monkeypatch.setattr(post, "deliver", lambda path, body, headers: sent.append(path) or "")
    path = f"/demo/phone/{application.id}/write"
    answer = owner.post(path, {"quick": "OK"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Trigger"]) == (204, "acted")
    assert sent[0].startswith("/hooks/channel/sender-token-")
    assert PhoneMessage.objects.get().body == "OK"
    assert "OK" in owner.get("/demo/").content.decode()


def test_an_answer_that_is_not_taken_says_so(
    owner: Client, application: AtsApplication, mirrored: Application
) -> None:
    owner.post(f"/demo/phone/{application.id}/write", {"text": "Hello?"})
    shown = owner.get("/demo/").content.decode()
    assert "Hello?" in shown
    assert "could not be reached" in shown


def test_the_clock_goes_on_to_the_next_message_and_back(
    owner: Client, application: AtsApplication, mirrored: Application
) -> None:
    due = planned(mirrored).due_at

    def turn(to: str) -> str:
        owner.post("/demo/clock", {"to": to, "application": application.id})
        return owner.get("/demo/").content.decode()

    try:
        assert "The clock is moved" in turn("1")
        turn("next")
        assert timedelta() <= clock.now() - due < timedelta(minutes=1)
        assert "The clock is moved" not in turn("real")
        assert abs(clock.now() - clock.wall()) < timedelta(seconds=1)
    finally:
        clock.set_shift(timedelta())


def test_a_stage_the_ats_does_not_have_is_no_move(
    owner: Client, application: AtsApplication
) -> None:
    owner.post(f"/demo/ats/{application.id}/move", {"stage": "Nonsense"})
    application.refresh_from_db()
    assert application.stage == "Applied"


def test_ready_only_with_a_worker(organization: Organization) -> None:
    assert Client().get("/demo/ready").status_code == 202
