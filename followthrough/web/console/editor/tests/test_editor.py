"""The editor's pages: a map from nothing, forms that save themselves, a real candidate."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from followthrough.accounts.models import Organization, Role
from followthrough.journeys import drafts, edits, library
from followthrough.journeys.models import Draft, MessageMap
from followthrough.journeys.problems import DocumentError
from followthrough.web.console import text_places
from followthrough.web.console.editor import findings
from followthrough.web.console.editor.tests.drafted import (
    HTMX,
    applied,
    at,
    form,
    hidden,
    map,
    said,
    shown,
)
from followthrough.web.console.tests.conftest import member_of, organization, owner, signed_in

pytestmark = pytest.mark.django_db
__all__ = ["map", "organization", "owner"]  # fixtures


# --- a new map -----------------------------------------------------------------------------------


def test_a_map_begins_from_nothing(organization: Organization, owner: Client):
    given = {"name": "Campus leads", "default_locale": "es", "languages": ["en"]}
    answer = owner.post(at("new-map"), given)
    made = MessageMap.objects.get(name="Campus leads")
    assert answer.headers["Location"] == at("edit-map", made.id)
    assert drafts.document(drafts.of(made)).default_locale == "es"
    first = shown(owner, at("edit-map", made.id))
    assert "The first touch" in first
    assert '<option value="applied" selected>' in first
    owner.post(at("add-touch", made.id), {"stage": "applied", "name": "Thank you"})
    assert '<option value="screen" selected>' in shown(owner, at("edit-map", made.id))
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


def test_a_map_of_the_library_becomes_ones_own_draft(organization: Organization, owner: Client):
    page = shown(owner, at("new-map"))
    for one in library.entries():
        assert f'value="{one.slug}"' in page
    owner.post(at("new-map-from-library"), {"map": one.slug})
    assert drafts.of(MessageMap.objects.get()).source == library.source(one.slug)
    assert owner.post(at("new-map-from-library"), {"map": "none"}).status_code == 400


def test_a_broken_map_of_the_library_is_not_hidden(
    owner: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "broken.yaml").write_text("stages: 1")
    monkeypatch.setattr(library, "_FOLDER", tmp_path)
    monkeypatch.setattr(library, "_slugs", lambda: ("broken",))
    with pytest.raises(DocumentError):
        owner.get(at("new-map"))


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


def test_a_new_touch_is_no_mistake_before_anything_is_written(map: MessageMap, owner: Client):
    owner.post(at("add-touch", map.id), {"stage": "screen", "name": "Call"})
    page = shown(owner, at("edit-map", map.id))
    assert "from being published" not in page
    assert "No text yet" in page
    touch = shown(owner, at("edit-touch", map.id, "call"))
    assert '<span class="wrong" id="wrong-say_sms"></span>' in touch
    assert '<span class="soft" id="written-sms-en">no text yet</span>' in touch


def test_what_keeps_it_from_being_published_leads_to_its_touch(map: MessageMap, owner: Client):
    owner.post(at("add-touch", map.id), {"stage": "screen", "name": "Call"})
    owner.post(at("edit-touch", map.id, "call"), form(map, "call", channels="sms,email",
        say_email_en_subject="Call", say_email_en_body="Hello"))  # fmt: skip
    page = shown(owner, at("edit-map", map.id))
    assert "1 thing keeps it from being published" in page
    assert "It may go as a text message, and has no text for that." in page
    assert f'href="{at("edit-touch", map.id, "call")}"' in page


def test_what_is_found_in_a_text_says_in_which(map: MessageMap, owner: Client):
    empty = "{% if site.name == 'x' and site.name == 'y' %}Hi{% endif %}"
    owner.post(at("edit-touch", map.id, "hello"), form(map, "hello", channels="sms,email",
        say_sms_en_body=empty, say_email_en_subject=empty, say_email_en_body=empty))  # fmt: skip
    board, beside, publish = (
        shown(owner, at(*way))
        for way in (
            ("edit-map", map.id), ("edit-touch", map.id, "hello"), ("publish-map", map.id),
        )
    )  # fmt: skip
    for one in ("Text message, English", "Mail, English, subject", "Mail, English, text"):
        assert f"({one}): The text is empty" in board
        assert f"{one}: The text is empty" in beside
        assert f"({one}): The text is empty" in publish
    answer = ("ask", "answers", "confirmed", "reply", "sms", "es", "body")
    found = findings.Found("hello", "applied", answer, "", "", "", "sms", "es")
    assert text_places.where(found) == "our answer after a yes, Text message, Spanish"
    assert text_places.where(found._replace(place=("when",), channel="", locale="")) == ""


def test_a_draft_is_thrown_away(map: MessageMap, owner: Client):
    owner.post(at("act-on-touch", map.id, "hello"), {"act": "remove"})
    owner.post(at("discard-draft", map.id), hidden(shown(owner, at("edit-map", map.id))))
    assert not Draft.objects.exists()


def test_a_map_that_was_never_published_is_removed_and_says_so_before(owner: Client):
    owner.post(at("new-map"), {"name": "Visits", "default_locale": "en"})
    made = MessageMap.objects.get()
    page = shown(owner, at("edit-map", made.id))
    assert "the map and all of its draft are gone" in page
    answer = owner.post(at("discard-draft", made.id), hidden(page), follow=True)
    assert "is removed" in answer.content.decode()
    assert not MessageMap.objects.exists()


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
