"""How somebody can be reached, in words."""

from __future__ import annotations

import pytest

from followthrough.audit.facts import Actor
from followthrough.governance import consent
from followthrough.governance.consent import Entry
from followthrough.people.models import Candidate
from followthrough.web.console import reach
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Candidate:
    return world.candidate(
        world.connection(world.organization()), phone="(775) 555-0123", email="ada@example.com"
    )


def granted(person: Candidate) -> None:
    point = person.contact_points.get(kind="phone")
    consent.record_all([
        Entry(
            person.organization_id, person.id, point.id, point.address_key, "sms", "granted",
            "application_form", "ats", {}, Actor("candidate", str(person.id)), world.NOON,
        )
    ])  # fmt: skip


def said(person: Candidate) -> dict[str, tuple[str, str]]:
    ways = reach.ways(person, zone="America/Los_Angeles")
    return {way.channel: (way.state, way.said) for way in ways}


def test_nobody_asked(person: Candidate) -> None:
    assert said(person)["sms"] == (
        "stopped", "Nobody asked whether they may be texted: no texts.",
    )  # fmt: skip
    assert said(person)["email"] == ("quiet", "May be written to about their own application.")


def test_they_said_so_on_the_form(person: Candidate) -> None:
    granted(person)
    assert said(person)["sms"] == (
        "kept", "May be texted: they said so on the application form, 3 Jun",
    )  # fmt: skip


def test_what_they_do_not_want_of_it_is_a_sentence_of_its_own(person: Candidate) -> None:
    granted(person)
    consent.opt_out_person(
        person.id, organization_id=person.organization_id, basis="by_phone", source="console",
        evidence={}, actor=Actor("member", "maya"), at=world.NOON, scope={"requisition": "R-1"},
    )  # fmt: skip
    state, text = said(person)["sms"]
    assert state == "kept"
    assert ", 3 Jun. Not about this job (R-1), since 3 Jun." in text


def test_the_consent_of_another_person_on_the_phone_is_not_theirs(person: Candidate) -> None:
    granted(person)
    other = world.candidate(person.connection, phone="(775) 555-0123")
    assert said(other)["sms"][0] == "stopped"


def test_stop_stops_everyone_on_the_address(person: Candidate) -> None:
    granted(person)
    other = world.candidate(person.connection, phone="(775) 555-0123")
    point = person.contact_points.get(kind="phone")
    consent.opt_out(
        organization_id=person.organization_id, contact_point=point, channel="sms", basis="stop",
        source="sms", evidence={}, actor=Actor("candidate", str(person.id)), at=world.NOON,
    )  # fmt: skip
    assert said(person)["sms"][0] == "stopped"
    assert said(person)["sms"][1].startswith("Stopped")
    assert said(other)["sms"][0] == "stopped"


def test_an_address_that_cannot_be_used(person: Candidate) -> None:
    world.contact_point(person, kind="phone", written="12", position=3)
    ways = reach.ways(person, zone="UTC")
    assert ["held", "Not used: it has too few digits."] in [[one.state, one.said] for one in ways]
