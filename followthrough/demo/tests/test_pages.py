"""The demo's page: three panels, live, and one's own company only."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from followthrough.accounts.models import Organization
from followthrough.channels.models import SandboxMessage
from followthrough.conversations import handoffs
from followthrough.core import clock
from followthrough.core.canonical import iso
from followthrough.core.ids import uuid7
from followthrough.core.zones import local
from followthrough.demo import desk, post, record
from followthrough.demo.models import AtsApplication, AtsEvent, PhoneMessage
from followthrough.governance.models import ConsentEntry
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


NOTHING = {"schema": 2, "name": "Stores", "stages": {}}  # what a map may say at least


def planned(mirrored: Application, occurrence: str = "1") -> Touch:
    return Touch.objects.create(
        organization=mirrored.organization, application=mirrored, candidate=mirrored.candidate,
        shard=0, origin="map", key="interview_nudge", occurrence=occurrence,
        purpose="informational",
        due_at=clock.now() + timedelta(hours=30), planned_at=clock.now(), channels=["sms"],
    )  # fmt: skip


def on_a_map(mirrored: Application) -> None:
    theirs = {"organization": mirrored.organization}
    made = MessageMap.objects.create(name="Store roles", slug="stores", **theirs)
    version = Version.objects.create(
        map=made, number=1, document=NOTHING, published_at=clock.now(), **theirs
    )
    Run.objects.create(
        application=mirrored, version=version, state={}, started_at=clock.now(), **theirs
    )


def home(client: Client) -> str:
    """The demo's page as a browser ends up with it."""
    return client.get("/demo/", follow=True).content.decode()


def seen(page: str) -> dict[str, str]:
    """What the live page would ask with."""
    live = page[page.index('id="live"') :]
    return dict(re.findall(r'name="(v-[\w-]+|page|application|q|stage)" value="([^"]*)"', live))


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


@pytest.mark.parametrize("page", ["home", "ats", "phone"])
def test_the_number_of_those_who_wait_in_the_inbox_follows(
    owner: Client, application: AtsApplication, mirrored: Application, page: str
) -> None:
    path = {"home": "/demo/", "ats": "/demo/ats", "phone": "/demo/phone"}[page]
    shown = owner.get(path, {"application": "A-1"}).content.decode()
    assert shown.count('id="inbox-waiting"') == 1
    known = seen(shown)
    handoffs.open(
        organization_id=mirrored.organization_id, candidate_id=mirrored.candidate_id,
        application_id=mirrored.id, reason="unclear", at=clock.now(),
    )  # fmt: skip
    told = owner.get("/demo/live", known).content.decode()
    assert re.search(r'id="inbox-waiting"[^>]* hx-swap-oob="true"><span class="count">1<', told)
    again = seen(told.split("</div>")[0])
    assert "inbox-waiting" not in owner.get("/demo/live", again).content.decode()


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
    answer = owner.post(path, {"quick": "Yes"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Trigger"]) == (200, "acted")
    assert answer.content.strip() == b""  # nothing to tell: it is seen on the phone
    assert sent[0].startswith("/hooks/channel/sender-token-")
    assert PhoneMessage.objects.get().body == "Yes"


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
    assert "12: Not used: it has too few digits." in home(owner)


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
    assert field(home(owner), "i-at") == shown_as(record.suggested(application))
    at = clock.now() + timedelta(days=1)
    application.change(anchors={"interview_start": iso(at)})
    assert field(home(owner), "i-at") == shown_as(at)  # as the clock at the site shows it
    application.change(anchors={"interview_start": iso(clock.now() - timedelta(days=1))})
    assert field(home(owner), "i-at") == shown_as(record.suggested(application))


def shown_as(at: datetime) -> str:
    return record.as_field(at, "America/Los_Angeles")


def test_an_interview_is_not_reset_by_moving_to_where_somebody_is(
    owner: Client, application: AtsApplication
) -> None:
    at = record.suggested(application)
    application.change(stage="Interview", anchors={"interview_start": iso(at)})
    path = f"/demo/ats/{application.id}/move"
    answer = owner.post(path, {"stage": "Interview", "at": shown_as(at)}, follow=True)
    assert "Ada Obi is in Interview already, on" in answer.content.decode()
    owner.post(path, {"stage": "Interview"})
    owner.post(path, {"stage": "Interview", "at": "no time"})
    assert not application.events.exists()
    application.refresh_from_db()
    assert record.interview_of(application) == at
    owner.post(path, {"stage": "Interview", "at": shown_as(at + timedelta(hours=1))})
    application.refresh_from_db()
    assert record.interview_of(application) == at + timedelta(hours=1)  # said so: in the form


def test_a_likely_time_is_in_the_morning_and_no_weekend(application: AtsApplication) -> None:
    for day in range(7):
        with clock.at(world.NOON + timedelta(days=day)):
            at = local(record.suggested(application), "America/Los_Angeles")
            assert at.weekday() < 5
            assert (at.hour, at.minute) == (10, 30)
            assert timedelta(days=1) < at - clock.now() < timedelta(days=5)


def test_nobody_else_is_shown_for_an_application_there_is_not(
    owner: Client, application: AtsApplication
) -> None:
    for page in ("/demo/", "/demo/ats", "/demo/phone"):
        answer = owner.get(page, {"application": "A-<b>"})
        shown = answer.content.decode()
        assert answer.status_code == 404
        assert "The ATS has no application “A-&lt;b&gt;”" in shown
        assert "Ada Obi’s phone" not in shown


def test_while_automation_is_silent_what_is_planned_waits_for_a_person(
    owner: Client, application: AtsApplication, mirrored: Application
) -> None:
    ConsentEntry.objects.create(
        organization_id=mirrored.organization_id, candidate_id=mirrored.candidate_id, channel="sms",
        address_key=mirrored.candidate.contact_points.get().address_key, state="granted",
        basis="form", source="ats", actor_kind="ats", actor_id="", at=clock.now(),
    )  # fmt: skip
    planned(mirrored)
    assert "waits for a person" not in home(owner)
    handoffs.open(
        organization_id=mirrored.organization_id, candidate_id=mirrored.candidate_id,
        application_id=mirrored.id, reason="unclear", at=clock.now(),
    )  # fmt: skip
    shown = home(owner)
    assert "It waits for a person: automation is silent." in shown
    assert "Waits: a person has to answer first" in shown


@pytest.mark.parametrize("page", ["/demo/", "/demo/ats", "/demo/phone", "/demo/live"])
def test_each_page_asks_a_known_number_of_questions(
    owner: Client, application: AtsApplication, mirrored: Application, page: str,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    planned(mirrored, "first")
    most = {"/demo/": 56, "/demo/ats": 16, "/demo/phone": 26, "/demo/live": 54}[page]
    with django_assert_max_num_queries(most) as asked:
        assert owner.get(page, {"application": "A-1"}).status_code == 200
    before = len(asked)
    for number in range(4):  # more people, messages and events: no more questions
        planned(mirrored, str(number))
        AtsEvent.objects.create(
            organization=mirrored.organization, application=application, kind="webhook",
            key=str(number), what="Stage", at=clock.now(),
        )  # fmt: skip
    with django_assert_max_num_queries(before):
        owner.get(page, {"application": "A-1"})


@pytest.mark.parametrize("page", ["/demo/", "/demo/ats", "/demo/phone", "/demo/live"])
@pytest.mark.parametrize("name", ["application", "q", "stage", "page"])
def test_what_no_database_takes_may_stand_in_an_address(
    owner: Client, application: AtsApplication, page: str, name: str
) -> None:
    assert owner.get(page, {name: "\0"}, follow=True).status_code == 200
    assert owner.get(page, {name: "A\0-1"}, follow=True).status_code == 200


def test_the_ats_has_no_application_whose_id_is_no_text(
    application: AtsApplication, client: Client
) -> None:
    call = {"HTTP_AUTHORIZATION": "Bearer the-token"}
    assert client.get("/demo/ats/api/applications/%00", **call).status_code == 404
    assert client.get("/demo/ats/api/applications/A-1", **call).status_code == 200


def test_what_no_database_takes_may_be_typed(
    owner: Client, application: AtsApplication, mirrored: Application
) -> None:
    here = f"/demo/ats/{application.id}"
    given = {"phone": "(775)\0 555-0199", "stage": "\0", "at": "\0"}
    for path in (f"{here}/move", f"{here}/interview", f"{here}/phone-number"):
        assert owner.post(path, given).status_code == 302
    application.refresh_from_db()
    assert application.data["candidate"]["phones"] == ["(775) 555-0199"]
    typed = {"text": "Hel\0lo", "channel": "sms"}
    assert owner.post(f"/demo/phone/{application.id}/write", typed).status_code == 302
    assert PhoneMessage.objects.get().body == "Hello"
    for path in ("/demo/walk", "/demo/clock", "/demo/trouble"):
        words = dict.fromkeys(("act", "to", "kind", "application", "next"), "\0")
        assert owner.post(path, words).status_code == 302


@pytest.mark.parametrize("at", ["9999-12-31T23:59", "0001-01-01T00:00", "2046-06-03T10:00"])
@pytest.mark.parametrize("act", ["move", "interview"])
def test_nobody_is_invited_in_another_decade(
    owner: Client, application: AtsApplication, act: str, at: str
) -> None:
    path = f"/demo/ats/{application.id}/{act}"
    answer = owner.post(path, {"stage": "Interview", "at": at}, follow=True)
    assert "more than ten years away, so nothing was changed" in answer.content.decode()
    application.refresh_from_db()
    assert (application.stage, record.interview_of(application)) == ("Applied", None)


def test_a_stage_the_ats_does_not_have_is_no_move(
    owner: Client, application: AtsApplication
) -> None:
    owner.post(f"/demo/ats/{application.id}/move", {"stage": "Nonsense"})
    application.refresh_from_db()
    assert application.stage == "Applied"


def test_ready_only_with_a_worker(organization: Organization) -> None:
    assert Client().get("/demo/ready").status_code == 202
