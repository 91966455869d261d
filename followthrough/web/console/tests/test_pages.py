"""The pages show what is there, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from followthrough.accounts.models import Organization
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.governance.models import ConsentEntry
from followthrough.messages.models import Message, Receipt, Touch
from followthrough.people.models import Application, ContactPoint, StageChange, WriteBack
from followthrough.web.console import timeline
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def application(organization: Organization) -> Application:
    ats = world.connection(organization)
    requisition = world.requisition(ats, site=world.site(organization))
    candidate = world.candidate(
        ats, given_name="Thandiwe", family_name="Dlamini", phone="(775) 555-0123"
    )
    return world.application(candidate, requisition, stage="interview", ats_stage="Interview")


def touch(application: Application, **given: object) -> Touch:
    return Touch.objects.create(
        organization=application.organization, application=application,
        candidate=application.candidate, shard=0, origin="map", purpose="informational",
        planned_at=world.NOON, channels=["sms"], content={"sms": {"en": {"body": "Hello"}}},
        **{"key": "interview_day_before", "occurrence": "1", "due_at": world.NOON, **given},
    )  # fmt: skip


@pytest.fixture
def able(application: Application) -> Iterator[None]:
    """They may be texted, and somebody can; it is a Wednesday, ten in the morning."""
    world.sender(application.organization)
    ConsentEntry.objects.create(
        organization_id=application.organization_id, candidate_id=application.candidate_id,
        address_key=application.candidate.contact_points.get().address_key, channel="sms",
        state="granted", basis="form", source="ats", actor_kind="ats", actor_id="", at=world.NOON,
    )  # fmt: skip
    with clock.at(world.NOON):
        yield


def receipt(one: Touch, **given: object) -> Receipt:
    return Receipt.objects.create(
        organization_id=one.organization_id, touch_id=one.id, application_id=one.application_id,
        candidate_id=one.candidate_id, at=world.NOON, **given,
    )  # fmt: skip


def page(client: Client, application: Application) -> str:
    return client.get(f"/candidates/{application.candidate_id}").content.decode()


def test_an_empty_house_says_so(owner: Client) -> None:
    assert "Nobody is waiting for a person" in owner.get("/").content.decode()
    assert "No candidates yet" in owner.get("/candidates/").content.decode()


def test_today_shows_who_waits_longest_first(owner: Client, application: Application) -> None:
    for number, hours in ((1, 1), (2, 5)):
        person = world.candidate(application.connection, family_name=f"Waits{number}")
        since = world.NOON - timedelta(hours=hours)
        Handoff.objects.create(
            organization=application.organization, candidate=person, reason="unclear",
            opened_at=since, due_at=since,
        )  # fmt: skip
    shown = owner.get("/").content.decode()
    assert shown.index("Waits2") < shown.index("Waits1")
    assert "overdue" in shown


def test_resolving_takes_it_off_the_page(owner: Client, application: Application) -> None:
    handoff = Handoff.objects.create(
        organization=application.organization, candidate=application.candidate,
        application=application, reason="declined", opened_at=world.NOON, due_at=world.NOON,
    )  # fmt: skip
    back = f"/candidates/{application.candidate_id}"
    answer = owner.post(f"/handoffs/{handoff.id}/resolve", {"next": back})
    assert answer.headers["Location"] == back
    assert "Nobody is waiting for a person" in owner.get("/").content.decode()
    assert "Maya has seen to it" in page(owner, application)


def test_today_names_what_nobody_is_written_to_about(
    owner: Client, application: Application
) -> None:
    world.application(application.candidate, ats_stage="Limbo", stage="unmapped")
    shown = owner.get("/").content.decode()
    assert "1 open application in Retail has no message map" in shown
    assert "“Limbo”" in shown


def test_today_names_what_broke(owner: Client, application: Application) -> None:
    WriteBack.objects.create(
        organization=application.organization, connection=application.connection,
        application=application, shard=0, kind="note", state="parked",
        problem="The ATS answered 403.", created_at=world.NOON,
    )  # fmt: skip
    shown = owner.get("/").content.decode()
    assert "The ATS answered 403." in shown
    assert "Nothing is broken" not in shown


def test_the_timeline_tells_what_was_said_and_why(owner: Client, application: Application) -> None:
    attempt, sent = uuid7(), touch(application, state="sent")
    receipt(sent, verdict="send", code="sent", attempt_id=attempt, channel="sms",
            checks=[["relevant", "pass", {}]])  # fmt: skip
    Message.objects.create(
        organization=application.organization, application=application,
        candidate=application.candidate, direction="out", channel="sms", sender_id=uuid7(),
        touch_id=sent.id, attempt_id=attempt, body="See you <tomorrow>", delivery="delivered",
        at=world.NOON,
    )  # fmt: skip
    shown = page(owner, application)
    assert "See you &lt;tomorrow&gt;" in shown
    assert "delivered" in shown
    assert "Sent by text." in shown


def test_what_did_not_go_out_says_why_without_being_opened(
    owner: Client, application: Application
) -> None:
    dropped = touch(application, state="dropped")
    receipt(dropped, verdict="drop", code="opted_out", checks=[["opted_out", "drop", {}]])
    shown = page(owner, application)
    assert "Interview day before" in shown
    assert '<span class="why">They asked for no more messages at this address.</span>' in shown


def test_what_waits_says_what_for(owner: Client, application: Application, able: None) -> None:
    touch(application, held_for="frozen", key="interview_confirm.reply")
    touch(application, held_for="something_new", occurrence="2")
    shown = page(owner, application)
    assert "Held: a person has to answer first" in shown
    assert "Held: something new" in shown
    assert "Interview confirm: our answer" in shown


def test_an_opt_out_of_several_addresses_is_told_once(
    owner: Client, application: Application
) -> None:
    for address in ("a", "b"):
        ConsentEntry.objects.create(
            organization_id=application.organization_id, candidate_id=application.candidate_id,
            address_key=address, channel="", state="revoked", basis="stop", source="sms",
            actor_kind="candidate", actor_id="", at=world.NOON,
        )  # fmt: skip
    shown = page(owner, application)
    assert shown.count("No more messages on any channel: they wrote STOP.") == 1


def test_what_is_planned_stands_below_now_in_both_zones(
    owner: Client, application: Application
) -> None:
    touch(application, due_at=world.NOON + timedelta(days=1))
    owner.cookies["zone"] = "America/New_York"
    shown = page(owner, application)
    ahead = shown[shown.index("<span>Now: ") :]
    assert f"Thu 4 Jun, 10:00 ({application.requisition.site.name})" in ahead
    assert "Thu 4 Jun, 13:00 (New York)" in ahead


def test_of_a_long_history_the_newest_is_shown_and_what_was_before_is_asked_for(
    owner: Client, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "PART", 4)
    monkeypatch.setattr(timeline, "NOT_WORTH", 1)
    ours = world.sender(application.organization)
    for number in range(10):
        Message.objects.create(
            organization=application.organization, candidate=application.candidate,
            direction="in", channel="sms", body=f"text {number}.",
            sender_id=ours.id, provider_id=f"SM{number}", at=world.NOON + timedelta(minutes=number),
        )  # fmt: skip

    def said(asked: str) -> list[int]:
        answer = owner.get(f"/candidates/{application.candidate_id}{asked}").content.decode()
        assert ('id="now"' in answer) is (not asked)
        assert f"?v={live_version(answer)}{asked.replace('?', '&amp;')}" in answer
        return [int(one) for one in re.findall(r"text (\d)\.", answer)]

    assert said("") == [6, 7, 8, 9]
    assert said("?before=6") == [2, 3, 4, 5]
    assert said("?before=2") == [0, 1]
    newest = owner.get(f"/candidates/{application.candidate_id}?before=seven").content.decode()
    assert "text 9." in newest
    assert "What was before" in newest
    assert "What came after" not in newest


def live_version(page: str) -> str:
    return re.search(r"live\?v=([\w-]+)", page)[1]


def test_an_unmapped_stage_is_explained(owner: Client, application: Application) -> None:
    StageChange.objects.create(
        organization=application.organization, application=application, to_stage="unmapped",
        ats_stage="Limbo", observed_at=world.NOON,
    )  # fmt: skip
    assert "“Limbo”, which is not mapped" in page(owner, application)


def test_an_address_that_cannot_be_used_says_why(owner: Client, application: Application) -> None:
    world.contact_point(application.candidate, kind="phone", written="12")
    world.contact_point(application.candidate, kind="phone", written="(775) 555-0199")
    gone = {"usable": False, "unusable_reason": "gone"}
    ContactPoint.objects.filter(written="(775) 555-0199").update(**gone)
    shown = page(owner, application)
    assert "Not used: it has too few digits" in shown
    assert "Not used: the ATS does not list it any more" in shown


def test_a_page_that_is_not_there(owner: Client) -> None:
    answer = owner.get("/nowhere")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_a_fault_of_ours_is_said_plainly(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    owner.raise_request_exception = False
    monkeypatch.setattr("followthrough.web.console.today.people._with_words", lambda _: 1 / 0)
    answer = owner.get("/")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()


@pytest.mark.parametrize(
    ("due", "useful", "said"),
    [
        ("2026-06-04T08:00", None, "Quiet hours: goes out from Thu 4 Jun, 09:"),
        ("2026-06-04T07:00", "2026-06-04T08:30", "Will not go out: Legal hours until Thu 4 Jun, "),
        ("2026-06-04T17:00", None, ""),
    ],
)
def test_what_is_planned_for_quiet_hours_says_when_it_goes_out(
    owner: Client, application: Application, able: None, due: str, useful: str | None, said: str
) -> None:
    zone = ZoneInfo("America/Los_Angeles")
    at, until = (one and datetime.fromisoformat(one).replace(tzinfo=zone) for one in (due, useful))
    touch(application, state="planned", due_at=at, useful_until=until)
    shown = page(owner, application)
    assert said in shown
    assert (" hours" in timeline_of(shown)) is bool(said)


def timeline_of(shown: str) -> str:
    """What stands below now."""
    return shown.split('class="entry ahead"')[1].split("</li>")[0]
