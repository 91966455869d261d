"""A company with people under way in the map `associates`, of which versions are published."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from followthrough.core import clock
from followthrough.journeys import documents, drafts
from followthrough.journeys.models import Draft, MessageMap, Run
from followthrough.runs.published import moves, publishing
from tests import company
from tests.properties.life import Life, lived
from tests.story.script import load_map

MAYA, TOMAS = "maya", "tomas"
CALL = {"stages.screen.touches.0.content.sms.en.body": "We call you."}


@contextmanager
def life() -> Iterator[Life]:
    """One who applied and one in Screen, both in version 1."""
    with lived() as made:
        made.ats("app-1", stage="New")
        made.ats("app-3", stage="Screen")
        made.passes(timedelta(minutes=1))
        yield made


def document(changes: dict[str, Any]) -> Any:
    return documents.check(company.changed(load_map("associates"), changes))


def publish(life: Life, changes: dict[str, Any], running: str = "stay", **given: Any):
    details = {"author_id": MAYA, "note": "Better words", "at": clock.now(), **given}
    return publishing.publish(
        map=life.company.maps["associates"], document=document(changes), running=running, **details
    )


def move_all() -> None:
    while moves.go_on():
        pass


def drafted(life: Life, changes: dict[str, Any], **given: Any) -> Draft:
    draft = drafts.open(life.company.maps["associates"], by=MAYA, at=clock.now())
    draft.document = document(changes).dump()
    for name, value in given.items():
        setattr(draft, name, value)
    draft.save()
    return draft


def moves_to() -> int | None:
    return MessageMap.objects.get(slug="associates").moves_to


def numbers() -> list[int]:
    return sorted(Run.objects.values_list("version__number", flat=True))
