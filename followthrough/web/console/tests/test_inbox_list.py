"""The list of the inbox: who is in it, in which words, and in which order."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from followthrough.accounts.models import Member, Organization, Role
from followthrough.conversations import handoffs
from followthrough.core import clock
from followthrough.people.models import Application, Scope
from followthrough.web.console.tests.conftest import member_of, signed_in
from followthrough.web.console.tests.inboxes import (
    HOUR,
    applied,
    listed,
    open_one,
    page,
    said,
    waiting,
    written,
)
from tests import world
from tests.world import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with clock.at(NOON):
        yield


@pytest.fixture
def application(organization: Organization) -> Application:
    world.sender(organization)
    world.sender(organization, channel="email", name="Mail", address="jobs@example.org")
    return applied(organization, "Ada", "Obi", phone="(775) 555-0123", email="ada@example.org")


def test_nobody_waits(owner: Client) -> None:
    assert "Nobody is waiting for a person" in page(owner)
    assert "Nothing here is done yet" in page(owner, tab="done")


def test_each_says_who_why_what_they_wrote_how_long_and_whose(
    owner: Client, application: Application
) -> None:
    said(application, "Which <door>?")
    waiting(application, at=NOON - 6 * HOUR)
    row = listed(page(owner))
    assert "Ada Obi</strong> needs an answer: <q>Which &lt;door&gt;?" in row
    assert "overdue by 2 h" in row
    assert "waiting 6 h · nobody’s" in row


@pytest.mark.parametrize("reason", ["opted_out", "unknown_outcome", "unreachable"])
def test_without_a_message_it_says_what_is_wrong_and_what_to_do(
    owner: Client, application: Application, reason: str
) -> None:
    said(application, "Earlier words")
    shown = open_one(owner, waiting(application, reason))
    assert "Earlier words" not in listed(shown)
    assert "then resolve" in shown[shown.index('class="talk-head"') :]


def test_the_longest_overdue_comes_first_and_the_answered_last(
    owner: Client, organization: Organization, application: Application
) -> None:
    waiting(application, at=NOON - 9 * HOUR)
    for name, hours in (("Bo", 3), ("Cleo", 30), ("Dan", 50)):
        other = applied(organization, name, "Who")
        waiting(other, at=NOON - hours * HOUR, answered_at=NOON if name == "Dan" else None)
    row = listed(page(owner))
    places = [row.index(name) for name in ("Cleo", "Ada", "Bo", "Dan")]
    assert places == sorted(places)
    assert "answered 0 min ago" in row[places[-1] :]


def test_mine_nobodys_and_by_reason(
    organization: Organization, owner: Client, application: Application
) -> None:
    maya = Member.objects.get(organization=organization)
    waiting(application, "declined", owner=maya)
    waiting(applied(organization, "Bo", "Chen"))
    everyone = listed(page(owner))
    assert "All <strong>2</strong>" in everyone
    assert "Mine <strong>1</strong>" in everyone
    assert "Nobody’s <strong>1</strong>" in everyone
    for given, there, gone in (
        ({"whose": "mine"}, "Ada", "Bo Chen"), ({"whose": "nobody"}, "Bo Chen", "Ada"),
        ({"reason": "declined"}, "Ada", "Bo Chen"), ({"reason": "unclear"}, "Bo Chen", "Ada"),
    ):  # fmt: skip
        row = listed(page(owner, **given))
        assert there in row
        assert gone not in row


@pytest.mark.parametrize("wrong", ["whose=x", "reason=x", "pages=x", "pages=0", "pages=²", "tab=x"])
def test_what_the_address_says_wrongly_is_not_said(owner: Client, wrong: str) -> None:
    assert owner.get(f"/inbox/?{wrong}").status_code == 200


def test_the_done_ones_say_who_when_and_how_long_it_took(
    organization: Organization, owner: Client, application: Application
) -> None:
    maya = Member.objects.get(organization=organization)
    said(application, "At the time")
    handoff = waiting(application, at=NOON - 3 * HOUR)
    handoffs.resolve(handoff, by=f"member:{maya.id}", at=NOON)
    said(application, "Much later", at=NOON + HOUR)
    row = listed(page(owner, tab="done"))
    assert "At the time" in row
    assert "Maya, Wed 3 Jun, 17:00; it took 3 h" in row
    assert "Ada" not in listed(page(owner))


def test_only_so_many_are_shown_at_once(
    owner: Client, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("followthrough.web.console.inbox.wanted.PER_PAGE", 2)
    for number in range(3):
        waiting(applied(organization, f"One{number}", "Who"), at=NOON - number * HOUR)
    row = listed(page(owner))
    assert "One0" not in row
    assert "pages=2" in row
    assert "One0" in listed(page(owner, pages="2"))


def test_who_works_for_one_site_sees_only_its_people(
    organization: Organization, application: Application
) -> None:
    waiting(application)
    waiting(applied(organization, "Bo", "Chen"))
    recruiter = member_of(organization, Role.RECRUITER)
    Scope.objects.create(
        organization=organization, member=recruiter, site=application.requisition.site
    )
    row = listed(page(signed_in(recruiter)))
    assert "Ada" in row
    assert "Bo Chen" not in row
    assert "All <strong>1</strong>" in row


def test_a_long_list_asks_no_more_than_a_short_one(
    owner: Client, organization: Organization, application: Application, count_queries: Any
) -> None:
    said(application, "Which door?")
    waiting(application)
    path = "/inbox/live"
    short = count_queries(lambda: owner.get(path))
    for number in range(12):
        other = applied(organization, f"One{number}", "Who")
        said(other, "And?")
        written(other)
        waiting(other, owner=Member.objects.first())
    assert count_queries(lambda: owner.get(path)) == short
    assert short <= 10
