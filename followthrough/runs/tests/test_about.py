"""What a condition may ask, where it is put together from more than one thing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from followthrough.runs.about import About
from followthrough.runs.facts import Person, Point, Subject

MONDAY = datetime(2026, 6, 8, 4, 30, tzinfo=UTC)  # Sunday evening in Reno
PERSON = Person(UUID(int=1), UUID(int=2), *[""] * 7, None, "", "", "", {}, [], [])
SUBJECT = Subject(UUID(int=1), "interview", None, {}, *[None] * 11, UUID(int=2), {}, {})


def known(field: str, **given: Any) -> Any:
    person = PERSON._replace(**given.pop("person", {}))
    return About(person, SUBJECT._replace(**given), {"interview_start": (MONDAY, 1)}).get(field)


@pytest.mark.parametrize(
    ("site", "stated", "weekday", "hour"),
    [
        ("America/Los_Angeles", "", "sun", 21),
        ("America/Los_Angeles", "Europe/Berlin", "sun", 21),  # the interview is at the site
        (None, "Europe/Berlin", "mon", 6),
        (None, "", None, None),
        ("Mars/Olympus", "", None, None),
    ],
)
def test_days_and_hours_of_a_time_are_the_site_s(
    site: str | None, stated: str, weekday: str | None, hour: int | None
) -> None:
    where: dict[str, Any] = {"site_zone": site, "person": {"zone_stated": stated}}
    assert known("anchor.interview_start.weekday", **where) == weekday
    assert known("anchor.interview_start.hour", **where) == hour


def test_of_a_time_that_is_not_set_nothing_is_known() -> None:
    for what in ("at", "weekday", "hour", "sequence"):
        assert known(f"anchor.start_date.{what}", site_zone="Europe/Berlin") is None


@pytest.mark.parametrize(("unusable", "found"), [("", "ada@example.org"), ("bounced", None)])
def test_an_address_is_known_where_it_can_be_used(unusable: str, found: str | None) -> None:
    point = Point("email", UUID(int=3), "ada@example.org", "key", unusable, False)
    assert known("candidate.email", person={"points": {"email": point}}) == found
    assert known("candidate.phone", person={"points": {"email": point}}) is None
