"""The editor's pages: a map from nothing, forms that save themselves, two people at one touch."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from followthrough.accounts.models import Organization, Role
from followthrough.journeys import documents, drafts, edits, versions
from followthrough.journeys.models import Draft, MessageMap, Run
from followthrough.journeys.tests.builders import a_map
from followthrough.people.models import Site
from followthrough.web.console.editor import new_page, touch_form
from followthrough.web.console.editor.given import Given
from followthrough.web.console.tests.conftest import member_of, organization, owner, signed_in
from tests import world

pytestmark = pytest.mark.django_db
__all__ = ["organization", "owner"]  # fixtures
HTMX = {"HTTP_HX_REQUEST": "true"}
BODY = "Hi {{ candidate.given_name }}, see you {{ interview_start | local_time }}."
STAGES: dict[str, Any] = {
    "applied": {"touches": [
        {"key": "thanks", "trigger": {"stage_entered": {}},
         "content": {"sms": {"en": {"body": BODY}}}},
        {"key": "hello", "trigger": {"stage_entered": {}}},
    ]},
}  # fmt: skip


@pytest.fixture
def map(organization: Organization) -> MessageMap:
    found = MessageMap.objects.create(organization=organization, name="Stores", slug="stores")
    versions.publish(map=found, document=a_map(STAGES), author_id="", at=world.NOON)
    return found


def at(name: str, *keys: Any) -> str:
    return reverse(name, args=keys)


def shown(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def form(map: MessageMap, key: str, **given: Any) -> dict[str, Any]:
    """What a browser sends of the form as it stands, with some fields filled in otherwise."""
    draft = drafts.of(map)
    fields = touch_form.fields(edits.part(draft.document, f"touch:{key}"))
    seen = {"seen": drafts.digest(draft, f"touch:{key}"), "stage": "applied", "act": "save"}
    return {**fields, **seen, **given}


def said(map: MessageMap, key: str) -> Any:
    return edits.part(drafts.of(map).document, f"touch:{key}")


def tom(organization: Organization) -> Client:
    return signed_in(member_of(organization, Role.OPERATIONS))


# --- a new map -----------------------------------------------------------------------------------


def test_a_map_begins_from_nothing(organization: Organization, owner: Client):
    given = {"name": "Campus leads", "default_locale": "es", "languages": ["en"]}
    answer = owner.post(at("new-map"), given)
    made = MessageMap.objects.get(name="Campus leads")
    assert answer.headers["Location"] == at("edit-map", made.id)
    assert drafts.document(drafts.of(made)).default_locale == "es"
    assert "The first touch" in shown(owner, at("edit-map", made.id))
    owner.post(at("add-touch", made.id), {"stage": "applied", "name": "Thank you"})
    page = shown(owner, at("edit-touch", made.id, "thank_you"))
    assert 'name="say_sms_es_body"' in page
    assert 'name="say_sms_en_body"' in page
    assert not made.versions.exists()


def test_two_maps_of_one_name_have_two_addresses(organization: Organization, owner: Client):
    for _ in range(2):
        owner.post(at("new-map"), {"name": "Stores", "default_locale": "en"})
    assert set(MessageMap.objects.values_list("slug", flat=True)) == {"stores", "stores-2"}


def test_a_yaml_that_is_wrong_comes_back_with_its_lines(organization: Organization, owner: Client):
    text = "schema: 2\nname: Stores\nstages:\n  nowhere: {}\n  applied: {touchs: []}\n"
    answer = owner.post(at("new-map-from-yaml"), {"yaml": text})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "<strong>Line 4</strong>" in page
    assert "<strong>Line 5</strong>" in page
    assert "Did you mean touches?" in page
    assert text in page
    assert not MessageMap.objects.exists()


def test_a_yaml_becomes_a_map_that_reads_back_byte_for_byte(
    organization: Organization, owner: Client
):
    text = "# Ours\nschema: 2\nname: 'Stores'   # quoted\nstages: {}\n"
    owner.post(at("new-map-from-yaml"), {"yaml": text.replace("\n", "\r\n")})
    made = MessageMap.objects.get()
    assert owner.get(at("draft-yaml", made.id)).content.decode() == text


def test_a_map_of_the_library_becomes_ones_own_draft(
    organization: Organization, owner: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    text = "schema: 2\nname: Stores\ndescription: For stores\nstages: {}\n"
    (tmp_path / "stores.yaml").write_text(text)
    (tmp_path / "broken.yaml").write_text("stages: 1")
    monkeypatch.setattr(new_page, "LIBRARY", tmp_path)
    new_page.library.cache_clear()
    page = shown(owner, at("new-map"))
    assert "For stores" in page
    assert "broken" not in page
    owner.post(at("new-map-from-library"), {"map": "stores"})
    assert drafts.of(MessageMap.objects.get()).source == text
    assert owner.post(at("new-map-from-library"), {"map": "none"}).status_code == 400
    new_page.library.cache_clear()


# --- the board -----------------------------------------------------------------------------------


def test_the_board_marks_what_is_different_and_says_who_wrote_it(map: MessageMap, owner: Client):
    page = shown(owner, at("edit-map", map.id))
    assert "It says the same as v1." in page
    assert not Draft.objects.exists()
    owner.post(at("act-on-touch", map.id, "hello"), {"act": "off"})
    page = shown(owner, at("edit-map", map.id))
    assert "1 changed" in page
    assert "A draft, last edited by Maya" in page
    assert "Undo: switched “Hello” off" in page
    assert "Go on with the draft" in shown(owner, "/maps/")


def test_touches_are_copied_moved_and_removed_and_each_is_undone(map: MessageMap, owner: Client):
    acts = ({"act": "copy"}, {"act": "move", "stage": "screen"}, {"act": "remove"})
    for sent in acts:
        owner.post(at("act-on-touch", map.id, "hello"), sent)
    assert set(edits.keys(drafts.of(map).document)) == {"thanks", "hello_2"}
    for _ in acts:
        page = shown(owner, at("edit-map", map.id))
        owner.post(re.findall(r'action="([^"]*/edit/undo/\d+)"', page)[-1])
    assert not drafts.differs(drafts.of(map))


def test_only_touches_due_together_have_an_order(map: MessageMap, owner: Client):
    page = shown(owner, at("edit-map", map.id))
    assert page.count('value="exchange"') == 2
    owner.post(at("act-on-touch", map.id, "thanks"), {"act": "exchange", "other": "hello"})
    assert edits.keys(drafts.of(map).document) == ["hello", "thanks"]
    owner.post(
        at("edit-touch", map.id, "hello"), form(map, "hello", offset_n="2", offset_unit="days")
    )
    assert 'value="exchange"' not in shown(owner, at("edit-map", map.id))


def test_what_keeps_it_from_being_published_leads_to_its_touch(map: MessageMap, owner: Client):
    owner.post(at("add-touch", map.id), {"stage": "screen", "name": "Call"})
    page = shown(owner, at("edit-map", map.id))
    assert "1 thing keeps it from being published" in page
    assert "says nothing there" in page
    assert f'href="{at("edit-touch", map.id, "call")}"' in page


def test_a_draft_is_thrown_away(map: MessageMap, owner: Client):
    owner.post(at("act-on-touch", map.id, "hello"), {"act": "remove"})
    owner.post(at("discard-draft", map.id))
    assert not Draft.objects.exists()


def test_the_board_asks_the_same_few_questions_however_many_touches(
    map: MessageMap, owner: Client, django_assert_max_num_queries: Any
):
    shown(owner, at("edit-map", map.id))
    for _ in range(5):
        owner.post(at("act-on-touch", map.id, "hello"), {"act": "copy"})
    with django_assert_max_num_queries(20):
        shown(owner, at("edit-map", map.id))


# --- the form of a touch -------------------------------------------------------------------------


def test_the_form_saves_itself_and_says_when(map: MessageMap, owner: Client):
    words = "Thanks, {{ candidate.given_name }}!"
    sent = form(map, "thanks", say_sms_en_body=words, priority="2")
    answer = owner.post(at("edit-touch", map.id, "thanks"), sent, **HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Saved " in page
    assert (
        said(map, "thanks")["content"]["sms"]["en"]["body"] == "Thanks, {{ candidate.given_name }}!"
    )
    assert said(map, "thanks")["priority"] == 2
    seen = re.search(r'id="seen" value="(\w+)"', page)
    assert seen
    assert seen[1] == drafts.digest(drafts.of(map), "touch:thanks")


def test_without_javascript_a_button_saves(map: MessageMap, owner: Client):
    sent = form(map, "thanks", act="done", priority="2")
    answer = owner.post(at("edit-touch", map.id, "thanks"), sent)
    assert answer.headers["Location"] == f"{at('edit-map', map.id)}#touch-thanks"
    assert said(map, "thanks")["priority"] == 2


def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(
    map: MessageMap, owner: Client
):
    sent = form(map, "thanks", offset_n="soon", say_sms_en_body="New words")
    for headers, status in ((HTMX, 200), ({}, 400)):
        answer = owner.post(at("edit-touch", map.id, "thanks"), sent, **headers)
        page = answer.content.decode()
        assert answer.status_code == (200 if headers else status)
        found = re.search(r'id="wrong-offset_n"[^>]*>(.*?)</span>', page, re.S)
        assert found
        assert "Write a whole number" in found[1]
    assert "New words" in page
    assert 'value="soon"' in page
    assert not Draft.objects.exists()


def test_a_mistake_in_a_text_is_saved_and_said_with_its_line(map: MessageMap, owner: Client):
    sent = form(map, "thanks", say_sms_en_body="Hi,\n{{ candidate.given_name")
    page = owner.post(at("edit-touch", map.id, "thanks"), sent, **HTMX).content.decode()
    found = re.search(r'id="wrong-say_sms_en_body"[^>]*>(.*?)</span>', page, re.S)
    assert found
    assert "In line 2 of the text" in found[1]
    assert "Saved " in page


def test_every_note_has_its_place_on_the_page(map: MessageMap, owner: Client):
    """What htmx is sent for a field must be there, or the browser complains."""
    whole = shown(owner, at("edit-touch", map.id, "thanks"))
    sent = form(map, "thanks", if_count="1")  # as the page has it: with an empty row
    part = owner.post(at("edit-touch", map.id, "thanks"), sent, **HTMX)
    ids = r'id="((?:wrong|meter)-[^"]+)"'
    notes = re.findall(ids, part.content.decode())
    assert sorted(notes) == sorted(re.findall(ids, whole))
    assert len(notes) > 20


def test_another_condition_and_another_language_are_a_button_away(map: MessageMap, owner: Client):
    sent = form(map, "thanks", act="row") | {
        "if_count": "1", "if_0_field": "site.name", "if_0_op": "is", "if_0_value": "Reno"
    }  # fmt: skip
    page = owner.post(at("edit-touch", map.id, "thanks"), sent).content.decode()
    assert 'name="if_2_field"' in page
    assert said(map, "thanks")["when"] == {"field": "site.name", "op": "is", "value": "Reno"}
    sent = form(map, "thanks", act="language", language="vi")
    answer = owner.post(at("edit-touch", map.id, "thanks"), sent)
    assert 'name="say_sms_vi_body"' in shown(owner, answer.headers["Location"])


def test_a_row_offers_what_fits_its_field(
    organization: Organization, map: MessageMap, owner: Client
):
    applied(organization, map)
    sent = form(map, "thanks", act="rows", if_count="1", if_0_field="application.fields.years")
    page = owner.post(at("edit-touch", map.id, "thanks"), sent, **HTMX).content.decode()
    first, second = re.findall(r'<select id="if_._op".*?</select>', page, re.S)
    assert "at_least" in first
    assert "contains" not in first
    assert "contains" in second
    assert '<option value="3">' in page
    assert 'name="if_1_field"' in page
    assert not Draft.objects.exists()


def test_a_name_is_changed_until_it_is_published(map: MessageMap, owner: Client):
    owner.post(at("add-touch", map.id), {"stage": "screen", "name": "Call"})
    answer = owner.post(at("act-on-touch", map.id, "call"), {"act": "rename", "name": "First call"})
    assert answer.headers["Location"] == at("edit-touch", map.id, "first_call")
    answer = owner.post(
        at("act-on-touch", map.id, "thanks"), {"act": "rename", "name": "X"}, follow=True
    )
    assert "It was published under this name" in answer.content.decode()


def test_who_only_reads_maps_edits_none(map: MessageMap, organization: Organization):
    reader = signed_in(member_of(organization, Role.RECRUITER))
    assert reader.get(at("edit-map", map.id)).status_code == 403
    assert "New map" not in shown(reader, "/maps/")


# --- for a real candidate ------------------------------------------------------------------------


def applied(organization: Organization, map: MessageMap, **given: Any) -> Any:
    ats = world.connection(organization)
    there = Site.objects.filter(organization=organization).first() or world.site(
        organization, name="Reno"
    )
    job = world.requisition(ats, site=there)
    made = world.application(world.candidate(ats, **given), job, fields={"years": 3})
    Run.objects.create(organization=organization, application=made, version=map.versions.get(),
                       state={}, started_at=world.NOON)  # fmt: skip
    return made


def test_a_text_is_shown_as_a_candidate_would_get_it(
    organization: Organization, map: MessageMap, owner: Client
):
    ada = applied(organization, map)
    page = shown(owner, at("edit-touch", map.id, "thanks"))
    assert "It would be dropped for Ada" in page
    assert "because the interview is not known of them" in page
    ada.anchors.create(organization=organization, name="interview_start", at=world.NOON)
    page = shown(owner, at("edit-touch", map.id, "thanks"))
    assert "Hi Ada, see you Wed 3 Jun, 10:00." in page
    assert "33 characters for Ada" in page
    assert "“Years” in the ATS" in page


def test_another_candidate_is_found_and_chosen(
    organization: Organization, map: MessageMap, owner: Client
):
    applied(organization, map)
    zoe = applied(organization, map, given_name="Zoe")
    found = shown(owner, at("touch-people", map.id, "thanks") + "?q=zoe")
    assert "Zoe" in found
    assert "Ada" not in found
    page = shown(owner, at("edit-touch", map.id, "hello") + f"?candidate={zoe.id}")
    assert "As Zoe" in page
    elsewhere = applied(world.organization(), map, given_name="Eve")
    page = shown(owner, at("edit-touch", map.id, "hello") + f"?candidate={elsewhere.id}")
    assert "Eve" not in page


def test_a_condition_that_does_not_hold_for_them_is_said(
    organization: Organization, map: MessageMap, owner: Client
):
    applied(organization, map)
    sent = form(map, "hello") | {
        "if_count": "1", "if_0_field": "site.name", "if_0_op": "is", "if_0_value": "Sparks"
    }  # fmt: skip
    page = owner.post(at("edit-touch", map.id, "hello"), sent, **HTMX).content.decode()
    assert "it asks whether the site is Sparks" in page


# --- two people ----------------------------------------------------------------------------------


def test_the_second_sees_both_texts_and_chooses(
    organization: Organization, map: MessageMap, owner: Client
):
    other, here = tom(organization), at("edit-touch", map.id, "thanks")
    mine = form(map, "thanks", say_sms_en_body="My words")
    other.post(here, form(map, "thanks", say_sms_en_body="Their words", act="done"))
    page = owner.post(here, mine, **HTMX).content.decode()
    assert "Somebody changed this touch meanwhile" in page
    answer = owner.post(here, mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "My words" in page
    assert "Their words" in page
    assert said(map, "thanks")["content"]["sms"]["en"]["body"] == "Their words"
    keep = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)) | {"act": "save"}
    owner.post(here, keep)
    assert said(map, "thanks")["content"]["sms"]["en"]["body"] == "My words"


def test_what_was_removed_meanwhile_can_be_put_back(
    organization: Organization, map: MessageMap, owner: Client
):
    mine = form(map, "thanks", say_sms_en_body="My words")
    tom(organization).post(at("act-on-touch", map.id, "thanks"), {"act": "remove"})
    answer = owner.post(at("edit-touch", map.id, "thanks"), mine)
    assert answer.status_code == 409
    assert "it was removed from the map" in answer.content.decode()
    owner.post(at("edit-touch", map.id, "thanks"), mine | {"act": "put-back"})
    assert said(map, "thanks")["content"]["sms"]["en"]["body"] == "My words"


# --- stages and settings -------------------------------------------------------------------------


def limits(**given: str) -> dict[str, str]:
    return {"cap-TOTAL_FORMS": "1", "cap-INITIAL_FORMS": "0", **given}


def test_a_stage_has_limits_of_its_own(map: MessageMap, owner: Client):
    seen = drafts.digest(drafts.of(map), "stage:applied")
    sent = limits(ends="yes", seen=seen, act="save") | {
        "cap-0-at_most": "2", "cap-0-channel": "", "cap-0-per": "application",
        "cap-0-window": "stage", "hours-own": "on", "hours-mon": "10-18",
    }  # fmt: skip
    owner.post(at("edit-stage", map.id, "applied"), sent)
    block = drafts.of(map).document["stages"]["applied"]
    assert block["ends"] is True
    assert block["limits"]["caps"][0]["window"] == "stage"
    assert block["limits"]["hours"]["default"]["mon"] == ["10:00-18:00"]
    assert len(block["touches"]) == 2
    assert "10:00–18:00" in shown(owner, at("edit-stage", map.id, "applied"))
    answer = owner.post(at("edit-stage", map.id, "applied"), {**sent, "ends": "no"})
    assert answer.status_code == 400
    assert "changed this meanwhile" in answer.content.decode()


def test_the_settings_of_a_map(map: MessageMap, owner: Client):
    seen = drafts.digest(drafts.of(map), "settings")
    sent = limits(
        name="Stores, new", description="For stores", default_locale="en", unmatched="pause",
        settle_n="2", settle_unit="minutes", settle_was='"PT30S"', languages="pl", seen=seen,
        yes_sms_en_body="See you!", act="save",
    )  # fmt: skip
    owner.post(at("edit-settings", map.id), sent)
    found = drafts.document(drafts.of(map))
    assert (found.name, found.settle, found.unmatched) == ("Stores, new", "PT2M", "pause")
    assert found.replies.confirmed
    assert len(found.touches) == 2
    assert 'name="say_sms_pl_body"' in shown(owner, at("edit-touch", map.id, "thanks"))


def test_a_draft_is_replaced_by_yaml_and_taken_back(map: MessageMap, owner: Client):
    text = shown(owner, at("replace-draft", map.id))
    assert "schema: 2" in text
    owner.post(at("replace-draft", map.id), {"yaml": "schema: 2\nname: Short\nstages: {}\n"})
    assert drafts.document(drafts.of(map)).name == "Short"
    edit = drafts.last_edit(drafts.of(map))
    assert edit
    owner.post(at("undo-edit", map.id, edit.revision))
    assert len(drafts.document(drafts.of(map)).touches) == 2
    documents.read_yaml(owner.get(at("draft-yaml", map.id)).content.decode())


def test_the_form_is_the_same_document_when_nothing_is_touched(map: MessageMap, owner: Client):
    before = said(map, "thanks")
    given = Given(form(map, "thanks"))
    owner.post(at("edit-touch", map.id, "thanks"), given)
    assert said(map, "thanks") == before
