"""Whatever is published and whoever is moved when: what is past its use is never released, nothing
that was said is said again, and every change of version is on record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from followthrough.core import clock
from followthrough.journeys.models import Run
from followthrough.messages.models import Receipt, Touch
from followthrough.runs.published import moves
from tests import company, invariants
from tests.properties.life import STEPS, Life, happen, lived
from tests.story.script import load_map

pytestmark = pytest.mark.django_db
VERSIONS: tuple[dict[str, Any], ...] = (
    {"stages.applied.touches.0.useful_for": "PT1H"},
    {"stages.applied.touches.0.key": "welcome"},
    {"stages.applied.touches.1.trigger": {"stage_entered": {"after": "PT4H"}},
     "stages.applied.touches.1.useful_for": "PT3H"},
    {"stages.interview.touches.3.trigger.before.by": "PT30H"},
    {"stages.interview.touches.0.key": "come", "stages.interview.touches.1.trigger.no_reply.to":
     "come"},
    {"stages.screen.touches": [], "settle": "PT10M"},
    {"stages.screen": {"touches": [], "ends": True}},
)  # fmt: skip
PUBLISH = st.tuples(
    st.just("publish"), st.integers(0, len(VERSIONS) - 1), st.sampled_from(["stay", "next", "now"])
)
LATE = [("ats", "app-1", "New"), ("passes", 200 * 3600), ("publish", 1, "now")]


@settings(max_examples=20)
@given(steps=st.lists(st.one_of(STEPS, PUBLISH), min_size=3, max_size=9))
@example(steps=LATE)
@example(steps=[*LATE, ("ats", "app-1", "Interview"), ("publish", 4, "next"),
                ("ats", "app-1", "Screen"), ("ats", "app-1", "Interview")])  # fmt: skip
def test_a_republish_releases_nothing_stale_and_repeats_nothing(steps):
    with lived() as life:
        happen(life, ("ats", "app-1", "New"))
        for step in steps:
            publish(life, *step[1:]) if step[0] == "publish" else happen(life, step)
            assert list(invariants.versions()) == []
        life.to_the_end()
        assert invariants.everything() == []
        assert list(too_late()) == []
        assert list(repeated()) == []


def publish(life: Life, which: int, running: str) -> None:
    """Publish a version, and do with those under way what was chosen; then nothing waits that is
    of no more use."""
    document = company.changed(load_map("associates"), VERSIONS[which])
    version = company.publish(life.company, "associates", document)
    before = set(Touch.objects.values_list("id", flat=True))
    moves.order(version, running, by="m-1", at=clock.now())
    while moves.go_on():
        pass
    released = Touch.objects.filter(state="planned").exclude(id__in=before)
    stale = released.filter(useful_until__lte=clock.now())
    assert list(stale.values_list("key", "due_at", "useful_until")) == []
    others = Run.objects.filter(ended_at=None).exclude(version=version)
    assert running != "now" or not others.exists()
    version.map.refresh_from_db()
    assert version.map.moves_to == (None if running == "stay" else version.number)


def too_late() -> Iterator[str]:
    """Nothing was let go that was of no more use."""
    ends = dict(Touch.objects.exclude(useful_until=None).values_list("id", "useful_until"))
    for receipt in Receipt.objects.filter(touch_id__in=ends, verdict="send"):
        if receipt.at >= ends[receipt.touch_id]:
            yield f"{receipt.touch_id} went out at {receipt.at}"


def repeated() -> Iterator[str]:
    """What was said of a visit and an anchor's time was said once, whichever version said it."""
    said = Touch.objects.filter(state="sent", origin="map").values_list(
        "run_id", "key", "occurrence"
    )
    counted = Counter((run, key, *_marks(occurrence)) for run, key, occurrence in said)
    for (_run, key, *marks), times in counted.items():
        if times > 1:
            yield f"{key} of {marks} was said {times} times"


def _marks(occurrence: str) -> Iterator[str]:
    """All that tells occurrences apart, but for the move they were planned after; a + is a
    fallback to the next channel."""
    marks = occurrence.rstrip("+").split(".")
    yield from (mark for mark in marks if not mark.startswith("m"))
    yield "+" * occurrence.count("+")
