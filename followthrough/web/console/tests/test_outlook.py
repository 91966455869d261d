"""What the candidate's page says of what is planned is what the gate would decide then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from followthrough.accounts.models import Organization
from followthrough.channels.models import Sender
from followthrough.core import clock
from followthrough.governance.models import ConsentEntry, Freeze
from followthrough.journeys.models import MessageMap, Run, Version
from followthrough.journeys.tests.builders import raw_map
from followthrough.messages.models import Touch
from followthrough.people.models import Application
from followthrough.web.console.tests.inboxes import applied, written
from tests import world
from tests.world import NOON

pytestmark = pytest.mark.django_db

NINE_TO_FIVE = {day: ["09:30-17:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat")}
SAID_YES = {"all": [{"field": "ask.two_days_before", "op": "is", "value": "confirmed"}]}


@pytest.fixture
def application(organization: Organization) -> Iterator[Application]:
    """Somebody in Reno who may be texted; the map has its own hours, and none on Sundays."""
    with clock.at(NOON):
        found = applied(organization, "Ada", "Obi", phone="(775) 555-0123")
        world.sender(organization)
        ConsentEntry.objects.create(
            organization_id=organization.id, candidate_id=found.candidate_id, channel="sms",
            address_key=found.candidate.contact_points.get().address_key, state="granted",
            basis="form", source="ats", actor_kind="ats", actor_id="", at=NOON,
        )  # fmt: skip
        made = MessageMap.objects.create(organization=organization, name="Retail", slug="retail")
        document = raw_map({"applied": {}}, limits={"hours": {"default": NINE_TO_FIVE}})
        version = Version.objects.create(
            organization=organization, map=made, number=1, document=document, content_hash="",
            author_id="tests", published_at=NOON,
        )  # fmt: skip
        Run.objects.create(
            application=found, organization=organization, state={}, started_at=NOON, version=version
        )
        yield found


def planned(application: Application, at: str, **given: Any) -> Touch:
    due = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("America/Los_Angeles"))
    run = Run.objects.get(application=application)
    told = {"key": "two_hours_before", "purpose": "informational", "due_at": due, **given}
    return written(application, origin="map", run_id=run.id, version_id=run.version_id, **told)


def page(client: Client, application: Application) -> str:
    shown = client.get(reverse("candidate", args=[application.candidate_id])).content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def test_the_hours_of_the_map_count(owner: Client, application: Application) -> None:
    """Sunday at two is within the policy's hours; the map is silent then, and begins late."""
    planned(application, "2026-06-07T14:00")
    shown = page(owner, application)
    assert "Hours of the map: goes out from Mon 8 Jun, 09:" in shown
    assert re.search(r"“Two hours before”, Mon 8 Jun, 09:[345]", shown)


def test_what_no_answer_allows_now_will_not_go_out_as_things_are(
    owner: Client, application: Application
) -> None:
    planned(application, "2026-06-04T10:00", relevance=SAID_YES)
    shown = page(owner, application)
    why = "It goes out only if their answer to “Two days before” is yes"
    assert f"As things are, it will not go out: {why}" in shown
    assert f"As things are, nothing: “Two hours before” will not go out. {why}." in shown
    Run.objects.update(state={"answers": {"two_days_before": "confirmed"}})
    assert "will not go out" not in page(owner, application)


def test_next_is_what_leaves_first(owner: Client, application: Application) -> None:
    """What does not go out is passed over, and what waits for its hour is no longer the first."""
    planned(application, "2026-06-04T10:00", relevance=SAID_YES)
    planned(application, "2026-06-07T10:00", key="sunday")
    planned(application, "2026-06-08T09:30", key="monday")
    Touch.objects.filter(key="sunday").update(due_at=NOON + timedelta(days=9))
    assert "“Monday”, Mon 8 Jun, 09:30" in page(owner, application)


def test_what_the_law_refuses_is_final(owner: Client, application: Application) -> None:
    ConsentEntry.objects.all().delete()
    planned(application, "2026-06-04T10:00", relevance={})
    assert "Will not go out: No consent" in page(owner, application)


@pytest.mark.parametrize("hours", [26, 240])
@pytest.mark.parametrize(("kind", "of"), [("sender", Sender), ("map", MessageMap)])
def test_what_is_stopped_for_good_says_no_time(
    owner: Client, application: Application, kind: str, of: Any, hours: int
) -> None:
    Freeze.objects.create(
        organization=application.organization, subject_kind=kind, subject_id=of.objects.get().id,
        why="kill_switch", by="engine", begun_at=NOON,
    )  # fmt: skip
    planned(application, "2026-06-04T10:00", useful_until=NOON + timedelta(hours=hours))
    shown = page(owner, application)
    assert "Waits: everything was stopped by hand" in shown
    assert "“Two hours before” waits: everything was stopped by hand." in shown


def test_what_an_ended_map_still_says_is_next(owner: Client, application: Application) -> None:
    Run.objects.update(ended_at=NOON, end_reason="stage")
    assert "The map has ended: nothing more is sent." in page(owner, application)
    planned(application, "2026-06-04T10:00", key="first_week")
    shown = page(owner, application)
    assert "“First week”, Thu 4 Jun, 10:00" in shown
    assert "nothing more is sent" not in shown


def test_everything_is_asked_in_one_round_trip(owner: Client, application: Application) -> None:
    from tests.counting import counted

    planned(application, "2026-06-04T10:00")
    page(owner, application)
    with counted() as one:
        page(owner, application)
    for day in (5, 6, 7, 8):
        planned(application, f"2026-06-{day:02}T10:00", key=f"day_{day}")
    with counted() as many:
        page(owner, application)
    assert many.n == one.n
