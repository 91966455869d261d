"""What the gate is told of an application, where it is put together from more than one thing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from followthrough.core.canonical import iso
from followthrough.runs.about import About
from followthrough.runs.facts import Anchors, Known, Subject

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SUBJECT = Subject(UUID(int=1), "interview", NOON, {}, *[None] * 11, UUID(int=2), {}, {})


def heard_of(anchors: Anchors, **given: Any) -> Any:
    about = About(None, SUBJECT._replace(**given), anchors)  # type: ignore[arg-type]
    return about.get("heard_of.interview_start")


@pytest.mark.parametrize(
    ("set_at", "stage_since", "run_since"),
    [(NOON, None, None), (NOON, NOON - HOUR, NOON - HOUR), (NOON - HOUR, NOON, NOON - HOUR),
     (NOON - HOUR, NOON - HOUR, NOON)],
)  # fmt: skip
def test_a_time_is_heard_of_when_it_was_set_the_stage_was_entered_and_the_run_had_begun(
    set_at: datetime, stage_since: datetime | None, run_since: datetime | None
) -> None:
    anchors = {"interview_start": Known(NOON + HOUR, 1, set_at)}
    assert heard_of(anchors, stage_since=stage_since, run_since=run_since) == iso(NOON)


def test_nobody_has_heard_of_a_time_that_is_not_set() -> None:
    assert heard_of({}) is None
    assert heard_of({"interview_start": Known(None, 2, NOON)}) is None
