"""The page of a replay: compared by name on the map's own people, by stage on those of others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from followthrough.accounts.models import Member, User
from followthrough.core import clock
from followthrough.journeys import versions
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import MessageMap
from followthrough.people.stages import Stage
from followthrough.runs import jobs
from followthrough.runs.models import Replay
from followthrough.runs.replay import shadow
from followthrough.runs.replay.whom import Whom
from followthrough.web.console.preview import staged
from followthrough.web.console.preview.told import Told
from tests import world
from tests.company import changed
from tests.properties.life import Life, lived

pytestmark = pytest.mark.django_db
INTERVIEW = (world.NOON + timedelta(days=5, hours=4)).isoformat()
OTHER = {  # the same stages, and no name in common
    "stages.applied.touches.0.key": "hello",
    "stages.interview.touches.0.key": "visit",
    "stages.interview.touches.1.trigger.no_reply.to": "visit",
    "stages.interview.touches.1.key": "again",
    "stages.interview.touches.2.trigger.no_reply.to": "again",
    "stages.interview.touches.2.key": "by-mail",
    "stages.interview.touches.3.key": "today",
    "stages.interview.touches.3.enabled": False,
}


@pytest.fixture
def life() -> Iterator[Life]:
    """Somebody who applied, was invited, said yes and was thanked and reminded."""
    with lived() as made:
        made.ats("app-1", stage="New")
        made.passes(timedelta(minutes=1))
        made.ats("app-1", stage="Interview", anchors={"interview_start": INTERVIEW})
        made.passes(timedelta(minutes=1))
        made.says("OK")
        made.passes(timedelta(minutes=1))
        clock.advance(timedelta(days=5, hours=2))
        made.passes(timedelta(minutes=1))
        yield made


def tried(life: Life, changes: dict[str, Any], **whom: Any) -> Replay:
    """A changed map, tried: as a new one on the people of `whom`, else on its own."""
    map = life.company.maps["associates"]
    raw = versions.document(life.company.versions["associates"].id).dump()
    document = MapDocument.model_validate(changed(raw, changes))
    if whom:
        map = MessageMap.objects.create(organization=map.organization, name="New", slug="new")
    at = clock.now() + timedelta(seconds=1)
    made = shadow.start(map, document, days=30, by="", at=at, whom=Whom(**whom) if whom else None)
    jobs.drain()
    return Replay.objects.get(id=made.id)


def shown(life: Life, replay: Replay) -> tuple[Told, str]:
    """What the page is told, and the page."""
    user, _new = User.objects.get_or_create(email="maya@northwind.example", name="Maya")
    ours = life.company.organization
    Member.objects.get_or_create(user=user, organization=ours, role="operations")
    client = Client()
    client.force_login(user)
    page = client.get(reverse("replay", args=[replay.id]))
    return page.context["told"], page.content.decode()


@pytest.mark.parametrize("family", ["", "retail"], ids=["of-a-map", "of-a-family"])
def test_on_the_people_of_others_messages_are_compared_by_stage(life: Life, family: str) -> None:
    of_map = None if family else life.company.maps["associates"].id
    replay = tried(life, OTHER, map_id=of_map, family=family)
    told, page = shown(life, replay)
    assert told.staged
    assert told.staged.lines == [("Applied", 1, 1), ("Interview", 2, 1), ("By hand, replies", 1, 1)]
    assert [bar[:3] for bar in told.bars] == told.staged.lines
    for number, messages in ((1, told.staged.went), (2, told.staged.would)):
        sums = [sum(n for _name, n in one.messages) for one in messages]
        assert sums == [line[number] for line in told.staged.lines]
    for side, n in (("before", 4), ("after", 3)):
        assert sum(getattr(one, side) for one in told.staged.lines) == n
        assert replay.result[side]["messages"] == n
    assert dict(told.staged.would[0].messages) == {"Hello": 1}
    assert dict(told.staged.went[0].messages) == {"Thanks": 1}
    assert told.touches == []
    assert "Messages sent, by stage" in page
    assert "0 would have got more messages, 1 fewer, 0 as many." in page
    assert page.count("Difference") == 2  # of stages and sums: never of names


def test_its_examples_say_the_stage_and_mark_no_name_where_all_differ(life: Life) -> None:
    of_map = life.company.maps["associates"].id
    told, page = shown(life, tried(life, OTHER, map_id=of_map))
    (example,) = dict(told.examples)["fewer"]
    assert [(one.name, one.stage) for one in example.after] == [
        ("Hello", "Applied"), ("Visit", "Interview"),
        ("Visit: our answer", "By hand, replies"),
    ]  # fmt: skip
    assert not any(one.only for one in (*example.before, *example.after))
    assert 'class="only"' not in page


def test_a_name_that_both_have_by_chance_marks_no_other(life: Life) -> None:
    by_chance = {name: value for name, value in OTHER.items() if value != "hello"}
    told, _page = shown(life, tried(life, by_chance, map_id=life.company.maps["associates"].id))
    (example,) = dict(told.examples)["fewer"]
    assert (example.before[0].name, example.after[0].name) == ("Thanks", "Thanks")
    assert not any(one.only for one in (*example.before, *example.after))


def test_a_copy_with_one_change_still_marks_what_stands_on_one_side(life: Life) -> None:
    of_map = life.company.maps["associates"].id
    told, _page = shown(
        life, tried(life, {"stages.interview.touches.3.enabled": False}, map_id=of_map)
    )
    (example,) = dict(told.examples)["fewer"]
    assert [one.name for one in example.before if one.only] == ["Reminder"]
    assert not any(one.only for one in example.after)


def test_on_its_own_people_messages_are_compared_by_name(life: Life) -> None:
    told, page = shown(life, tried(life, {"stages.interview.touches.3.enabled": False}))
    assert told.staged is None
    assert told.touches[0] == ("Reminder", 1, 0)
    assert "Messages sent, by name" in page
    assert "by stage" not in page
    assert "1 fewer, 0 as many but otherwise, 0 exactly the same" in page
    assert not any(one.stage for one in dict(told.examples)["fewer"][0].before)


def test_one_that_was_done_before_stages_were_counted_is_shown_by_name(life: Life) -> None:
    replay = tried(life, OTHER, map_id=life.company.maps["associates"].id)
    for side in ("before", "after"):
        del replay.result[side]["stages"]
    for one in (one for kind in replay.result["examples"].values() for one in kind):
        one["before"] = [row[:5] for row in one["before"]]
        one["after"] = [row[:5] for row in one["after"]]
    replay.save()
    told, page = shown(life, replay)
    assert told.staged is None
    assert ("Hello", 0, 1) in told.touches
    assert dict(told.examples)["fewer"]
    assert "Messages sent, by name" in page


def test_stages_come_in_their_order_and_a_side_may_say_nothing() -> None:
    after = {"hired": {"welcome": 1}, "lead": {"b": 1, "a": 1, "c": 3}, "": {"c.reply": 2}}
    assert [one.name for one in staged.lines({}, after)] == [
        Stage.LEAD.label, Stage.HIRED.label, "By hand, replies",
    ]  # fmt: skip
    assert staged.went({}) == []
    assert staged.went(after)[0].messages == [("C", 3), ("A", 1), ("B", 1)]


def test_who_would_have_found_a_cap_full_can_be_opened(life: Life) -> None:
    """The map lets each stage speak once: what comes after the invitation is too much."""
    cap = {"per": "application", "window": "stage", "at_most": 1}
    replay = tried(life, {"limits": {"caps": [cap]}})
    told, page = shown(life, replay)
    assert replay.result["who"]["capped"] == 1
    (example,) = dict(told.examples)["capped"]
    capped = [one.name for one in example.after if one.capped]
    assert capped == ["Invite: our answer", "Reminder"]
    assert replay.result["after"]["capped"] == len(capped)
    assert not any(one.capped for one in example.before)
    assert "Who would have found a cap full" in page
    assert f'id="capped-{example.candidate}"' in page


def test_who_only_waited_for_a_cap_is_told_apart(life: Life) -> None:
    replay = tried(life, {"limits": {"caps": [{"per": "person", "hours": 24, "at_most": 1}]}})
    told, page = shown(life, replay)
    found = [one for one in dict(told.examples)["capped"][0].after if one.capped]
    assert (found[0].name, found[0].verdict) == ("Invite", "send")
    assert found[0].waited
    assert "waited: a cap was full" in page
    assert "1 person · 1 example" in page
