"""The list of candidates by message map, and the pages whose numbers lead there."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from followthrough.accounts.models import Organization, Role
from followthrough.core.ids import uuid7
from followthrough.journeys.models import Version
from followthrough.people.models import Connection, Scope
from followthrough.web.console.listing import pages
from followthrough.web.console.tests.conftest import member_of, signed_in
from followthrough.web.console.tests.test_candidates import (
    choices,
    freeze,
    message,
    names,
    person,
    running,
    shown,
    version_of,
)
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def stores(organization: Organization) -> Version:
    return version_of(organization, "Stores")


def test_a_map_leaves_those_who_are_or_were_in_any_version_of_it(
    owner: Client, ats: Connection, stores: Version
) -> None:
    newer = version_of(ats.organization, "", number=2, map=stores.map)
    running(person(ats, "Old A"), version=stores)
    running(person(ats, "New B"), version=newer)
    running(person(ats, "Gone C"), version=newer, ended_at=world.NOON, end_reason="hired")
    running(person(ats, "Other D"))
    person(ats, "Mapless E")
    asked = {"map": str(stores.map_id)}
    assert names(owner, **asked) == ["Old A", "New B", "Gone C"]
    assert names(owner, **asked, run="running") == ["Old A", "New B"]
    assert names(owner, **asked, run="ended") == ["Gone C"]
    assert names(owner, **asked, run="none") == []


def test_a_map_and_whoever_is_paused_in_it(owner: Client, ats: Connection, stores: Version) -> None:
    paused, other = person(ats, "Paused A"), person(ats, "Other B")
    running(person(ats, "Speaks C"), version=stores)
    for one, version in ((paused, {"version": stores}), (other, {})):
        running(one, **version)
        freeze(one, "application", one.id)
    assert names(owner, map=str(stores.map_id), run="silent") == ["Paused A"]


@pytest.mark.parametrize("sort", ["name", "stage", "activity"])
@pytest.mark.parametrize("most", [0, 2000])
def test_a_map_is_a_filter_in_every_order_of_few_and_of_many(
    owner: Client, ats: Connection, stores: Version, monkeypatch: Any, sort: str, most: int
) -> None:
    monkeypatch.setattr(pages, "MOST_COUNTED", most)
    for name in ("Ada A", "Bo B"):
        one = person(ats, name)
        running(one, version=stores)
        message(one, "hello")
    message(person(ats, "Other D"), "hello")
    assert sorted(names(owner, map=str(stores.map_id), sort=sort)) == ["Ada A", "Bo B"]


def test_the_maps_are_those_that_anybody_is_or_was_in_and_the_chosen_one(
    owner: Client, ats: Connection, stores: Version
) -> None:
    never = version_of(ats.organization, "Nobody yet")
    running(person(ats, "Ada Obi"), version=stores, ended_at=world.NOON)
    assert choices(shown(owner), "map") == ["Stores"]
    page = shown(owner, map=str(never.map_id))
    assert choices(page, "map") == ["Nobody yet", "Stores"]
    assert "Message map: Nobody yet" in page
    assert "Without “Nobody yet”" in page


def test_a_map_of_another_organization_is_like_one_that_was_made_up(
    owner: Client, ats: Connection
) -> None:
    theirs = version_of(world.organization(), "Theirs")
    running(person(ats, "Ada Obi"), version=theirs)  # were it asked for by its key alone
    for key in (str(theirs.map_id), str(uuid7()), "not-a-key"):
        page = shown(owner, map=key)
        assert "Theirs" not in page
        assert "Nobody fits all of this." in page
        assert "Message map: not one of yours" in page


def test_the_numbers_of_a_map_lead_to_those_whom_they_count(
    ats: Connection, stores: Version
) -> None:
    newer = version_of(ats.organization, "", number=2, map=stores.map)
    opening = world.requisition(ats, site=world.site(ats.organization, name="Reno"))
    running(person(ats, "Old A", opening=opening), version=stores)
    running(person(ats, "New B", opening=opening), version=newer)
    running(person(ats, "Elsewhere C"), version=newer)
    running(person(ats, "Gone D"), version=newer, ended_at=world.NOON)
    narrow = member_of(ats.organization, Role.RECRUITER)
    Scope.objects.create(organization=ats.organization, member=narrow, site=opening.site)
    there = f"/candidates/?map={stores.map_id}&amp;run=running"
    everyone = {"Old A", "New B", "Elsewhere C"}
    for who, seen in ((member_of(ats.organization), everyone), (narrow, {"Old A", "New B"})):
        client = signed_in(who)
        listed = client.get("/maps/").content.decode()
        own = client.get(f"/maps/{stores.map_id}").content.decode()
        assert f'{there}">See all {len(seen)}' in listed
        assert f'{there}">{len(seen)} open applications are in it now' in own
        assert set(names(client, map=str(stores.map_id), run="running")) == seen


def test_whoever_may_not_open_candidates_is_not_led_there(ats: Connection, stores: Version) -> None:
    running(person(ats, "Ada Obi"), version=stores)
    client = signed_in(member_of(ats.organization, Role.ATS_ADMIN))
    for page in ("/maps/", f"/maps/{stores.map_id}"):
        assert "/candidates/" not in client.get(page).content.decode()
