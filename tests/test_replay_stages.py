"""A replay counts its messages by stage, on both sides the same, and loses none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import override_settings

from followthrough.core import clock
from followthrough.journeys import versions
from followthrough.journeys.models import MessageMap
from followthrough.runs.replay import contrast
from followthrough.runs.replay.contrast import Contrast
from followthrough.runs.replay.happened import Window
from followthrough.runs.replay.trial import Trial
from tests.story import script
from tests.test_replay import LONG, told

pytestmark = pytest.mark.django_db(transaction=True)

BY_STAGE = {
    "by-hand": {"": {"screening": 2}, "interview": {"invite": 1, "reminder": 1}},
    "main-path": {"": {"invite.reply": 1}, "interview": {"invite": 1, "reminder": 1}},
}


@pytest.mark.parametrize("name", BY_STAGE, ids=lambda name: f"story-{name}")
def test_every_message_belongs_to_a_stage_or_to_none(name: str) -> None:
    """What a member sent by hand, and what answers a candidate, belongs to none; both sides the
    same, and none is lost or counted twice, however the people are parted."""
    path = script.STORIES / f"{name}.yaml"
    begin = script.moment(script.read(path).start, after=clock.wall())
    with override_settings(SHARDS=2), clock.at(begin):
        told(path)
        map, found = MessageMap.objects.get(), Contrast()
        now = clock.now() + timedelta(microseconds=1)
        document = versions.document(versions.latest([map.id])[map.id])
        for part in contrast.parts(Trial(map, document, Window(now - LONG, now))):
            found.join(part)
            once = found.plain()
            found.join(part)
    assert once["before"]["stages"] == once["after"]["stages"] == BY_STAGE[name]
    for result in (once, found.plain()):
        for side in (result["before"], result["after"]):
            counts = [n for by_name in side["stages"].values() for n in by_name.values()]
            assert sum(counts) == side["messages"]
    assert found.plain()["after"]["messages"] == 2 * once["after"]["messages"]
