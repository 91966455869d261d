"""Findings as the editor says them: in the words of its forms."""

from __future__ import annotations

import pytest
from django.test import Client

from followthrough.journeys.models import MessageMap
from followthrough.web.console.editor import form_words
from followthrough.web.console.editor.tests.drafted import HTMX, at, form, map, shown
from followthrough.web.console.tests.conftest import organization, owner

pytestmark = pytest.mark.django_db
__all__ = ["map", "organization", "owner"]  # fixtures


def test_touches_are_named_as_the_board_names_them():
    reason = "It goes out at the same moment as “thank_you”. Did you mean 'thank_you' or 'thanks'?"
    assert form_words.of(reason, "", ["thank_you"])[0] == (
        "It goes out at the same moment as “Thank you”. Did you mean “Thank you” or 'thanks'?"
    )


def test_times_and_parts_are_named_as_the_form_names_them():
    reason = "It may still go out after interview_start, although it speaks of it as ahead."
    remedy = "Put that part into {% if interview_start %}, or wait for interview_start."
    assert form_words.of(reason, remedy) == (
        "It may still go out after the interview, although it speaks of it as ahead.",
        "Put that part into {% if interview_start %}, or wait for the interview.",
    )
    assert (
        "useful_for"
        not in form_words.of(reason, "Give it some minutes, or leave useful_for out.")[1]
    )


def test_an_empty_map_is_not_scolded(owner: Client):
    owner.post("/maps/new", {"name": "Nurses", "default_locale": "en"})
    empty = MessageMap.objects.get(name="Nurses")
    page = shown(owner, at("edit-map", empty.id))
    assert "Worth a look" not in page
    assert "Begin with the thank-you" in page


def test_no_text_yet_goes_as_soon_as_one_is_written(map: MessageMap, owner: Client):
    sent = form(map, "thanks", say_sms_en_body="Hello")
    answer = owner.post(at("edit-touch", map.id, "thanks"), sent, **HTMX)
    page = answer.content.decode()
    assert '<span class="soft" id="written-sms-en" hx-swap-oob="true"></span>' in page
    assert 'id="written-email-en" hx-swap-oob="true">no text yet</span>' in page


def test_a_wait_of_nothing_is_refused_in_the_words_of_the_form(map: MessageMap, owner: Client):
    sent = form(map, "thanks", offset_n="0", offset_unit="working", offset_at="", offset_was="")
    answer = owner.post(at("edit-touch", map.id, "thanks"), sent)
    page = answer.content.decode()
    assert "Choose how long, or a time of day." in page
    assert "PT0S" not in page.partition('id="wrong-offset_n"')[2].partition("</span>")[0]
