"""What the generic format makes of odd documents."""

from __future__ import annotations

from typing import Any

import pytest

from followthrough.intake.ats.generic.document import BadSnapshot, read_snapshot

NO_TIME = ("0001-01-01T01:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T20:00:00Z",
           "9999-12-31T23:59:59-12:00", "1969-12-31T23:59:59Z")  # fmt: skip


def application(**given: Any) -> dict[str, Any]:
    return {
        "id": "A-1", "updated_at": "2026-06-03T17:00:00Z", "stage": "Interview",
        "candidate": {"id": "C-1"}, **given,
    }  # fmt: skip


@pytest.mark.parametrize("text", NO_TIME)
def test_what_systems_write_where_they_have_no_time_is_none(text: str) -> None:
    found = read_snapshot(
        application(stage_changed_at=text, anchors={"interview_start": text, "start_date": None})
    )
    assert found.anchors == {}
    assert found.stage_changed_at is None


@pytest.mark.parametrize("text", NO_TIME)
def test_a_change_without_a_time_is_refused_with_its_path(text: str) -> None:
    with pytest.raises(BadSnapshot, match=r"application\.updated_at.*not a time"):
        read_snapshot(application(updated_at=text))
