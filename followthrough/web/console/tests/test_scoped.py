"""Whoever works for some sites sees the applications there: of a person who applied elsewhere as
well, nothing of that; and what is remembered for one member is not shown to another."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from django.test import Client

from followthrough.accounts.models import Member, Organization, Role
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.messages.models import Message, Touch
from followthrough.people import scopes
from followthrough.people.models import Application, Scope, WriteBack
from followthrough.web.console import mapless
from followthrough.web.console.inbox import wanted
from followthrough.web.console.tests.conftest import member_of, signed_in
from followthrough.web.console.tests.test_pages import touch
from followthrough.web.console.today import broken, people
from tests import world

pytestmark = pytest.mark.django_db


class Here(NamedTuple):
    """One person who applied in two places, and a recruiter who works for one of them."""

    mine: Application
    elsewhere: Application
    recruiter: Member
    client: Client


@pytest.fixture
def here(organization: Organization) -> Here:
    ats = world.connection(organization)
    person = world.candidate(ats)
    reno, oslo = (world.site(organization, name=name) for name in ("Reno", "Oslo"))
    mine, elsewhere = (
        world.application(person, world.requisition(ats, site=site, title=f"Cook in {site.name}"))
        for site in (reno, oslo)
    )
    recruiter = member_of(organization, Role.RECRUITER)
    Scope.objects.create(organization=organization, member=recruiter, site=reno)
    return Here(mine, elsewhere, recruiter, signed_in(recruiter))


def handoff(about: Application, *, reason: str = "unclear") -> Handoff:
    return Handoff.objects.create(
        organization=about.organization, candidate=about.candidate, application=about,
        reason=reason, opened_at=clock.now(), due_at=clock.now(),
    )  # fmt: skip


def said(about: Application, text: str) -> None:
    ours = world.sender(about.organization)
    Message.objects.create(
        organization=about.organization, application=about, candidate=about.candidate,
        direction="in", channel="sms", body=text, sender_id=ours.id, provider_id=text,
        at=clock.now(),
    )  # fmt: skip


@pytest.mark.parametrize("page", ["candidate", "inbox"])
def test_of_a_shared_person_only_ones_own_application_is_shown(here: Here, page: str) -> None:
    said(here.mine, "Mine to read")
    said(here.elsewhere, "Not mine to read")
    handoff(here.elsewhere, reason="declined")
    about = {"candidate": f"/candidates/{here.mine.candidate_id}",
             "inbox": f"/inbox/{handoff(here.mine).id}"}  # fmt: skip
    shown = here.client.get(about[page]).content.decode()
    for mine in ("Cook in Reno", "Mine to read", "The answer needs a person"):
        assert mine in shown
    for foreign in ("Cook in Oslo", "Not mine to read"):
        assert foreign not in shown
    assert shown.count("The candidate said no") == (
        page == "inbox"
    )  # there it is a filter's choice


def test_a_handoff_of_their_other_application_is_not_ones_own(here: Here) -> None:
    mine, foreign = handoff(here.mine), handoff(here.elsewhere)
    assert list(wanted.theirs(here.recruiter)) == [mine]
    assert people.waiting(here.recruiter).total == 1
    assert here.client.get(f"/inbox/{mine.id}").status_code == 200
    assert here.client.get(f"/inbox/{foreign.id}").status_code == 404
    assert here.client.post(f"/handoffs/{foreign.id}/resolve").status_code == 404


def test_what_a_colleague_wrote_about_the_other_application_is_not_taken_back(here: Here) -> None:
    foreign = touch(here.elsewhere, state="planned")
    Touch.objects.update(origin="member")
    handed = handoff(here.mine)
    here.client.post(f"/inbox/{handed.id}/withdraw", {"touch": foreign.id})
    foreign.refresh_from_db()
    assert foreign.state == "planned"


def test_what_broke_elsewhere_is_not_told(here: Here) -> None:
    for about in (here.mine, here.elsewhere):
        touch(about, state="failed", ended_at=clock.now())
        WriteBack.objects.create(
            organization=about.organization, connection=about.connection, application=about,
            shard=0, kind="note", payload={"text": "x"}, state="parked", created_at=clock.now(),
        )  # fmt: skip
    assert broken.things(here.recruiter).total == 2


def test_all_that_broke_is_counted_though_some_are_shown(here: Here) -> None:
    for number in range(13):
        touch(here.mine, state="failed", ended_at=clock.now(), occurrence=str(number))
    found = broken.things(here.recruiter)
    assert (found.total, len(found.rows)) == (13, broken.OF_A_KIND)


def test_whose_scope_changes_sees_the_new_one_at_once(here: Here) -> None:
    assert [one.sites for one in mapless.families(here.recruiter)] == [["Reno"]]
    Scope.objects.filter(member=here.recruiter).update(site=here.elsewhere.requisition.site)
    again = Member.objects.get(id=here.recruiter.id)
    assert [one.sites for one in mapless.families(again)] == [["Oslo"]]


def test_members_who_see_the_same_share_what_is_remembered(here: Here) -> None:
    organization, site = here.mine.organization, here.mine.requisition.site
    other = member_of(organization, Role.COORDINATOR)
    Scope.objects.create(organization=organization, member=other, site=site)
    assert scopes.fingerprint(other) == scopes.fingerprint(here.recruiter) != ""
    assert scopes.fingerprint(member_of(organization)) == ""


@pytest.mark.parametrize("pages", ["9" * 5000, "0", "-1", "٣", "x", ""])
def test_an_odd_number_of_pages_is_no_fault(here: Here, pages: str) -> None:
    assert here.client.get("/inbox/", {"pages": pages}).status_code == 200
