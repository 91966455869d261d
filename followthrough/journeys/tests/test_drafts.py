"""Drafts: every edit has a way back, and two people do not undo each other unseen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings

from followthrough.audit.models import Fact
from followthrough.journeys import drafts, edits, proposals, versions
from followthrough.journeys.drafts import Who
from followthrough.journeys.edits import NoSuchTouch
from followthrough.journeys.models import Assignment, Draft, DraftEdit, MessageMap
from followthrough.journeys.problems import DocumentError
from followthrough.journeys.refusals import Conflict, NotTheLast, Published, StillUsed
from followthrough.journeys.tests import strategies
from followthrough.journeys.tests.builders import a_map
from tests import world

pytestmark = pytest.mark.django_db
MAYA, TOM = Who("maya", world.NOON), Who("tom", world.NOON + timedelta(minutes=1))
LATER = Who("maya", world.NOON + timedelta(hours=1))
SHORT = "schema: 2\nname: Short  # by hand\nstages: {}\n"
LONGER = "schema: 2\nname: Longer  # by another hand\nstages: {}\n"
STAGES: dict[str, Any] = {
    "applied": {"touches": [
        {"key": "thanks", "trigger": {"stage_entered": {}}},
        {"key": "waiting", "trigger": {"no_reply": {"to": "thanks", "within": "P2D"}}},
    ]},
}  # fmt: skip


@pytest.fixture
def map(db: None) -> MessageMap:
    found = MessageMap.objects.create(
        organization=world.organization(), name="Stores", slug="stores"
    )
    versions.publish(map=found, document=a_map(STAGES), author_id="", at=world.NOON)
    return found


def says(map: MessageMap) -> list[str]:
    return edits.keys(drafts.of(map).document)


def changed(map: MessageMap, key: str, **given: Any) -> dict[str, Any]:
    return {**edits.part(drafts.of(map).document, f"touch:{key}"), **given}


def seen(map: MessageMap, part: str) -> str:
    return drafts.digest(drafts.of(map), part)


def save(map: MessageMap, key: str, who: Who = MAYA, **given: Any) -> Draft:
    return drafts.save_touch(
        map, key, changed(map, key, **given), seen=seen(map, f"touch:{key}"), who=who
    )


def replace(map: MessageMap, text: str, who: Who = MAYA) -> Draft:
    return drafts.replace(map, text, seen=seen(map, drafts.WHOLE), who=who)


def undo(map: MessageMap) -> None:
    last = drafts.last_edit(drafts.of(map))
    assert last
    drafts.undo(map, revision=last.revision, who=MAYA)


def test_a_draft_begins_with_the_newest_version_and_looking_stores_nothing(map: MessageMap):
    assert says(map) == ["thanks", "waiting"]
    assert not drafts.differs(drafts.of(map))
    assert not Draft.objects.exists()
    save(map, "thanks", priority=2)
    assert drafts.differs(drafts.of(map))
    assert map.versions.count() == 1


def test_a_touch_gets_a_key_of_its_own_from_its_name(map: MessageMap):
    assert drafts.add_touch(map, "screen", "Thanks!", who=MAYA) == "thanks_2"
    assert drafts.add_touch(map, "screen", "¿Qué tal?", who=MAYA) == "que_tal"
    assert drafts.add_touch(map, "screen", "2 days on", who=MAYA) == "touch_2_days_on"
    assert drafts.add_touch(map, "lead", "您好", who=MAYA) == "touch"
    assert {"touch", "thanks_2", "que_tal", "touch_2_days_on"} < set(says(map))


def test_a_removed_touch_does_not_lend_its_key_to_another(map: MessageMap):
    drafts.remove_touch(map, "waiting", who=MAYA)
    assert drafts.add_touch(map, "applied", "Waiting", who=MAYA) == "waiting_2"


def test_whoever_saves_second_sees_both(map: MessageMap):
    opened = seen(map, "touch:thanks")
    save(map, "thanks", TOM, priority=2)
    mine = changed(map, "thanks", priority=7)
    with pytest.raises(Conflict) as found:
        drafts.save_touch(map, "thanks", mine, seen=opened, who=MAYA)
    assert found.value.mine["priority"] == 7
    assert found.value.theirs["priority"] == 2
    assert found.value.draft.edited_by == "tom"
    assert changed(map, "thanks")["priority"] == 2


def test_another_touch_is_no_conflict_nor_is_the_same_text(map: MessageMap):
    opened = seen(map, "touch:thanks")
    save(map, "waiting", TOM, priority=9)
    drafts.save_touch(map, "thanks", changed(map, "thanks", priority=2), seen=opened, who=MAYA)
    drafts.save_touch(map, "thanks", changed(map, "thanks"), seen=opened, who=TOM)


def test_what_somebody_removed_meanwhile_is_a_conflict(map: MessageMap):
    opened, mine = seen(map, "touch:thanks"), changed(map, "thanks", priority=2)
    drafts.remove_touch(map, "thanks", who=TOM)
    with pytest.raises(Conflict) as found:
        drafts.save_touch(map, "thanks", mine, seen=opened, who=MAYA)
    assert found.value.theirs is None


def test_whoever_puts_it_back_second_sees_both(map: MessageMap):
    opened, mine = seen(map, "touch:thanks"), changed(map, "thanks", priority=2)
    theirs = changed(map, "thanks", priority=7)
    drafts.remove_touch(map, "thanks", who=TOM)
    drafts.put_back(map, "applied", theirs, who=TOM)
    with pytest.raises(Conflict) as found:
        drafts.put_back(map, "applied", mine, who=MAYA)
    assert (found.value.mine["priority"], found.value.theirs["priority"]) == (2, 7)
    assert seen(map, "touch:thanks") != opened
    drafts.put_back(map, "applied", theirs, who=MAYA)
    assert says(map) == ["waiting", "thanks"]


def test_a_draft_is_always_a_map(map: MessageMap):
    with pytest.raises(DocumentError):
        save(map, "thanks", priority=12)
    assert not drafts.differs(drafts.of(map))


def test_each_edit_has_a_way_back(map: MessageMap):
    drafts.remove_touch(map, "thanks", who=MAYA)
    removal = drafts.of(map).revision
    drafts.move_touch(map, "waiting", stage="screen", who=MAYA)
    with pytest.raises(NotTheLast):
        drafts.undo(map, revision=removal, who=MAYA)
    last = drafts.last_edit(drafts.of(map))
    assert last
    assert drafts.undo(map, revision=last.revision, who=MAYA) == "moved touch:waiting"
    assert drafts.undo(map, revision=removal, who=MAYA) == "removed touch:thanks"
    assert not drafts.differs(drafts.of(map))
    with pytest.raises(NotTheLast):
        drafts.undo(map, revision=removal, who=MAYA)


def test_what_one_person_types_at_one_touch_is_one_edit(map: MessageMap):
    for priority in (1, 2, 3):
        save(map, "thanks", priority=priority)
    save(map, "thanks", TOM, priority=4)
    save(map, "thanks", LATER, priority=6)
    assert DraftEdit.objects.count() == 3
    last = drafts.last_edit(drafts.of(map))
    assert last
    drafts.undo(map, revision=last.revision, who=LATER)
    assert changed(map, "thanks")["priority"] == 4


def test_touches_are_copied_switched_and_put_the_other_way_round(map: MessageMap):
    assert drafts.copy_touch(map, "thanks", who=MAYA) == "thanks_2"
    drafts.exchange(map, "thanks", "thanks_2", who=MAYA)
    assert says(map) == ["thanks_2", "thanks", "waiting"]
    drafts.switch_touch(map, "thanks", on=False, who=MAYA)
    assert not changed(map, "thanks")["enabled"]
    with pytest.raises(NoSuchTouch):
        drafts.switch_touch(map, "gone", on=False, who=MAYA)


def test_a_name_changes_until_it_is_published_and_what_speaks_of_it_with_it(map: MessageMap):
    with pytest.raises(Published):
        drafts.rename_touch(map, "thanks", "Hello", who=MAYA)
    key = drafts.add_touch(map, "applied", "Ask", who=MAYA)
    save(map, "waiting", trigger={"no_reply": {"to": key, "within": "P2D"}},
         when={"any": [{"field": f"ask.{key}", "op": "is", "value": "open"}]})  # fmt: skip
    assert drafts.rename_touch(map, key, "Ask again", who=MAYA) == "ask_again"
    nudge = changed(map, "waiting")
    assert nudge["trigger"]["no_reply"]["to"] == "ask_again"
    assert nudge["when"]["any"][0]["field"] == "ask.ask_again"
    assert drafts.rename_touch(map, "ask_again", "Ask again", who=MAYA) == "ask_again"


def test_the_keys_of_every_version_are_known_without_their_documents(map: MessageMap):
    later = a_map({"applied": {"ends": True}, "screen": {"touches": [
        {"key": "later", "trigger": {"stage_entered": {}}},
    ]}})  # fmt: skip
    versions.publish(map=map, document=later, author_id="", at=world.NOON)
    with CaptureQueriesContext(connection) as asked:
        assert drafts.published_keys(map) == {"thanks", "waiting", "later"}
    assert not [one for one in asked if '."document"' in one["sql"]]


def test_stages_and_settings_are_parts_of_their_own(map: MessageMap):
    stage, settings = seen(map, "stage:applied"), seen(map, "settings")
    save(map, "thanks", TOM, priority=2)
    drafts.save_stage(map, "applied", {"ends": True}, seen=stage, who=MAYA)
    drafts.save_settings(map, {"settle": "PT1M"}, seen=settings, who=MAYA)
    found = drafts.document(drafts.of(map))
    assert found.ends("applied")
    assert found.settle == "PT1M"
    with pytest.raises(Conflict):
        drafts.save_stage(map, "applied", {"ends": False}, seen=stage, who=TOM)


def test_a_yaml_text_replaces_all_or_nothing(map: MessageMap):
    with pytest.raises(DocumentError):
        replace(map, "schema: 2\nname: X\nstages: {nowhere: {}}\n")
    assert says(map) == ["thanks", "waiting"]
    replace(map, SHORT)
    assert says(map) == []
    assert drafts.text(drafts.of(map)) == SHORT


def test_what_replaced_all_is_taken_back_to_the_byte(map: MessageMap):
    replace(map, SHORT)
    drafts.save_settings(
        map, {"settle": "PT1M"}, languages=["es"], seen=seen(map, "settings"), who=MAYA
    )
    before = drafts.text(drafts.of(map))
    assert "# by hand" in before
    replace(map, LONGER)
    undo(map)
    assert drafts.text(drafts.of(map)) == before
    assert drafts.of(map).languages == ["es"]
    undo(map)
    assert drafts.of(map).languages == []
    replace(map, SHORT.replace("by hand", "by machine"))  # only a comment, and yet an edit
    undo(map)
    assert drafts.text(drafts.of(map)) == SHORT


def test_a_whole_draft_is_not_replaced_over_what_somebody_else_wrote(map: MessageMap):
    opened = seen(map, drafts.WHOLE)
    save(map, "thanks", TOM, priority=2)
    with pytest.raises(Conflict) as found:
        drafts.replace(map, SHORT, seen=opened, who=MAYA)
    assert found.value.mine["name"] == "Short"
    assert changed(map, "thanks")["priority"] == 2
    commented = seen(map, drafts.WHOLE)
    replace(map, SHORT, who=TOM)
    drafts.replace(map, SHORT, seen=commented, who=MAYA)  # it says so already
    with pytest.raises(Conflict):
        drafts.replace(map, SHORT.replace("by hand", "mine"), seen=commented, who=MAYA)


def test_a_draft_is_thrown_away_as_it_was_looked_at_and_on_record(map: MessageMap):
    save(map, "thanks", priority=3)
    opened = seen(map, drafts.WHOLE)
    save(map, "waiting", TOM, priority=2)
    with pytest.raises(Conflict):
        drafts.discard(map, seen=opened, who=MAYA)
    assert changed(map, "waiting")["priority"] == 2
    drafts.discard(map, seen=seen(map, drafts.WHOLE), who=MAYA)
    assert not drafts.differs(drafts.of(map))
    fact = Fact.objects.get(verb="threw_away_draft")
    assert (fact.actor_id, fact.subject_id, fact.why) == (
        "maya", map.id, {"revision": 2, "base": 1},
    )  # fmt: skip


def test_a_map_that_was_never_published_goes_with_its_draft(map: MessageMap):
    new = MessageMap.objects.create(organization=map.organization, name="New", slug="new")
    drafts.begin(new, a_map(STAGES), source="", languages=[], who=MAYA)
    rule = Assignment.objects.create(organization=map.organization, map=new)
    with pytest.raises(StillUsed, match="A rule gives it"):
        drafts.discard(new, seen=seen(new, drafts.WHOLE), who=MAYA)
    rule.delete()
    waits = proposals.propose(
        map=new, document=a_map(STAGES), author_id="tom", note="New", at=world.NOON
    )
    with pytest.raises(StillUsed, match="waits for a second person"):
        drafts.discard(new, seen=seen(new, drafts.WHOLE), who=MAYA)
    proposals.close(waits, by="tom", at=world.NOON)
    assert not drafts.discard(new, seen=seen(new, drafts.WHOLE), who=MAYA)
    assert list(MessageMap.objects.all()) == [map]
    assert Fact.objects.get(verb="removed_map").why == {"slug": "new"}
    assert not drafts.discard(new, seen="", who=TOM)  # who pressed it too


@settings(max_examples=25)
@given(strategies.maps)
def test_editing_a_part_as_it_is_changes_nothing(document: Any):
    raw = document.dump()
    for key in edits.keys(raw):
        assert edits.with_touch(raw, key, edits.part(raw, f"touch:{key}")) == raw
        assert edits.keys(edits.removed(edits.copied(raw, key, "copy"), "copy")) == edits.keys(raw)
