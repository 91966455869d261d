"""What the ATS is told of a moment."""

from __future__ import annotations

from uuid import UUID

import pytest

from followthrough.core.ids import uuid7
from followthrough.people.models import Application
from followthrough.runs.notes import Told, worded
from tests import world

pytestmark = pytest.mark.django_db

PAYLOAD = {"text": "Candidate confirmed: interview start ({at}).", "at": "2026-06-06T17:00:00Z"}


def application(**site: str) -> Application:
    ats = world.connection(world.organization())
    place = world.site(ats.organization, **site) if site else None
    return world.application(world.candidate(ats), world.requisition(ats, site=place))


def text(application_id: UUID) -> str:
    told = Told(uuid7(), uuid7(), uuid7(), application_id, 0, "note", PAYLOAD)
    return worded([told])[0].payload["text"]


def test_a_moment_is_told_by_the_clock_of_the_site() -> None:
    there = application(name="Kolkata", zone="Asia/Kolkata")
    assert text(there.id) == (
        "Candidate confirmed: interview start (Sat 6 Jun 2026, 22:30 Kolkata time)."
    )


def test_without_a_site_it_is_told_in_utc() -> None:
    assert text(application().id).endswith("(Sat 6 Jun 2026, 17:00 UTC).")


def test_what_names_no_moment_is_told_as_it_is(django_assert_num_queries: object) -> None:
    told = Told(uuid7(), uuid7(), uuid7(), uuid7(), 0, "note", {"text": "Wants {at} braces."})
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert worded([told]) == [told]
