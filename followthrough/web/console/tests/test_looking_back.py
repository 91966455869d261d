"""Looking back: two versions side by side, and what was running when."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from followthrough.accounts.models import Member, Role
from followthrough.core.ids import uuid7
from followthrough.governance import freezes
from followthrough.journeys import shadows, versions
from followthrough.journeys.models import MessageMap, Run, RunMove, Shadow, Version
from followthrough.journeys.tests.builders import a_map
from followthrough.people.models import Candidate, Scope
from followthrough.runs import advance
from followthrough.runs.published import moves
from followthrough.web.console.tests.conftest import member_of, signed_in
from followthrough.web.console.tests.published import (
    LATER,
    browser,
    maya,
    noon,
    run,
    shown,
    stores,
)
from tests import world

pytestmark = pytest.mark.django_db
__all__ = ["browser", "maya", "noon", "run", "stores"]  # fixtures


def test_any_two_versions_stand_side_by_side(stores, browser):
    versions.publish(map=stores, document=a_map(LATER), author_id="", at=world.NOON)
    page = shown(browser, f"/maps/{stores.id}/compare")
    assert "From version 1 to version 2" in page and "<ins>6</ins>" in page  # noqa: PT018
    page = shown(browser, f"/maps/{stores.id}/compare?from=2&to=1")
    assert "<ins>5</ins>" in page
    assert "It says the same." in shown(browser, f"/maps/{stores.id}/compare?from=2&to=2")
    for wrong in ("from=9", "to=99999999999999"):
        assert browser.get(f"/maps/{stores.id}/compare?{wrong}").status_code in (200, 404)
    empty = MessageMap.objects.create(organization=stores.organization, name="New", slug="new")
    assert "nothing to compare" in shown(browser, f"/maps/{empty.id}/compare")


@pytest.fixture
def moved(stores: MessageMap, run: Run, maya: Member) -> Run:
    """The second version came at 14:00 by the clock of UTC+0 … and the run moved an hour later."""
    at = world.NOON + timedelta(hours=2)
    version = versions.publish(
        map=stores, document=a_map(LATER), author_id=str(maya.id), note="Later", at=at
    )
    RunMove.objects.create(
        organization=stores.organization, run=run, from_version=stores.versions.get(number=1),
        to_version=version, why=moves.NOW, by=str(maya.id), at=at + timedelta(hours=1),
    )  # fmt: skip
    Run.objects.filter(id=run.id).update(version=version)
    return run


def when(client: Client, map: MessageMap, hours: float, **given: Any) -> str:
    at = (world.NOON + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")
    asked = "&".join(f"{name}={value}" for name, value in {"at": at, **given}.items())
    return shown(client, f"/maps/{map.id}/when?{asked}")


def test_what_was_running_at_a_moment(stores, moved, browser):
    assert "Nothing of it was published by then" in when(browser, stores, -1)
    first = when(browser, stores, 1)
    assert "<strong>version 1</strong>" in first and "v2</a>" not in first  # noqa: PT018
    between = when(browser, stores, 2.5)
    assert "<strong>version 2</strong>" in between and "by Maya: “Later”" in between  # noqa: PT018
    assert "v1</a>" in between and "v2</a>" not in between  # noqa: PT018
    after = when(browser, stores, 4)
    assert "v2</a>" in after and "v1</a>" not in after  # noqa: PT018


def test_who_was_over_by_then_is_not_counted(stores, moved, browser):
    Run.objects.update(ended_at=world.NOON + timedelta(hours=5))
    assert "v2</a>" in when(browser, stores, 4)
    assert "No application was under way in it." in when(browser, stores, 6)


def test_what_a_candidate_was_in_and_what_it_said(stores, moved, browser):
    who = moved.application.candidate_id
    Candidate.objects.filter(id=who).update(zone_stated="Asia/Tokyo")
    then = when(browser, stores, 1, candidate=who)
    assert re.search(r"For them it was \w+ \d+ \w+, 0[0-9]:00 \(Tokyo\)", then)
    assert "version 1 of “Stores”, in the stage Applied" in then
    assert "It began there, assigned by the job family." in then
    assert "Nothing heard for 5 days" in then
    after = when(browser, stores, 4, candidate=who)
    assert "version 2 of “Stores”" in after and "Nothing heard for 6 days" in after  # noqa: PT018
    assert "It was moved there." in after
    assert "No message map had begun for them" in when(browser, stores, -1, candidate=who)


@pytest.mark.parametrize(("code", "said"), [
    (moves.NOW, "It was moved there. Begun by Maya."),
    (advance.NEXT_STAGE, "It moved there with its next stage. Begun by Maya."),
])  # fmt: skip
def test_nobody_reads_a_code_for_why_it_is_in_its_version(moved, browser, maya, code, said):
    RunMove.objects.filter(run=moved).exclude(from_version=None).update(why=code)
    page = shown(browser, f"/applications/{moved.application_id}/map")
    assert f"Stores v2. {said}" in page
    assert "It began there, assigned by the job family." in page
    assert "next_stage" not in page


def test_a_candidate_of_another_site_is_not_there(stores, moved, organization):
    other = member_of(organization, Role.RECRUITER)
    Scope.objects.create(organization=organization, member=other, site=world.site(organization))
    path = f"/maps/{stores.id}/when?candidate={moved.application.candidate_id}"
    assert signed_in(other).get(path).status_code == 404
    assert "No application was under way in it." in when(signed_in(other), stores, 4)


def test_who_may_not_see_candidates_sees_none(stores, moved, organization):
    admin = signed_in(member_of(organization, Role.ATS_ADMIN))
    page = when(admin, stores, 1, candidate=moved.application.candidate_id)
    assert moved.application.candidate.name not in page


def test_what_stopped_it_then_is_told(stores, browser):
    given = {"organization_id": stores.organization_id, "subject_kind": "map",
             "subject_id": stores.id, "why": "kill_switch", "by": "member:x"}  # fmt: skip
    made = freezes.begin(**given, at=world.NOON + timedelta(hours=1))
    freezes.end(made.id, by="member:x", at=world.NOON + timedelta(hours=3))
    assert "nothing of it went out" not in when(browser, stores, 0.5)
    assert "nothing of it went out" in when(browser, stores, 2)
    assert "nothing of it went out" not in when(browser, stores, 4)


def hours(count: float):
    return world.NOON + timedelta(hours=count)


@pytest.fixture
def shadow(stores, maya) -> Shadow:
    """The map was in shadow from one to five hours, and retail was sent to for real from three to
    four."""
    given = {"organization_id": stores.organization_id, "by": f"member:{maya.id}"}
    made = shadows.begin(
        **given, subject_kind=shadows.MAP, subject_id=stores.id, at=hours(1)
    )  # fmt: skip
    shadows.switch(made.id, on=["retail"], by=given["by"], at=hours(3))
    shadows.switch(made.id, off=["retail"], by=given["by"], at=hours(4))
    shadows.end(made.id, by=given["by"], at=hours(5))
    return made


def test_what_was_in_shadow_then_did_not_send(stores, run, shadow, browser):
    assert "n shadow" not in when(browser, stores, 0.5)
    kept = when(browser, stores, 2, candidate=run.application.candidate_id)
    assert "In shadow then" in kept and "by Maya" in kept  # noqa: PT018
    assert "1 of them in shadow: nothing was sent" in kept
    assert "In shadow then: nothing was sent" in kept
    assert "Sent for real then" not in kept
    assert "n shadow" not in when(browser, stores, 6)


def test_the_families_that_were_live_then_are_those_of_the_record(stores, shadow, browser, run):
    theirs = run.application
    theirs.requisition = world.requisition(theirs.connection, family="retail")
    theirs.save()
    live = when(browser, stores, 3.5)
    assert "Sent for real then: Retail." in live
    assert "of them in shadow" not in live
    assert "1 of them in shadow" in when(browser, stores, 4.5)


def test_a_connection_that_was_in_shadow_is_named(stores, run, browser):
    source = run.application.connection
    shadows.begin(
        organization_id=stores.organization_id, subject_kind=shadows.CONNECTION,
        subject_id=source.id, by="engine", at=hours(1),
    )  # fmt: skip
    page = when(browser, stores, 2)
    assert f"The connection “{source.name}”" in page
    assert "1 of them in shadow: nothing was sent" in page


def test_what_is_in_shadow_now_is_said_in_the_list_and_on_today(stores, browser, maya):
    assert "n shadow" not in shown(browser, "/maps/") + shown(browser, "/")
    shadows.begin(
        organization_id=stores.organization_id, subject_kind=shadows.MAP, subject_id=stores.id,
        by=f"member:{maya.id}", at=world.NOON,
    )  # fmt: skip
    assert "In shadow" in shown(browser, "/maps/")
    assert "In shadow, so everything" in shown(browser, "/")
    assert f'<a href="/maps/{stores.id}">Stores</a>' in shown(browser, "/")


@pytest.mark.parametrize("at", ["soon", "0001-01-01T00:00", "9999-12-31T23:59", "2026-13-01T00:00"])
def test_a_moment_that_is_none_is_no_error(stores, browser, at):
    shown(browser, f"/maps/{stores.id}/when?at={at}")
    shown(browser, f"/maps/{stores.id}/when?at={at}&candidate=nobody")
    assert browser.get(f"/maps/{stores.id}/when?candidate={uuid7()}").status_code == 404


def test_a_version_is_taken_along_as_the_yaml_it_came_as(stores, browser):
    source = "# ours\n" + "schema: 2\nname: Stores\nstages: {}\n"
    Version.objects.filter(map=stores).update(source=source)
    assert browser.get(f"/maps/{stores.id}/v/1.yaml").content.decode() == source
