"""What members see of what a candidate chose."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followthrough.accounts.models import Organization, Role
from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.governance import preferences
from followthrough.governance.preferences import Seen
from followthrough.messages.models import Message
from followthrough.people import links
from followthrough.people.models import Candidate
from followthrough.runs import choices
from followthrough.web.console.tests.conftest import member_of, signed_in
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(organization: Organization) -> Candidate:
    made = world.candidate(world.connection(organization), email="ada@example.org")
    world.application(made, world.requisition(made.connection))
    return made


def choose(candidate, chosen, choice):
    choices.choose(
        candidate.id, chosen, choice=choice, seen=Seen("preference_page", "en", "?"),
        at=clock.now(),
    )  # fmt: skip


def page(candidate):
    client = signed_in(member_of(candidate.organization, Role.RECRUITER))
    return client.get(f"/candidates/{candidate.id}").content.decode()


def test_a_pause_stands_in_the_timeline_and_beside_their_addresses(ada):
    choose(ada, lambda wish: preferences.pause(wish, clock.now() + timedelta(days=7)), "pause")
    assert page(ada).count("They paused their messages until") == 2


def test_a_silent_channel_stands_at_the_address(ada):
    choose(ada, lambda wish: preferences.silence(wish, "email"), "silence_email")
    found = page(ada)
    assert "Stopped: they chose it on their page" in found
    assert "They turned mails off." in found


def test_whoever_stopped_everything_is_seen_to_have(ada):
    choose(ada, preferences.nothing, "stop")
    found = page(ada)
    assert "They stopped all messages." in found
    assert "they chose it on their page" in found


def test_members_do_not_see_the_link_to_a_candidates_own_page(ada, organization):
    link = links.preferences(ada.id)
    for direction in ("in", "out"):
        Message.objects.create(
            organization=organization, candidate=ada, contact_point=ada.contact_points.get(),
            direction=direction, channel="email", sender_id=uuid7(), provider_id=direction,
            body=f"Choose here: {link} or not", at=clock.now(),
        )  # fmt: skip
    found = page(ada)
    assert link not in found
    assert found.count("/messages/… or not") == 2


def test_an_owner_is_told_that_mails_have_no_address_and_adds_one(organization):
    world.sender(organization, channel="email", address="jobs@northwind.example")
    owner = signed_in(member_of(organization, Role.OWNER))
    said = "Mails leave without the company"
    assert said in owner.get("/").content.decode()
    assert said not in signed_in(member_of(organization, Role.RECRUITER)).get("/").content.decode()
    answer = owner.post("/settings/organization/address", {"postal_address": "1 Main St\nReno"})
    assert answer.status_code == 302
    organization.refresh_from_db()
    assert organization.postal_address == "1 Main St\nReno"
    assert said not in owner.get("/").content.decode()
    assert Fact.objects.filter(verb="changed_postal_address").count() == 1


def test_an_empty_address_is_refused(organization):
    owner = signed_in(member_of(organization, Role.OWNER))
    answer = owner.post("/settings/organization/address", {"postal_address": ""})
    assert answer.status_code == 400
    organization.refresh_from_db()
    assert organization.postal_address == ""
