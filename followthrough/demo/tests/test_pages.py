"""The demo's page: three panels, live, and one's own company only."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from followthrough.accounts.models import Organization
from followthrough.channels.models import SandboxMessage
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.demo import desk, post
from followthrough.demo.models import AtsApplication, PhoneMessage
from followthrough.journeys.models import MessageMap, Run, Version
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


def on_a_map(mirrored: Application) -> None:
    theirs = {"organization": mirrored.organization}
    made = MessageMap.objects.create(name="Store roles", slug="stores", **theirs)
    version = Version.objects.create(
        map=made, number=1, document={}, published_at=clock.now(), **theirs
    )
    Run.objects.create(
        application=mirrored, version=version, state={}, started_at=clock.now(), **theirs
    )


def home(client: Client) -> str:
    """The demo's page as a browser ends up with it."""
    return client.get("/demo/", follow=True).content.decode()


def seen(page: str) -> dict[str, str]:
    """What the live page would ask with."""
    return dict(re.findall(r'name="(v-\w+|application|q|stage)" value="([^"]*)"', page))


def test_an_empty_company_has_a_page_all_the_same(owner: Client) -> None:
    assert "Nobody fits this search" in home(owner)


def test_the_page_shows_the_application_before_the_product_heard_of_it(
    owner: Client, application: AtsApplication
) -> None:
    assert "has not heard of this application yet" in home(owner)


def test_nothing_new_is_204_and_what_is_new_comes_by_panel(
    owner: Client, application: AtsApplication, mirrored: Application
) -> None:
    known = seen(home(owner))
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
    assert "OK" in home(owner)


def test_enter_sends_what_was_typed(
    owner: Client, application: AtsApplication, mirrored: Application
) -> None:
    form = home(owner).partition('id="panel-compose"')[2]
    assert form.index('id="t-send"') < form.index('name="quick"')  # the first button is pressed


def test_an_answer_that_is_not_taken_says_so(
    owner: Client, application: AtsApplication, mirrored: Application
) -> None:
    owner.post(f"/demo/phone/{application.id}/write", {"text": "Hello?"})
    shown = home(owner)
    assert "Hello?" in shown
    assert "could not be reached" in shown


def test_the_clock_goes_on_to_the_next_message(
    owner: Client, application: AtsApplication, mirrored: Application
) -> None:
    due = planned(mirrored).due_at

    def turn(to: str) -> str:
        owner.post("/demo/clock", {"to": to, "application": application.id})
        return home(owner)

    try:
        assert "The clock is moved" in turn("1")
        turn("next")
        assert timedelta() <= clock.now() - due < timedelta(minutes=1)
    finally:
        clock.set_shift(timedelta())


@pytest.mark.parametrize("wanted", ["jimenez", "JIMÉNEZ", "ana jim", "Jime\u0301nez"])
def test_the_search_asks_for_neither_accents_nor_case(
    application: AtsApplication, wanted: str
) -> None:
    AtsApplication.objects.filter(id=application.id).update(name="Ana Jiménez")
    here = application.organization_id
    assert desk.listed(here, wanted=wanted, stage="").get() == application
    assert not desk.listed(here, wanted=f"{wanted} lopez", stage="").exists()
    assert not desk.listed(here, wanted=wanted, stage="Hired").exists()


def test_whoever_is_chosen_stays_in_the_address(owner: Client, application: AtsApplication) -> None:
    answer = owner.get("/demo/", {"q": "ada"})
    assert answer.headers["Location"] == "/demo/?application=A-1&q=ada"
    gone = owner.get("/demo/", {"application": "nobody"})
    assert gone.headers["Location"] == "/demo/?application=A-1"


def test_the_clock_only_goes_forward(owner: Client, application: AtsApplication) -> None:
    try:
        owner.post("/demo/clock", {"to": "24"})
        for back in ("real", "-24", ""):
            owner.post("/demo/clock", {"to": back})
        assert clock.shift() == timedelta(days=1)
        assert "The clock only goes forward" in home(owner)
    finally:
        clock.set_shift(timedelta())


def test_moving_the_clock_leads_back_to_the_page_it_was_moved_from(
    owner: Client, application: AtsApplication
) -> None:
    try:
        assert 'name="next" value="/demo/?application=A-1"' in home(owner)
        answer = owner.post("/demo/clock", {"to": "1", "next": "/demo/?application=A-1"})
        assert answer.headers["Location"] == "/demo/?application=A-1"
        answer = owner.post("/demo/clock", {"to": "1", "next": "https://elsewhere.example/"})
        assert answer.headers["Location"] == "/demo/"
    finally:
        clock.set_shift(timedelta())


def test_with_nothing_planned_there_is_no_next_message_to_go_to(
    owner: Client, application: AtsApplication, mirrored: Application
) -> None:
    assert 'value="next" aria-disabled' in home(owner)
    due = planned(mirrored)
    assert 'value="next" aria-disabled' not in home(owner)
    Touch.objects.filter(id=due.id).update(due_at=clock.now())
    assert "It is being decided now" in home(owner)


def test_an_interview_without_a_time_says_why_nobody_is_written_to(
    owner: Client, application: AtsApplication, mirrored: Application
) -> None:
    on_a_map(mirrored)
    application.change(stage="Interview")
    assert "the interview has no time yet" in home(owner)


def test_without_a_map_the_missing_time_is_not_the_reason(
    owner: Client, application: AtsApplication, mirrored: Application
) -> None:
    application.change(stage="Interview")
    page = home(owner)
    assert "No message map is assigned to this application" in page
    assert "the interview has no time yet" not in page


def test_a_number_that_is_not_used_is_said(
    owner: Client, application: AtsApplication, mirrored: Application
) -> None:
    world.contact_point(mirrored.candidate, kind="phone", written="12")
    assert "12 is not used: " in home(owner)


def test_no_interview_is_set_or_cleared_by_a_time_that_is_none(
    owner: Client, application: AtsApplication
) -> None:
    owner.post(f"/demo/ats/{application.id}/interview", {"at": "soon"})
    assert not application.events.exists()


def field(page: str, name: str) -> str:
    """What the time field with this id is filled in with."""
    found = re.search(rf'id="{name}" name="at" type="datetime-local" value="([^"]*)"', page)
    assert found
    return found[1]


def test_changing_the_interview_begins_with_the_one_in_force(
    owner: Client, application: AtsApplication
) -> None:
    assert field(home(owner), "i-at") == desk.suggested("America/Los_Angeles")
    application.change(anchors={"interview_start": "2026-06-04T21:30:00.000000Z"})
    assert field(home(owner), "i-at") == "2026-06-04T14:30"  # as the clock at the site shows it


def test_the_page_begins_with_somebody_whom_nothing_holds_up(
    owner: Client, application: AtsApplication, mirrored: Application
) -> None:
    person = {**application.data["candidate"], "locale": "en"}
    application.change(stage="Phone screen", candidate=person)
    assert desk._unhindered(mirrored.organization_id).filter(external_id="A-1").exists()
    Handoff.objects.create(
        organization=mirrored.organization, candidate=mirrored.candidate, reason="unclear",
        opened_at=clock.now(), due_at=clock.now(),
    )  # fmt: skip
    assert not desk._unhindered(mirrored.organization_id).filter(external_id="A-1").exists()


def test_a_stage_the_ats_does_not_have_is_no_move(
    owner: Client, application: AtsApplication
) -> None:
    owner.post(f"/demo/ats/{application.id}/move", {"stage": "Nonsense"})
    application.refresh_from_db()
    assert application.stage == "Applied"


def test_ready_only_with_a_worker(organization: Organization) -> None:
    assert Client().get("/demo/ready").status_code == 202
