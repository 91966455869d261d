"""The interviews of a week: by day and clock of the site, filtered, and only one's own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from followthrough.accounts.models import Organization, Role
from followthrough.core import clock
from followthrough.journeys.models import Run, Version
from followthrough.journeys.tests.builders import raw_map
from followthrough.messages.models import Ask
from followthrough.people.models import Anchor, Application, Scope
from followthrough.web.console import interviews, interviews_page
from followthrough.web.console.tests.conftest import member_of, signed_in
from tests import lives, world

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


DOCUMENT = raw_map({"interview": {"touches": [
    {"key": "may_we_call", "trigger": {"stage_entered": {}}, "ask": {"kind": "confirmation"}},
    {"key": "ask", "trigger": {"stage_entered": {"after": "PT1H"}},
     "ask": {"kind": "confirmation", "anchor": "interview_start"}},
]}})  # fmt: skip


def declined(application: Application, key: str = "ask", **given: str) -> None:
    """They were asked whether they come, and said no."""
    version = lives.a_map(application.organization)
    Version.objects.filter(id=version.id).update(document=DOCUMENT)
    run, _made = Run.objects.get_or_create(
        organization=application.organization, application=application,
        defaults={"version": version, "state": {}, "started_at": world.NOON},
    )  # fmt: skip
    Ask.objects.create(
        organization=application.organization, application=application, run_id=run.id,
        kind="confirmation", opened_at=world.NOON, closed_at=world.NOON,
        **{"occurrence": "1", "key": key, "state": "answered", "answer": "declined", **given},
    )  # fmt: skip


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


def test_of_very_many_the_first_are_shown_and_one_goes_on_from_there(
    organization: Organization, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interviews_page, "MOST", 2)
    names = [
        interview(organization, f"2026-06-{day:02}T18:00").candidate.family_name
        for day in (2, 3, 4, 4, 4)
    ]

    def part(asked: str = "") -> tuple[list[bool], str]:
        page = owner.get(f"/interviews/?from=2026-06-01{asked}").content.decode()
        return [f" {name}</a>" in page for name in names], page

    for asked, numbers in (("", (0, 1)), ("&skip=2", (2, 3)), ("&skip=4", (4,))):
        there, page = part(asked)
        assert [number for number, is_there in enumerate(there) if is_there] == [*numbers]
        assert f"{numbers[0] + 1}–{numbers[-1] + 1} of 5" in page
        assert ("Later" in page) is (4 not in numbers)
        assert ("Earlier" in page) is (0 not in numbers)
    assert part("&skip=99")[0] == part("&skip=x")[0] == part()[0]


def test_one_state_is_looked_for_in_the_whole_week(
    organization: Organization, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interviews_page, "MOST", 2)
    people = [interview(organization, f"2026-06-{day:02}T18:00") for day in (2, 3, 4)]
    declined(people[2])
    page = owner.get("/interviews/?from=2026-06-01&state=declined").content.decode()
    assert [one.candidate.family_name + "</a>" in page for one in people] == [False, False, True]
    assert "1 interview" in page


@pytest.mark.parametrize(
    "said", [{"state": "closed", "answer": ""}, {"answer": "confirmed"}, {"state": "open"}]
)
def test_an_answer_to_another_question_says_nothing_of_the_interview(
    organization: Organization, owner: Client, said: dict[str, str]
) -> None:
    found = interview(organization, "2026-06-03T18:00")
    declined(found, "may_we_call", **said)
    with clock.at(world.NOON):
        assert [one.state for one in interviews.load([found.id])] == ["unasked"]
        assert "Not asked yet" in section(owner, "20260603")
        declined(found)
        declined(found, "may_we_call", **said, occurrence="2")
        assert [one.state for one in interviews.load([found.id])] == ["declined"]


def test_a_day_goes_by_the_clocks_on_the_walls(organization: Organization, owner: Client) -> None:
    early = interview(organization, "2026-06-03T16:00", name="Reno", zone="America/Los_Angeles")
    late = interview(organization, "2026-06-03T15:00", name="Columbus", zone="America/New_York")
    shown = section(owner, "20260603")  # 09:00 in Reno, and before that 11:00 in Columbus
    assert shown.index(early.candidate.family_name) < shown.index(late.candidate.family_name)


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
