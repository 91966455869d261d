"""What may we send now: the gate's answer, in words; and nothing is written for it."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from followthrough.accounts.models import Member, Organization, Role
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.governance.models import AddressBlock, ConsentEntry, Freeze
from followthrough.journeys import shadows
from followthrough.people.models import Application, Connection
from followthrough.web.console import sending
from followthrough.web.console.tests.conftest import signed_in
from followthrough.web.console.tests.decided import own_and_other, receipt
from tests import world

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 3, 12, 0)  # noqa: DTZ001  (a wall clock in Reno)
NIGHT = NOON.replace(hour=23)


@pytest.fixture
def ada(organization: Organization, ats: Connection, owner: Client) -> Application:
    """Somebody in Reno who may be texted and mailed, and a company that can do both."""
    world.sender(organization)
    world.sender(organization, channel="email", name="Mail", address="jobs@example.org")
    person = world.candidate(
        ats, given_name="Ada", family_name="Obi", phone="(775) 200-4471", email="a@example.org",
        region="NV", zone_address="America/Los_Angeles",
    )  # fmt: skip
    phone = person.contact_points.get(kind="phone")
    ConsentEntry.objects.create(
        organization_id=organization.id, candidate_id=person.id, address_key=phone.address_key,
        contact_point_id=phone.id, channel="sms", state="granted", basis="application_form",
        source="ats", actor_kind="ats", actor_id="x", at=world.NOON,
    )  # fmt: skip
    owner.cookies["zone"] = "America/Los_Angeles"
    return world.application(person, world.requisition(ats, site=world.site(organization)))


def asked(client: Client, about: Application, *, at: datetime = NOON, **more: str) -> str:
    """The page, about the next day's hour that `at` names: a Thursday, for Sundays are quieter."""
    moment = (at + timedelta(days=1)).isoformat()
    given = {"candidate": str(about.candidate_id), "at": moment[:16], **more}
    with clock.at(world.NOON):
        answer = client.get("/may-we-send/", given)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_it_may_go_out_at_noon_and_waits_at_night(owner: Client, ada: Application) -> None:
    assert asked(owner, ada).count("Yes, now") == 2
    night = asked(owner, ada, at=NIGHT, channel="sms")
    assert "Not now, later" in night
    assert "it was 23:00 for this candidate" in night
    assert "It may go out from" in night
    assert re.search(r"09:(0\d|1[0-5]) \(Reno", night)


def test_the_moment_is_by_the_candidates_clock(owner: Client, ada: Application) -> None:
    owner.cookies["zone"] = "Europe/Berlin"
    page = asked(owner, ada, at=NIGHT, channel="sms")
    assert re.search(r"When \((Reno[^)]*) time; empty: now\)", page)
    assert "it was 23:00 for this candidate" in page
    assert re.search(r"As of [^.]*, 23:00 \(Reno", page)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-03-08T02:30", "2026-03-08T10:30:00+00:00"),  # left out: 03:30 a moment later
        ("2026-11-01T01:30", "2026-11-01T08:30:00+00:00"),  # there twice: the first
        ("2026-06-03T21:30+02:00", "2026-06-04T04:30:00+00:00"),
        ("0001-01-01T00:00", None),
        ("9999-12-31T23:59", None),
        ("noon", None),
    ],
)
def test_a_wall_clock_is_read_where_it_hangs(text: str, meant: str | None) -> None:
    found = sending.moment(text, zone="America/Los_Angeles", now=world.NOON)
    assert (found and found.isoformat()) == meant


def test_what_would_have_to_change_is_said(owner: Client, ada: Application) -> None:
    phone = ada.candidate.contact_points.get(kind="phone")
    AddressBlock.objects.create(
        organization=ada.organization, address_key=phone.address_key, channel="sms",
        since=world.NOON, entry_id=uuid7(),
    )  # fmt: skip
    page = asked(owner, ada, channel="sms")
    assert "They asked for no more messages at this address." in page
    assert "Only they can change that: they text START." in page
    assert "It may go out from" not in page


def test_what_is_in_shadow_is_no_yes(owner: Client, ada: Application) -> None:
    shadows.begin(
        organization_id=ada.organization_id, subject_kind=shadows.CONNECTION,
        subject_id=ada.connection_id, by="member:1", at=world.NOON,
    )  # fmt: skip
    page = asked(owner, ada, channel="sms")
    assert "Only in shadow" in page
    assert "Its connection to the ATS is in shadow." in page
    assert "Switch it on for their job family" in page
    assert "Yes, now" not in page
    night = asked(owner, ada, at=NIGHT, channel="sms")
    assert "it was 23:00 for this candidate" in night
    assert "It may go out from" not in night
    assert "Yes, now" in asked(owner, ada, channel="sms", what="member")  # no automation
    part = owner.get(f"/candidates/{ada.candidate_id}/why").content.decode()
    assert "None of the map goes out now: it is in shadow." in part


def test_a_freeze_without_an_end_is_no_matter_of_waiting(owner: Client, ada: Application) -> None:
    Freeze.objects.create(
        organization=ada.organization, subject_kind="candidate", subject_id=ada.candidate_id,
        why="handoff", by="engine", begun_at=world.NOON,
    )  # fmt: skip
    page = asked(owner, ada, channel="sms")
    assert "Not until something changes" in page
    assert "once a person has answered" in page
    assert "Yes, now" in asked(owner, ada, channel="sms", what="member")


def test_every_check_is_there_with_its_source(owner: Client, ada: Application) -> None:
    page = asked(owner, ada, at=NIGHT, channel="sms")
    assert "United States, federal, rule pack version 2</a>" in page
    assert "Ledger, 3 Jun" in page
    assert "It depends on no condition." in page


def test_people_are_found_and_a_wrong_moment_is_said(owner: Client, ada: Application) -> None:
    found = owner.get("/may-we-send/", {"q": "ada"}).content.decode()
    assert f"?candidate={ada.candidate_id}&amp;application={ada.id}" in found
    assert "Nobody fits" in owner.get("/may-we-send/", {"q": "zzz"}).content.decode()
    given = {"candidate": str(ada.candidate_id), "at": "2019-01-01T00:00"}
    assert "no moment within a year" in owner.get("/may-we-send/", given).content.decode()


def snapshot() -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a digest of all of them; but for who is signed in."""
    kept = [one for one in apps.get_models() if one._meta.app_label not in ("sessions", "accounts")]
    return {one._meta.db_table: _digest(one) for one in kept}


def _digest(model: Any) -> tuple[int, str]:
    rows = sorted(map(repr, model.objects.values_list()))
    return len(rows), hashlib.sha256("".join(rows).encode()).hexdigest()


def test_nothing_is_written(owner: Client, ada: Application) -> None:
    before = snapshot()
    for what in sending.What.values:
        for at in (NOON, NIGHT):
            asked(owner, ada, at=at, what=what)
    assert snapshot() == before
    assert before["people_candidate"][0] == 1


def test_nobody_outside_of_ones_sites_can_be_asked_about(narrow: Member, ats: Connection) -> None:
    mine, _other = own_and_other(narrow, ats)
    client = signed_in(narrow)
    assert client.get("/may-we-send/", {"candidate": str(mine.candidate_id)}).status_code == 200
    stranger = world.application(world.candidate(ats), world.requisition(ats))
    asked_of = {"candidate": str(stranger.candidate_id)}
    assert client.get("/may-we-send/", asked_of).status_code == 404
    found = client.get("/may-we-send/", {"q": stranger.candidate.family_name}).content.decode()
    assert str(stranger.candidate_id) not in found
    assert client.get("/may-we-send/", {"candidate": "nonsense"}).status_code == 404


def test_the_candidates_page_says_why_there_was_no_text(
    owner: Client, ada: Application, narrow: Member
) -> None:
    made = receipt(ada)
    receipt(ada, "cancel", "left_stage")
    receipt(ada, "drop", "no_address", channel="email")
    part = owner.get(f"/candidates/{ada.candidate_id}/why").content.decode()
    assert "“Thanks”: Held. Quiet hours" in part
    assert f"/receipts/{made.id}" in part
    assert "A text may go out" in part
    assert signed_in(narrow).get(f"/candidates/{ada.candidate_id}/why").status_code == 404
    assert (
        f"/candidates/{ada.candidate_id}/why"
        in owner.get(f"/candidates/{ada.candidate_id}").content.decode()
    )
    assert narrow.role == Role.RECRUITER
