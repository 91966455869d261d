"""Small maps for tests: only what a test is about has to be written."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from followthrough.core.durations import read_duration
from followthrough.journeys import documents
from followthrough.journeys.definition import SCHEMA, MapDocument

START = datetime(2026, 6, 3, 17, 0, tzinfo=UTC)
SETTLE = timedelta(seconds=30)
TEXTS = {"sms": {"en": {"body": "Hi."}}, "email": {"en": {"subject": "Hi", "body": "Hi."}}}


def raw_map(stages: Mapping[str, Any], **given: Any) -> dict[str, Any]:
    """A document as plain values; touches without channels or content get some."""
    found = {"schema": SCHEMA, "name": "Test", **given, "stages": deepcopy(dict(stages))}
    for block in found["stages"].values():
        for touch in block.get("touches", ()):
            touch.setdefault("channels", ["sms"])
            if "content" not in touch:
                touch["content"] = {one: TEXTS[one] for one in touch["channels"]}
    return found


def a_map(stages: Mapping[str, Any], **given: Any) -> MapDocument:
    """The same, checked."""
    return documents.check(raw_map(stages, **given))


def moment(text: str | None) -> datetime | None:
    """A time written as a duration from START; `-PT1H` lies before it."""
    if text is None:
        return None
    sign = -1 if text.startswith("-") else 1
    return START + sign * read_duration(text.lstrip("-"))
