"""Runs that come from another map: what they were told and asked there counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from followthrough.audit.facts import SYSTEM
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.journeys import versions
from followthrough.journeys.models import Run
from followthrough.messages.models import Ask, Touch
from followthrough.runs.published import affected, moving
from tests import company, invariants
from tests.properties.life import Life, lived
from tests.story.script import load_map
from tests.test_matching import family, started

pytestmark = pytest.mark.django_db


def in_other_words() -> dict[str, Any]:
    """A map that asks about the interview as well, under names of its own."""
    touches = [
        {"key": "set", "trigger": {"stage_entered": {}}, "channels": ["sms"],
         "ask": {"kind": "confirmation", "anchor": "interview_start"},
         "content": {"sms": {"en": {"body": "Can you come? Reply OK or NO."}}}},
        {"key": "still", "trigger": {"no_reply": {"to": "set", "within": "P1D"}},
         "channels": ["sms"], "content": {"sms": {"en": {"body": "Can you? OK or NO."}}}},
        {"key": "soon", "trigger": {"before": {"anchor": "interview_start", "by": "PT2H"}},
         "when": {"field": "ask.set", "op": "is", "value": "confirmed"}, "channels": ["sms"],
         "content": {"sms": {"en": {"body": "See you soon."}}}},
    ]  # fmt: skip
    stages = {**load_map("associates")["stages"], "interview": {"touches": touches}}
    return {**load_map("associates"), "name": "Other words", "stages": stages}


def comes_along(life: Life) -> None:
    """Whoever has the opening of app-1 goes on in another map, that asks in other words."""
    company.add_map(life.company, "drivers", in_other_words(), family="drivers")
    family(life, "drivers")


def test_a_yes_stays_a_yes_in_another_map_and_with_its_next_version():
    with lived() as life:
        run = started(life, "end")
        life.passes(timedelta(hours=1))
        life.says("OK")
        life.passes(timedelta(hours=1))
        comes_along(life)
        said = len(life.provider.calls)
        run.refresh_from_db()
        assert run.state["answers"]["set"] == "confirmed"
        later = in_other_words()
        later["stages"]["interview"]["touches"][2]["trigger"]["before"]["by"] = "PT1H"
        version = company.publish(life.company, "drivers", later)
        with transaction.atomic():
            moving.move([run.id], to_version=version.id, why="now", actor=SYSTEM, now=clock.now())
        life.passes(timedelta(days=5))
        assert len(life.provider.calls) == said  # nobody is asked again, or nudged
        life.to_the_end()
        keys = {str(one.id): one.key for one in Touch.objects.all()}
        assert [keys[call.key] for call in life.provider.calls[said:]] == ["soon"]
        assert invariants.everything() == []


def test_nor_does_a_later_version_thank_them_who_were_thanked_in_another_map():
    with lived() as life:
        document = company.changed(load_map("associates"), {"unmatched": "end"})
        company.publish(life.company, "associates", document)
        life.ats("app-1", stage="New")
        life.passes(timedelta(hours=1))
        other = in_other_words()
        other["stages"]["applied"]["touches"][0]["key"] = "thank_you"
        company.add_map(life.company, "drivers", other, family="drivers")
        family(life, "drivers")
        version = company.publish(life.company, "drivers", {**other, "description": "Another"})
        with transaction.atomic():
            moving.move([Run.objects.get().id], to_version=version.id, why="now", actor=SYSTEM,
                        now=clock.now())  # fmt: skip
        life.passes(timedelta(days=1))
        assert list(Touch.objects.filter(state="sent").values_list("key", flat=True)) == ["thanks"]
        assert not Touch.objects.filter(key="thank_you").exists()


def test_a_new_time_is_said_in_the_map_they_came_to_whatever_version_follows():
    """What was the other map's to say was about the old time."""
    with lived() as life:
        started(life, "end")
        life.passes(timedelta(hours=1))
        comes_along(life)
        said = len(life.provider.calls)
        later = (clock.now() + timedelta(days=8)).isoformat()
        family(life, "drivers", anchors={"interview_start": later})
        version = company.publish(life.company, "drivers", {**in_other_words(), "settle": "PT1M"})
        with transaction.atomic():
            moving.move([Run.objects.get().id], to_version=version.id, why="now", actor=SYSTEM,
                        now=clock.now())  # fmt: skip
        life.passes(timedelta(hours=2))
        keys = {str(one.id): one.key for one in Touch.objects.all()}
        assert [keys[call.key] for call in life.provider.calls[said:]] == ["set"]


@pytest.mark.parametrize("answers", [True, False])
def test_what_comes_of_it_is_known_before_they_come(answers):
    with lived() as life:
        run = started(life, "end")
        life.passes(timedelta(hours=1))
        if answers:
            life.says("OK")
            life.passes(timedelta(hours=1))
        version = company.add_map(life.company, "drivers", in_other_words(), family="drivers")
        document = versions.document(version.id)
        seen = affected.coming(document, [run.application_id], now=clock.now())
        before = set(Touch.objects.filter(state="planned").values_list("key", flat=True))
        family(life, "drivers")
        after = set(Touch.objects.filter(state="planned").values_list("key", flat=True))
        told = {
            kind: {key for key, one in seen.touches.items() if one.counts[kind]}
            for kind in (affected.VANISHES, affected.APPEARS)
        }
        assert told == {affected.VANISHES: before, affected.APPEARS: after}
        assert (seen.looked, seen.asks_closed) == (1, 0)


def test_a_question_that_waits_is_answered_in_the_map_they_come_to():
    with lived() as life:
        run = started(life, "end")
        life.passes(timedelta(hours=1))
        comes_along(life)
        run.refresh_from_db()
        assert list(run.state["asks"]) == ["set"]
        assert Ask.objects.get(state="open").key == "set"
        life.says("OK")
        life.passes(timedelta(hours=1))
        assert Ask.objects.get(key="set").answer == "confirmed"
        assert not Handoff.objects.exists()
        life.to_the_end()
        assert Touch.objects.get(key="soon").state == "sent"
        assert not Touch.objects.filter(key="set").exists()
        assert invariants.everything() == []
