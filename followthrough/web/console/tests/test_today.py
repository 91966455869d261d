"""Today's lists: who is in them, for whom, and what is said when they are empty."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client

from followthrough.accounts.models import Organization, Role
from followthrough.audit import facts
from followthrough.channels.models import Sender
from followthrough.conversations import handoffs
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.governance import consent
from followthrough.intake.models import RawEvent
from followthrough.journeys.models import Run
from followthrough.messages.models import Ask, Message, Receipt, Touch
from followthrough.people.models import Anchor, Application, Candidate, Scope, WriteBack
from followthrough.web.console.interviews import load
from followthrough.web.console.tests.conftest import member_of, signed_in
from followthrough.web.console.today import risk, yesterday
from tests import company, lives, world

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ANSWERED = {"state": "answered", "opened_at": -5, "closed_at": -4}


@pytest.fixture
def founded() -> company.Company:
    return company.found()


def invited(founded: company.Company, *, at: datetime, **ask: object) -> Application:
    """Somebody with an interview at `at`, and what was asked about it."""
    organization = founded.organization
    person = world.candidate(founded.connection, family_name="Invited")
    opening = world.requisition(founded.connection, site=world.site(organization))
    application = world.application(person, opening, stage="interview")
    Anchor.objects.create(
        organization=organization, application=application, name="interview_start", at=at
    )
    if ask:
        version = company.add_map(founded, f"m{application.external_id}", DOCUMENT)
        run = Run.objects.create(
            organization=organization, application=application, version=version, state={},
            started_at=at,
        )  # fmt: skip
        Ask.objects.create(
            organization=organization, application=application, run_id=run.id, key="ask",
            occurrence="1", kind="confirmation", **ask,
        )  # fmt: skip
    return application


QUESTION = {
    "key": "ask",
    "trigger": {"stage_entered": {}},
    "channels": ["sms"],
    "content": {"sms": {"en": {"body": "Hello"}}},
    "ask": {"kind": "confirmation", "anchor": "interview_start"},
}
DOCUMENT = {
    "schema": 2,
    "name": "Map",
    "stages": {"interview": {"touches": [QUESTION]}},
}


def at_risk(founded: company.Company) -> list[str]:
    found = risk.at_risk(member_of(founded.organization))
    assert found.total == len(found.rows)
    return [one.state for one in found.rows]


@pytest.mark.parametrize(
    ("hours", "ask", "state"),
    [
        (20, {}, ["unasked"]),
        (20, {"state": "open", "opened_at": -1}, ["waiting"]),
        (30, {"state": "open", "opened_at": -1}, []),
        (30, {"state": "open", "opened_at": -5}, ["waiting"]),
        (30, ANSWERED | {"answer": "declined"}, ["declined"]),
        (20, ANSWERED | {"answer": "confirmed"}, []),
        (60, {"state": "open", "opened_at": -9}, []),
        (-3, {"state": "open", "opened_at": -9}, []),
        (-30, {"state": "open", "opened_at": -60}, ["waiting"]),
        (-200, {"state": "open", "opened_at": -300}, []),
    ],
)  # fmt: skip
def test_which_interviews_are_at_risk(
    founded: company.Company, hours: int, ask: dict, state: list[str]
) -> None:
    now = clock.now()
    told = {
        key: now + value * HOUR if isinstance(value, int) else value for key, value in ask.items()
    }
    invited(founded, at=now + hours * HOUR, **told)
    assert at_risk(founded) == state


@pytest.mark.parametrize("hours", [20, 30])
@pytest.mark.parametrize("ask", [ANSWERED | {"answer": "confirmed"}, {"opened_at": -1}])
def test_a_yes_to_another_question_is_no_yes(
    founded: company.Company, monkeypatch: pytest.MonkeyPatch, hours: int, ask: dict
) -> None:
    """They may be called; whether they come nobody asked."""
    now = clock.now()
    told = {key: now + one * HOUR if isinstance(one, int) else one for key, one in ask.items()}
    monkeypatch.setitem(QUESTION, "ask", {"kind": "confirmation"})
    invited(founded, at=now + hours * HOUR, **told)
    assert at_risk(founded) == ["unasked"]


def test_a_yes_to_an_earlier_time_is_no_yes(founded: company.Company) -> None:
    now = clock.now()
    yes = {"state": "answered", "answer": "confirmed"}
    application = invited(
        founded, at=now + 20 * HOUR, **yes, opened_at=now - 5 * HOUR, closed_at=now - 4 * HOUR
    )
    facts.record(
        organization_id=application.organization_id, actor=facts.SYSTEM, verb="moved_anchor",
        subject_kind="application", subject_id=application.id, at=now - HOUR,
        why={"anchor": "interview_start", "at": now.isoformat()},
    )  # fmt: skip
    assert at_risk(founded) == ["moved"]
    assert [one.state for one in load([application.id])] == ["moved"]


def stop(application: Application, at: datetime) -> None:
    consent.opt_out(
        organization_id=application.organization_id, channel="sms", basis="stop", source="sms",
        contact_point=application.candidate.contact_points.get(kind="phone"), evidence={}, at=at,
        actor=facts.Actor("candidate", "c"),
    )  # fmt: skip


OPEN = {"state": "open", "opened_at": -5}
CLOSED = {"state": "closed", "opened_at": -5, "closed_at": -2}


@pytest.mark.parametrize(
    ("ask", "stopped", "state"),
    [
        (CLOSED, None, "unanswered"),
        (CLOSED, -2, "opted_out"),  # which closed it
        (CLOSED, -1, "opted_out"),
        (CLOSED, -9, "unanswered"),  # it was asked after that, where they still allow it
        (OPEN, -1, "opted_out"),
        (OPEN, None, "waiting"),
        ({}, -1, "opted_out"),  # nobody can ask them any more
        (ANSWERED | {"answer": "declined"}, -1, "declined"),
    ],
)
def test_who_opted_out_did_not_fail_to_answer(
    founded: company.Company, ask: dict, stopped: int | None, state: str
) -> None:
    now = clock.now()
    told = {key: now + one * HOUR if isinstance(one, int) else one for key, one in ask.items()}
    application = invited(founded, at=now + 20 * HOUR, **told)
    world.contact_point(application.candidate, kind="phone", written="(775) 555-0123")
    if stopped is not None:
        stop(application, now + stopped * HOUR)
    assert at_risk(founded) == [state]


def test_a_shared_phone_that_was_stopped_leaves_the_mail_to_ask_by(
    founded: company.Company,
) -> None:
    application = invited(founded, at=clock.now() + 20 * HOUR)
    for person in (application.candidate, world.candidate(founded.connection)):
        world.contact_point(person, kind="phone", written="(775) 555-0123")
    world.contact_point(application.candidate, kind="email", written="ada@example.org")
    stop(application, clock.now())
    assert at_risk(founded) == ["unasked"]


@pytest.mark.parametrize(("wrote", "state"), [(-6, "waiting"), (-4, "wrote")])
def test_who_wrote_and_said_neither_yes_nor_no_has_not_been_silent(
    founded: company.Company, wrote: int, state: str
) -> None:
    now = clock.now()
    application = invited(founded, at=now + 20 * HOUR, state="open", opened_at=now - 5 * HOUR)
    Candidate.objects.filter(id=application.candidate_id).update(last_inbound_at=now + wrote * HOUR)
    assert at_risk(founded) == [state]


def test_what_broke_names_who_and_where(founded: company.Company) -> None:
    organization, now = founded.organization, clock.now()
    person = world.candidate(founded.connection, family_name="Kowalski")
    application = world.application(person)
    WriteBack.objects.create(
        organization=organization, connection=founded.connection, application=application,
        shard=0, kind="note", state="parked", problem="The ATS said 422.", created_at=now,
    )  # fmt: skip
    Touch.objects.create(
        organization=organization, application=application, candidate=person, shard=0,
        origin="map", purpose="informational", planned_at=now, key="offer_call", occurrence="1",
        due_at=now, ended_at=now, state="unknown",
    )  # fmt: skip
    RawEvent.objects.create(
        organization=organization, kind="ats", source_id=uuid7(), dedupe_key="1", shard=0,
        body=b"{}", state="parked", outcome="application.stage: is missing", received_at=now,
    )  # fmt: skip
    Sender.objects.filter(organization=organization).update(active=False)
    shown = signed_in(member_of(organization)).get("/").content.decode()
    for said in (
        "The ATS said 422.", "“Offer call” did not reach them", "application.stage: is missing",
        "is paused: what it would send waits",
    ):  # fmt: skip
        assert said in shown
    assert shown.count("Kowalski") >= 2


@pytest.mark.parametrize("code", ["empty_text", "template_problem", "too_late"])
def test_a_text_that_came_out_empty_is_named_with_whom_it_was_for(
    founded: company.Company, code: str
) -> None:
    organization, now = founded.organization, clock.now()
    application = world.application(world.candidate(founded.connection, family_name="Kowalski"))
    touch = Touch.objects.create(
        organization=organization, application=application, candidate=application.candidate,
        shard=0, origin="map", purpose="informational", planned_at=now, key="first_day",
        occurrence="1", due_at=now, ended_at=now, state="dropped",
    )  # fmt: skip
    Receipt.objects.create(
        organization_id=organization.id, touch_id=touch.id, application_id=application.id,
        candidate_id=application.candidate_id, at=now, verdict="drop", code=code, checks=[],
    )  # fmt: skip
    shown = signed_in(member_of(organization)).get("/").content.decode()
    assert ("“First day” was not sent" in shown) == (code != "too_late")


def test_a_text_that_is_empty_for_many_is_one_line(founded: company.Company) -> None:
    organization, now = founded.organization, clock.now()
    version = company.add_map(founded, "stores", {"schema": 2, "name": "Stores", "stages": {}})
    for _ in range(3):
        application = world.application(world.candidate(founded.connection))
        touch = Touch.objects.create(
            organization=organization, application=application, candidate=application.candidate,
            shard=0, origin="map", purpose="informational", planned_at=now, key="first_day",
            occurrence="1", due_at=now, ended_at=now, state="dropped",
            version_id=version.id,
        )  # fmt: skip
        Receipt.objects.create(
            organization_id=organization.id, touch_id=touch.id, application_id=application.id,
            candidate_id=application.candidate_id, at=now, verdict="drop", code="empty_text",
            checks=[],
        )  # fmt: skip
    owner = signed_in(member_of(organization))
    shown = owner.get("/").content.decode()
    assert shown.count("“First day” was not sent to 3 people") >= 1
    assert shown.count("No text") == 1
    assert f"/maps/{version.map_id}#touch-first_day" in shown
    listed = "/receipts/?verdict=drop&amp;reason=text&amp;when=7"
    assert listed in shown
    assert owner.get(listed.replace("&amp;", "&")).content.decode().count("First day") >= 3


def test_a_held_batch_waits_for_a_yes(founded: company.Company) -> None:
    batch = lives.a_batch(founded.organization, people=2)
    shown = signed_in(member_of(founded.organization)).get("/").content.decode()
    assert "It would write to 2 people; nothing is stale." in shown
    assert f"/waiting/{batch.id}" in shown


def test_today_and_the_inbox_name_them_in_one_order(
    organization: Organization, owner: Client
) -> None:
    ats, now = world.connection(organization), clock.now()
    for name, reason, hours in (
        ("Third", "unreachable", 9),
        ("Second", "unclear", 2),
        ("First", "ambiguous_stop", 1),
        ("Fourth", "ambiguous_stop", 8),
    ):
        person = world.candidate(ats, given_name=name, family_name="Who")
        made = handoffs.open(
            organization_id=organization.id, candidate_id=person.id, application_id=None,
            reason=reason, at=now - hours * HOUR,
        )  # fmt: skip
        Handoff.objects.filter(id=made.id).update(answered_at=now if name == "Fourth" else None)
    for path in ("/", "/inbox/"):
        shown = owner.get(path).content.decode()
        rows = shown[shown.index('id="people"' if path == "/" else 'class="inbox-rows"') :]
        names = re.findall(r"(First|Second|Third|Fourth) Who", rows)
        assert list(dict.fromkeys(names)) == ["First", "Second", "Third", "Fourth"], path


@pytest.mark.parametrize(("stopped", "act"), [(False, "Answer"), (True, "Look at it")])
def test_nobody_is_asked_to_answer_who_may_not_be_written_to(
    founded: company.Company, stopped: bool, act: str
) -> None:
    application = invited(founded, at=clock.now() + 90 * HOUR)
    world.contact_point(application.candidate, kind="phone", written="(775) 555-0123")
    world.contact_point(application.candidate, kind="email", written="ada@example.org")
    handoffs.open(
        organization_id=application.organization_id, candidate_id=application.candidate_id,
        application_id=application.id, reason="unclear", message_id=uuid7(), at=clock.now(),
    )  # fmt: skip
    if stopped:
        stop(application, clock.now())
    shown = signed_in(member_of(founded.organization)).get("/").content.decode()
    rows = shown[shown.index('id="people"') : shown.index('id="risky"')]
    assert [one for one in ("Answer", "Look at it") if f"{one}<span" in rows] == [act]


def test_a_calm_day_says_so_and_what_went_on(organization: Organization, owner: Client) -> None:
    person = world.candidate(world.connection(organization))
    for direction, kind in (("out", None), ("in", "confirmed"), ("in", "unclear")):
        Message.objects.create(
            organization=organization, candidate=person, direction=direction, channel="sms",
            sender_id=uuid7(), body="…", at=clock.now(), reading=kind and {"kind": kind},
        )  # fmt: skip
    counted = yesterday.counted(member_of(organization, Role.RECRUITER))
    assert (counted.left, counted.came, counted.yes) == (1, 2, 1)
    assert "Nobody needs you right now" in owner.get("/").content.decode()


def test_older_things_are_not_counted(organization: Organization) -> None:
    person = world.candidate(world.connection(organization))
    Message.objects.create(
        organization=organization, candidate=person, direction="out", channel="sms",
        sender_id=uuid7(), body="…", at=clock.now() - 25 * HOUR,
    )  # fmt: skip
    assert yesterday.counted(member_of(organization)).left == 0


def test_whoever_works_for_one_site_sees_only_that(founded: company.Company) -> None:
    now = clock.now()
    application = invited(founded, at=now + HOUR)
    invited(founded, at=now + HOUR)
    member = member_of(founded.organization, Role.COORDINATOR)
    site = application.requisition.site
    Scope.objects.create(organization=founded.organization, member=member, site=site)
    assert [one.application.id for one in risk.at_risk(member).rows] == [application.id]


def test_the_ats_admin_sees_what_broke_and_no_person(founded: company.Company) -> None:
    application = invited(founded, at=clock.now() + HOUR)
    client = signed_in(member_of(founded.organization, Role.ATS_ADMIN))
    shown = client.get("/").content.decode()
    assert "Things that broke" in shown
    assert "People who need you" not in shown
    assert application.candidate.family_name not in shown


def test_the_live_part_is_sent_only_when_it_is_different(founded: company.Company) -> None:
    client = signed_in(member_of(founded.organization))
    page = client.get("/").content.decode()
    version = page.split("/today/live?v=")[1].split('"')[0]
    assert client.get(f"/today/live?v={version}").status_code == 204
    invited(founded, at=clock.now() + HOUR)
    changed = client.get(f"/today/live?v={version}")
    assert "Invited" in changed.content.decode()
    assert 'name="csrfmiddlewaretoken" value="the token' not in changed.content.decode()
