"""Two people at one draft; stages, settings and YAML."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from followthrough.accounts.models import Organization
from followthrough.governance import policies
from followthrough.journeys import documents, drafts
from followthrough.journeys.drafts import Who
from followthrough.journeys.models import MessageMap
from followthrough.web.console.editor.given import Given
from followthrough.web.console.editor.settings_form import fields as settings_fields
from followthrough.web.console.editor.tests.drafted import (
    HTMX,
    at,
    form,
    hidden,
    map,
    said,
    shown,
    tom,
)
from followthrough.web.console.tests.conftest import organization, owner
from tests import world

pytestmark = pytest.mark.django_db
__all__ = ["map", "organization", "owner"]  # fixtures


# --- two people ----------------------------------------------------------------------------------


def test_the_second_sees_both_texts_and_chooses(
    organization: Organization, map: MessageMap, owner: Client
):
    other, here = tom(organization), at("edit-touch", map.id, "thanks")
    mine = form(map, "thanks", say_sms_en_body="My words")
    other.post(here, form(map, "thanks", say_sms_en_body="Their words", act="done"))
    page = owner.post(here, mine, **HTMX).content.decode()
    assert "Somebody changed this meanwhile" in page
    answer = owner.post(here, mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "My words" in page
    assert "Their words" in page
    assert said(map, "thanks")["content"]["sms"]["en"]["body"] == "Their words"
    owner.post(here, hidden(page) | {"act": "save"})
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


def test_whoever_puts_it_back_second_sees_both_and_chooses(
    organization: Organization, map: MessageMap, owner: Client
):
    other, here = tom(organization), at("edit-touch", map.id, "thanks")
    mine, theirs = (form(map, "thanks", say_sms_en_body=one) for one in ("My words", "Their words"))
    other.post(at("act-on-touch", map.id, "thanks"), {"act": "remove"})
    other.post(here, theirs | {"act": "put-back"})
    answer = owner.post(here, mine | {"act": "put-back"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "My words" in page
    assert "Their words" in page
    owner.post(here, hidden(page) | {"act": "save"})
    assert said(map, "thanks")["content"]["sms"]["en"]["body"] == "My words"


# --- stages and settings -------------------------------------------------------------------------


def limits(**given: str) -> dict[str, str]:
    return {"cap-TOTAL_FORMS": "1", "cap-INITIAL_FORMS": "0", **given}


def test_hours_of_its_own_begin_as_those_of_the_policy(map: MessageMap, owner: Client):
    shown = owner.get(at("edit-stage", map.id, "applied")).content.decode()
    usual = policies.default_document()["hours"]["default"]["mon"][0].replace("-", "–")
    assert f'name="hours-mon" value="{usual}"' in shown
    assert 'name="hours-own" id="id_hours-own">' in shown  # not ticked


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
    page = answer.content.decode()
    assert "changed this meanwhile" in page
    assert "Where the two differ" in page
    assert re.search(r"Theirs.*Yours", page, re.S)


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
    answer = owner.post(at("edit-settings", map.id), {**sent, "yes_sms_en_body": "Until then!"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "<del>See you" in page
    assert "<ins>Until then" in page
    assert drafts.document(drafts.of(map)).replies == found.replies


def settings_form(map: MessageMap, **given: Any) -> dict[str, Any]:
    """What a browser sends of the settings as they stand, with some fields filled in otherwise."""
    draft = drafts.of(map)
    fields = settings_fields(draft) | {"seen": [drafts.digest(draft, "settings")]}
    return limits(languages="en") | fields | given


def test_the_settings_save_themselves(organization: Organization, map: MessageMap, owner: Client):
    here = at("edit-settings", map.id)
    answer = owner.post(here, settings_form(map, description="For stores"), **HTMX)
    page = answer.content.decode()
    assert "Saved" in page
    assert "<html" not in page
    assert hidden(page)["seen"] == drafts.digest(drafts.of(map), "settings")
    assert drafts.document(drafts.of(map)).description == "For stores"
    wrong = settings_form(map, name=" ", description="Lost?")
    page = owner.post(here, wrong, **HTMX).content.decode()
    assert "Not saved yet" in page
    assert "A map needs a name" in page
    page = owner.post(here, settings_form(map, **{"hours-own": "on", "hours-mon": "late"}), **HTMX)
    assert "Hours, Mon: " in page.content.decode()
    assert drafts.document(drafts.of(map)).description == "For stores"


def test_a_language_more_brings_its_fields(map: MessageMap, owner: Client):
    here = at("edit-settings", map.id)
    page = owner.post(here, settings_form(map, languages=["en", "es"]), **HTMX).content.decode()
    assert 'name="yes_sms_es_body"' in page
    page = owner.post(here, settings_form(map, languages=["en", "es"]), **HTMX).content.decode()
    assert 'name="yes_sms_es_body"' not in page  # whoever writes there keeps the place


def test_what_two_write_at_the_settings_is_kept_until_one_chooses(
    organization: Organization, map: MessageMap, owner: Client
):
    here, mine = at("edit-settings", map.id), settings_form(map, description="Mine")
    tom(organization).post(here, settings_form(map, description="Theirs"), **HTMX)
    page = owner.post(here, mine, **HTMX).content.decode()
    assert "Somebody changed this meanwhile" in page
    assert drafts.document(drafts.of(map)).description == "Theirs"
    page = owner.post(here, mine).content.decode()
    assert "hx-post" not in page.partition("<form")[2].partition(">")[0]  # only a button saves now
    owner.post(here, mine | {"seen": hidden(page)["seen"], "act": "save"})
    assert drafts.document(drafts.of(map)).description == "Mine"


def test_a_stage_saves_itself(organization: Organization, map: MessageMap, owner: Client):
    here, seen = at("edit-stage", map.id, "applied"), drafts.digest(drafts.of(map), "stage:applied")
    sent = limits(ends="yes", seen=seen)
    page = owner.post(here, sent, **HTMX).content.decode()
    assert "Saved" in page
    assert hidden(page)["seen"] == drafts.digest(drafts.of(map), "stage:applied")
    assert drafts.of(map).document["stages"]["applied"]["ends"] is True
    page = owner.post(here, sent | {"ends": "no"}, **HTMX).content.decode()
    assert "Somebody changed this meanwhile" in page
    again = sent | {"seen": drafts.digest(drafts.of(map), "stage:applied"), "hours-mon": "x"}
    assert "Hours, Mon: " in owner.post(here, again, **HTMX).content.decode()


def test_a_draft_is_replaced_by_yaml_and_taken_back(map: MessageMap, owner: Client):
    text = shown(owner, at("replace-draft", map.id))
    assert "schema: 2" in text
    sent = hidden(text) | {"yaml": "schema: 2\nname: Short\nstages: {}\n"}
    owner.post(at("replace-draft", map.id), sent)
    assert drafts.document(drafts.of(map)).name == "Short"
    edit = drafts.last_edit(drafts.of(map))
    assert edit
    owner.post(at("undo-edit", map.id, edit.revision))
    assert len(drafts.document(drafts.of(map)).touches) == 2
    documents.read_yaml(owner.get(at("draft-yaml", map.id)).content.decode())


def test_whoever_replaces_all_second_sees_both_and_chooses(
    organization: Organization, map: MessageMap, owner: Client
):
    here = at("replace-draft", map.id)
    sent = hidden(shown(owner, here)) | {"yaml": "schema: 2\nname: Short\nstages: {}\n"}
    other = form(map, "thanks", say_sms_en_body="Their words", act="done")
    tom(organization).post(at("edit-touch", map.id, "thanks"), other)
    answer = owner.post(here, sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Their words" in page
    assert "Only in theirs" in page
    assert "name: Short" in page
    assert said(map, "thanks")["content"]["sms"]["en"]["body"] == "Their words"
    owner.post(here, sent | hidden(page))
    assert drafts.document(drafts.of(map)).name == "Short"


def test_a_draft_somebody_else_edited_meanwhile_is_not_thrown_away(
    organization: Organization, map: MessageMap, owner: Client
):
    drafts.remove_touch(map, "hello", who=Who("tom", world.NOON))
    sent = hidden(shown(owner, at("edit-map", map.id)))
    drafts.remove_touch(map, "thanks", who=Who("tom", world.NOON))
    page = owner.post(at("discard-draft", map.id), sent, follow=True).content.decode()
    assert "changed the draft since you looked at it" in page
    assert said(map, "thanks") is None
    owner.post(at("discard-draft", map.id), hidden(shown(owner, at("edit-map", map.id))))
    assert said(map, "thanks")


def test_the_form_is_the_same_document_when_nothing_is_touched(map: MessageMap, owner: Client):
    before = said(map, "thanks")
    given = Given(form(map, "thanks"))
    owner.post(at("edit-touch", map.id, "thanks"), given)
    assert said(map, "thanks") == before
