"""The list of candidates: filters, what a row says, empty states, and who sees whom."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from followthrough.accounts.models import Member, Organization, Role
from followthrough.audit.facts import Actor
from followthrough.conversations.models import Handoff
from followthrough.core.ids import uuid7
from followthrough.governance import consent
from followthrough.governance.models import Freeze
from followthrough.journeys.models import MessageMap, Run, Version
from followthrough.messages.models import Message, Touch
from followthrough.people.models import Application, Connection, Scope
from followthrough.web.console.tests.conftest import member_of, signed_in
from tests import world
from tests.lives import DOCUMENT

pytestmark = pytest.mark.django_db


@pytest.fixture
def ats(organization: Organization) -> Connection:
    return world.connection(organization)


def person(ats: Connection, name: str, *, opening: Any = None, **given: Any) -> Application:
    first, _, last = name.rpartition(" ")
    mail = f"{uuid7()}@example.org"
    candidate = world.candidate(ats, given_name=first, family_name=last, email=mail)
    return world.application(candidate, opening or world.requisition(ats), **given)


def version_of(organization: Organization, name: str, **given: Any) -> Version:
    made = given.pop("map", None) or MessageMap.objects.create(
        organization=organization, name=name, slug=f"map-{uuid7()}"
    )
    return Version.objects.create(
        organization=organization, map=made, content_hash="", author_id="tests",
        published_at=world.NOON, **{"number": 1, "document": DOCUMENT, **given},
    )  # fmt: skip


def running(application: Application, **given: Any) -> Run:
    version = given.pop("version", None) or version_of(application.organization, "Retail")
    return Run.objects.create(
        organization=application.organization, application=application, version=version, state={},
        started_at=world.NOON, **given,
    )  # fmt: skip


def handoff(about: Application, **given: Any) -> Handoff:
    return Handoff.objects.create(
        **{"organization": about.organization, "candidate": about.candidate, "application": about,
           "reason": "unclear", "opened_at": world.NOON, "due_at": world.NOON, **given},
    )  # fmt: skip


def freeze(application: Application, kind: str, subject: Any, **given: Any) -> Freeze:
    return Freeze.objects.create(
        organization=application.organization, subject_kind=kind, subject_id=subject, why="promise",
        by="member:x", begun_at=world.NOON, **given,
    )  # fmt: skip


def message(application: Application, body: str, **given: Any) -> Message:
    return Message.objects.create(
        organization=application.organization, application=application,
        candidate=application.candidate,
        **{"direction": "out", "channel": "sms", "sender_id": uuid7(), "at": world.NOON,
           "body": body, "provider_id": str(uuid7()), **given},
    )  # fmt: skip


def shown(client: Client, **asked: str) -> str:
    answer = client.get("/candidates/", asked)
    assert answer.status_code == 200
    return answer.content.decode()


def names(client: Client, **asked: str) -> list[str]:
    return re.findall(r'class="name" href="[^"]*">([^<]*)<', shown(client, **asked))


def choices(page: str, name: str) -> list[str]:
    select = page[page.index(f'name="{name}"') :].split("</select>")[0]
    return re.findall(r"<option[^>]*>([^<]*)</option>", select)[1:]


# --- filters -----------------------------------------------------------------------------------


def test_each_filter_leaves_those_that_fit(owner: Client, ats: Connection) -> None:
    reno, hilo = world.site(ats.organization), world.site(ats.organization)
    barista = world.requisition(ats, site=reno, team="Nights", family="kitchen")
    cashier = world.requisition(ats, site=hilo, team="Days", family="retail")
    person(ats, "Ada Obi", opening=barista, stage="offer")
    person(ats, "Bo Chen", opening=cashier, stage="applied")
    alone = {"stage": "offer", "site": str(reno.id), "team": "Nights", "family": "kitchen"}
    for asked in (*({name: value} for name, value in alone.items()), {"q": "ada", **alone}):
        assert names(owner, **asked) == ["Ada Obi"], asked
    assert names(owner, stage="offer", team="Days") == []


def test_each_filter_offers_what_there_is(owner: Client, ats: Connection) -> None:
    opening = world.requisition(ats, site=world.site(ats.organization, name="Reno"), team="Nights")
    person(ats, "Ada Obi", opening=opening, stage="offer")
    world.site(ats.organization, name="Nobody works here yet")
    page = shown(owner)
    assert choices(page, "stage") == ["Offer"]
    assert choices(page, "site") == ["Reno"]
    assert choices(page, "team") == ["Nights"]
    assert choices(page, "family") == ["Retail"]


def test_the_states_of_automation(owner: Client, ats: Connection) -> None:
    runs, ended = person(ats, "Runs A"), person(ats, "Ended A")
    running(runs)
    running(ended, ended_at=world.NOON, end_reason="hired")
    person(ats, "Mapless A")
    assert names(owner, run="running") == ["Runs A"]
    assert names(owner, run="ended") == ["Ended A"]
    assert names(owner, run="none") == ["Mapless A"]


def test_who_waits_for_a_person(owner: Client, ats: Connection) -> None:
    handoff(person(ats, "Waits A"))
    handoff(person(ats, "Whole B"), application=None)  # about the person, whatever for
    handoff(person(ats, "Done C"), resolved_at=world.NOON)
    assert names(owner, run="person") == ["Waits A", "Whole B"]
    page = shown(owner)
    assert page.count("The answer needs a person") == 2


def test_for_whom_automation_is_silent(owner: Client, ats: Connection) -> None:
    for name, kind in (("Self A", "application"), ("Whole B", "candidate"), ("Map C", "map")):
        one = person(ats, name)
        subject = {"application": one.id, "candidate": one.candidate_id}
        freeze(one, kind, subject.get(kind) or running(one).version.map_id)
    over, until = person(ats, "Over D"), person(ats, "Until E")
    freeze(over, "application", over.id, ended_at=world.NOON)
    freeze(until, "application", until.id, until=world.NOON - timedelta(days=4000))
    assert names(owner, run="silent") == ["Self A", "Whole B", "Map C"]
    assert shown(owner).count("Automation is silent") == 3


def test_when_everything_is_stopped_everyone_is_silent(owner: Client, ats: Connection) -> None:
    one = person(ats, "Ada Obi")
    assert names(owner, run="silent") == []
    freeze(one, "organization", one.organization_id)
    assert names(owner, run="silent") == ["Ada Obi"]


# --- rows --------------------------------------------------------------------------------------


def test_a_row_says_where_it_stands(owner: Client, ats: Connection) -> None:
    opening = world.requisition(
        ats, title="Barista", site=world.site(ats.organization, name="Hilo")
    )
    one = person(ats, "Ayşe Yılmaz", opening=opening, stage="offer")
    message(one, "first")
    message(one, "Are you\nstill <there>?", direction="in")
    for days, key in ((2, "reminder"), (1, "confirm")):
        Touch.objects.create(
            organization=one.organization, application=one, candidate=one.candidate, shard=0,
            origin="map", purpose="informational", planned_at=world.NOON, channels=["sms"],
            key=key, occurrence="1", due_at=world.NOON + timedelta(days=days), held_for="frozen",
        )  # fmt: skip
    page = shown(owner)
    for text in ("Ayşe Yılmaz", "Barista", "Hilo", "Offer", "since Wed 3 Jun, 17:00",
                 "Are you still &lt;there&gt;?", "They wrote Wed 3 Jun, 17:00", "Confirm",
                 "Thu 4 Jun, 17:00", "Held: a person has to answer first"):  # fmt: skip
        assert text in page, text
    assert "first" not in page.replace("answer first", "")
    assert "Reminder" not in page


def planned(one: Application) -> None:
    Touch.objects.create(
        organization=one.organization, application=one, candidate=one.candidate, shard=0,
        origin="map", purpose="informational", planned_at=world.NOON, channels=["sms"],
        key="day_before", occurrence="1", due_at=world.NOON + timedelta(days=1),
    )  # fmt: skip


def test_who_wrote_stop_has_no_next_message(owner: Client, ats: Connection) -> None:
    stopped, other = person(ats, "Ada Obi"), person(ats, "Bo Chen")
    for one in (stopped, other):
        planned(one)
    assert shown(owner).count("Day before") == 2
    consent.opt_out(
        organization_id=ats.organization_id, channel="email", basis="stop", source="email",
        contact_point=stopped.candidate.contact_points.get(), evidence={}, at=world.NOON,
        actor=Actor("candidate", "c"),
    )  # fmt: skip
    page = shown(owner)
    assert page.count("Day before") == 1
    assert page.count("Nothing: no address of theirs may be written to.") == 1


def test_what_was_not_sent_is_not_the_last_message(owner: Client, ats: Connection) -> None:
    one = person(ats, "Ada Obi")
    message(one, "It left")
    message(one, "It never left", delivery="not_sent")
    assert "It left" in shown(owner)
    assert "It never left" not in shown(owner)


def test_applications_of_one_person_stand_together(owner: Client, ats: Connection) -> None:
    one, namesake = person(ats, "Ada Obi"), person(ats, "Ada Obi")
    world.application(one.candidate, world.requisition(ats))
    page = shown(owner)
    assert names(owner) == ["Ada Obi"] * 3
    assert page.count("applied here as well") == 1
    assert page.count(str(namesake.candidate_id)) == 1


def test_a_lead_has_no_opening_yet(owner: Client, ats: Connection) -> None:
    world.application(world.candidate(ats), None, stage="lead")
    assert "No opening yet" in shown(owner)


# --- nobody ------------------------------------------------------------------------------------


def test_an_empty_company_says_when_they_come(owner: Client) -> None:
    assert "as soon as the ATS sends its first application" in shown(owner)


def test_nobody_fits_says_what_to_loosen(owner: Client, ats: Connection) -> None:
    person(ats, "Ada Obi", stage="offer")
    person(ats, "Ada Obi", stage="offer")
    page = shown(owner, q="<b>zz", stage="offer", run="running")
    assert "Nobody fits all of this." in page
    assert "Without" not in page  # none of the three alone is in the way
    page = shown(owner, q="ada", stage="offer", run="running")
    assert '<a href="?q=ada&amp;stage=offer">Without “Running”</a>' in page
    assert "2 applications" in page
    assert page.count("Without") == 1


def test_what_was_typed_is_never_markup(owner: Client, ats: Connection) -> None:
    person(ats, "Ada Obi")
    page = shown(owner, q="<script>x", team="<i>")
    assert "<script>x" not in page
    assert "<i>" not in page


# --- who sees whom -----------------------------------------------------------------------------


@pytest.fixture
def recruiter(organization: Organization) -> Member:
    return member_of(organization, Role.RECRUITER)


def test_whoever_works_for_a_site_or_a_team_sees_theirs(
    owner: Client, recruiter: Member, ats: Connection
) -> None:
    reno = world.site(ats.organization, name="Reno")
    person(ats, "Site A", opening=world.requisition(ats, site=reno), stage="offer")
    person(ats, "Team B", opening=world.requisition(ats, team="Nights"), stage="screen")
    person(ats, "Other C", opening=world.requisition(ats, team="Days"), stage="checks")
    world.application(world.candidate(ats, family_name="Lead"), None, stage="lead")
    Scope.objects.create(organization=ats.organization, member=recruiter, site=reno)
    Scope.objects.create(organization=ats.organization, member=recruiter, team="Nights")
    client = signed_in(recruiter)
    assert names(client) == ["Site A", "Team B"]
    assert choices(shown(client), "stage") == ["Screen", "Offer"]
    assert choices(shown(client), "team") == ["Nights"]
    for sort in ("activity", "stage"):
        assert sorted(names(client, sort=sort)) == ["Site A", "Team B"]
    for asked in ({"q": "other"}, {"team": "Days"}, {"stage": "checks"}):
        assert names(owner, **asked) == ["Other C"]
        assert names(client, **asked) == []


def test_a_filter_that_is_not_theirs_is_said_to_be(recruiter: Member, ats: Connection) -> None:
    reno, hilo = world.site(ats.organization), world.site(ats.organization)
    person(ats, "Site A", opening=world.requisition(ats, site=reno))
    person(ats, "Other B", opening=world.requisition(ats, site=hilo))
    Scope.objects.create(organization=ats.organization, member=recruiter, site=reno)
    page = shown(signed_in(recruiter), site=str(hilo.id))
    assert "Site: not one of yours" in page
    assert hilo.name not in page
    assert "Without “Not one of yours”" in page


def test_nothing_of_another_organization_is_listed(owner: Client, ats: Connection) -> None:
    person(ats, "Ada Obi")
    theirs = world.connection(world.organization())
    person(theirs, "Bo Chen", opening=world.requisition(theirs, team="Theirs"), stage="hired")
    page = shown(owner)
    assert names(owner) == ["Ada Obi"]
    assert "Theirs" not in page
    assert "Hired" not in page


@pytest.mark.parametrize(
    "asked",
    [
        {"site": "not-a-key"}, {"sort": "upside-down"}, {"run": "nowhere"}, {"q": "\0"},
        {"after": "x"}, {"before": "-x"}, {"sort": "stage", "after": "9" * 40 + ".x"},
        {"sort": "activity", "after": "-"}, {"stage": "x" * 5000},
    ],
)  # fmt: skip
def test_an_address_that_makes_no_sense_breaks_nothing(
    owner: Client, ats: Connection, asked: dict[str, str]
) -> None:
    person(ats, "Ada Obi")
    shown(owner, **asked)
