"""While a freeze stands, automation is silent; STOP is answered all the same, unless its sender,
its channel or everything was stopped."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followthrough.governance.freezes import channel_subject
from followthrough.governance.models import Freeze
from followthrough.journeys.models import MessageMap
from followthrough.messages.models import Touch
from followthrough.runs import engine, verdicts
from tests.properties.life import FREEZABLE, STEPS, Life, happen, lived

pytestmark = pytest.mark.django_db
FREEZES = st.tuples(st.just("freeze"), st.sampled_from(FREEZABLE))


@settings(max_examples=20)
@given(
    before=st.lists(STEPS, min_size=1, max_size=5),
    freeze=FREEZES,
    after=st.lists(STEPS, min_size=2, max_size=7),
)
def test_nothing_automatic_leaves_while_a_freeze_stands(before, freeze, after):
    with lived() as life:
        for step in [("ats", "app-1", "Interview"), *before, freeze, *after]:
            happen(life, step)
        assert spoken_while_frozen(life) == []


def spoken_while_frozen(life: Life) -> list[str]:
    """Messages handed over while a switch stood that should have silenced them."""
    touches = {str(touch.id): touch for touch in Touch.objects.all()}
    found = []
    for call in life.provider.calls:
        touch = touches[call.key]
        if _frozen(touch, call.channel, life, call.at):
            found.append(f"{touch.key} at {call.at}")
    return found


def _frozen(touch: Touch, channel: str, life: Life, at: datetime) -> bool:
    subjects = {touch.organization_id, life.company.senders[channel].id,
                channel_subject(touch.organization_id, channel)}  # fmt: skip
    if touch.purpose != "service":
        subjects |= {touch.application_id, touch.candidate_id}
    if touch.origin in ("map", "reply"):
        subjects |= set(MessageMap.objects.values_list("id", flat=True))
    standing = Freeze.objects.filter(subject_id__in=subjects, begun_at__lt=at)
    return any(freeze.ended_at is None or at < freeze.ended_at for freeze in standing)


@pytest.mark.parametrize("subject", FREEZABLE)
def test_a_freeze_that_begins_after_the_decision_still_silences(subject, monkeypatch):
    """Decided, committed, and then frozen before the hand-over: it does not go out."""
    with lived() as life:
        life.ats("app-1", stage="New")
        write = verdicts.Verdicts.write

        def write_and_freeze(decided):
            write(decided)
            if decided.ready:
                life.freeze(subject)

        monkeypatch.setattr(verdicts.Verdicts, "write", write_and_freeze)
        engine.drain()
        assert life.provider.calls == []
        assert Touch.objects.get(key="thanks").state == "planned"
