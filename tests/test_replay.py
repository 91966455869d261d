"""A replay of the version that ran gives exactly what happened; of another one, what happens when
that one runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from followthrough.core import clock
from followthrough.journeys import documents, versions
from followthrough.journeys.models import MessageMap
from followthrough.people.models import Application
from followthrough.runs.replay.fates import Fate
from followthrough.runs.replay.happened import Window
from followthrough.runs.replay.trial import Trial
from tests import company
from tests.emptied import empty
from tests.story import carrier, script, teller

pytestmark = pytest.mark.django_db(transaction=True)

LONG = timedelta(days=60)


def shown(fates: list[Fate], names: Mapping[Any, str]) -> list[Any]:
    """What is compared: everything but ids, to the minute."""
    return sorted(
        (names[one.application_id], one.key, one.verdict, one.code, one.channel, one.parts,
         minute(one.at), tuple((held.code, minute(held.at), minute(held.until))
                               for held in one.holds))
        for one in fates
    )  # fmt: skip


def minute(at: datetime | None) -> str:
    return at.strftime("%d %H:%M") if at else ""


def told(path: Path, changes: Mapping[str, Any] | None = None) -> list[Any]:
    """Tell a story for real, with changes to its map; what it and its own replay come to, and the
    replay of another document on it."""
    story = script.read(path)
    if changes:
        story = replace(story, company=replace(story.company, changes={**story.company.changes, **changes}))
    telling = None
    with carrier.between() as carried:
        telling = teller.begin(story, carried)
        for step in story.steps:
            teller.tell(telling, step)
    return telling


def replayed(document: Any = None, *, back: timedelta = LONG) -> tuple[list[Any], list[Any]]:
    """What really happened in the only map, and what a replay of a document says."""
    map = MessageMap.objects.order_by("id").first()
    if document is None:
        document = versions.document(versions.latest([map.id])[map.id])
    now = clock.now() + timedelta(microseconds=1)
    trial = Trial(map, document, Window(now - back, now))
    names = dict(Application.objects.values_list("id", "external_id"))
    real, would = [], []
    for part in trial.compared():
        for one in part:
            real += one.before
            would += one.after
    return shown(real, names), shown(would, names)


@pytest.mark.parametrize("path", list(script.every()), ids=lambda path: f"story-{path.stem}")
def test_the_version_that_ran_gives_what_happened(path: Path) -> None:
    story = script.read(path)
    with (
        override_settings(SHARDS=2),
        clock.at(script.moment(story.start, after=clock.wall())),
    ):
        told(path)
        real, would = replayed()
    assert would == real
