"""The interviews of a week: by day and clock of the site, filtered, and only one's own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from followthrough.accounts.models import Organization, Role
from followthrough.people.models import Anchor, Application, Scope
from followthrough.web.console import interviews_page
from followthrough.web.console.tests.conftest import member_of, signed_in
from tests import world

pytestmark = pytest.mark.django_db


def interview(organization: Organization, at: str, **site: str) -> Application:
    ats = world.connection(organization)
    opening = world.requisition(ats, site=world.site(organization, **site))
    application = world.application(world.candidate(ats), opening, stage="interview")
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    Anchor.objects.create(
        organization=organization, application=application, name="interview_start", at=moment
    )
    return application


def section(client: Client, day: str, query: str = "") -> str:
    shown = client.get(f"/interviews/?from=2026-06-01{query}").content.decode()
    return shown.split(f'id="d-{day}"')[1].split("</section>")[0]


def test_the_day_is_the_one_where_it_takes_place(organization: Organization, owner: Client) -> None:
    late = interview(organization, "2026-06-03T04:30", name="Reno", zone="America/Los_Angeles")
    assert late.candidate.family_name in section(owner, "20260602")
    assert "21:30" in section(owner, "20260602")
    assert late.candidate.family_name not in section(owner, "20260603")


def test_one_site_and_one_state(organization: Organization, owner: Client) -> None:
    here = interview(organization, "2026-06-03T18:00", name="Reno")
    there = interview(organization, "2026-06-03T18:00", name="Columbus")
    shown = section(owner, "20260603", "&site=Reno")
    assert here.candidate.family_name in shown
    assert there.candidate.family_name not in shown
    assert here.candidate.family_name not in section(owner, "20260603", "&state=confirmed")


def test_only_ones_own_site(organization: Organization) -> None:
    here, there = (interview(organization, "2026-06-03T18:00") for _ in range(2))
    member = member_of(organization, Role.COORDINATOR)
    Scope.objects.create(organization=organization, member=member, site=here.requisition.site)
    shown = section(signed_in(member), "20260603")
    assert here.candidate.family_name in shown
    assert there.candidate.family_name not in shown


def test_of_very_many_the_first_are_shown_and_one_goes_on_from_the_day_that_was_cut(
    organization: Organization, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interviews_page, "MOST", 2)
    people = [interview(organization, f"2026-06-{day:02}T18:00") for day in (4, 2, 4, 3)]
    assert people[3].candidate.family_name in section(owner, "20260603")
    for one in (people[0], people[2]):
        assert one.candidate.family_name not in section(owner, "20260604")
    shown = owner.get("/interviews/?from=2026-06-01").content.decode()
    assert "These are the first 2 of 4." in shown
    assert "?from=2026-06-04&amp;site=&amp;state=" in shown
    rest = owner.get("/interviews/?from=2026-06-04").content.decode()
    assert people[0].candidate.family_name in rest
    assert people[2].candidate.family_name in rest
    assert "These are the first" not in rest


def test_a_week_without_any_says_when_they_appear(owner: Client) -> None:
    assert "as soon as the ATS says" in owner.get("/interviews/").content.decode()


@pytest.mark.parametrize("day", ["", "yesterday", "2026-13-40", "9999-12-31", "0001-01-01"])
def test_an_odd_day_is_no_fault(owner: Client, day: str) -> None:
    assert owner.get("/interviews/", {"from": day}).status_code == 200


@pytest.mark.parametrize("name", ["from", "site", "state"])
def test_what_no_database_takes_may_stand_in_the_address(owner: Client, name: str) -> None:
    assert owner.get("/interviews/", {name: "\0"}).status_code == 200


def test_many_interviews_take_no_more_questions(
    organization: Organization, owner: Client, django_assert_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            owner.get("/interviews/?from=2026-06-01")
        return len(found)

    interview(organization, "2026-06-03T18:00")
    one = asked()
    for _ in range(5):
        interview(organization, "2026-06-04T18:00")
    assert asked() == one
