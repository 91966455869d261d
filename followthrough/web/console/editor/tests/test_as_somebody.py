"""A touch as somebody real would get it: beside the form."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from followthrough.accounts.models import Organization
from followthrough.journeys import versions
from followthrough.journeys.models import MessageMap
from followthrough.journeys.tests.builders import a_map
from followthrough.web.console.editor.tests.drafted import (
    HTMX,
    applied,
    at,
    form,
    hidden,
    map,
    shown,
)
from followthrough.web.console.tests.conftest import organization, owner
from tests import world

pytestmark = pytest.mark.django_db
__all__ = ["map", "organization", "owner"]  # fixtures


def test_a_text_is_shown_as_a_candidate_would_get_it(
    organization: Organization, map: MessageMap, owner: Client
):
    ada = applied(organization, map)
    page = shown(owner, at("edit-touch", map.id, "thanks"))
    assert "It would be dropped for Ada" in page
    assert "because the interview is not known of them" in page
    ada.anchors.create(organization=organization, name="interview_start", at=world.NOON)
    page = shown(owner, at("edit-touch", map.id, "thanks"))
    assert "Hi Ada, see you Wed, Jun 3, 10:00 AM." in page
    assert "37 characters for Ada" in page
    assert "“Years” in the ATS" in page


def test_a_touch_is_shown_in_each_language_it_is_written_in(
    organization: Organization, map: MessageMap, owner: Client
):
    applied(organization, map)
    here = at("edit-touch", map.id, "thanks")
    texts = {
        "say_sms_en_body": "Thanks, {{ candidate.given_name }}.",
        "say_sms_es_body": "Gracias.",
    }
    sent = form(map, "thanks", **texts, language="es")
    page = owner.post(here, sent, **HTMX).content.decode()
    bubble = re.compile(r'class="bubble out" lang="(\w+)"')
    assert bubble.findall(page) == ["en"]
    page = shown(owner, here)
    assert re.findall(r'name="reads" value="(\w+)" aria-pressed="(\w+)"', page) == [
        ("en", "true"), ("es", "false"),
    ]  # fmt: skip
    page = owner.post(here, form(map, "thanks", **texts, reads=["", "es"]), **HTMX).content.decode()
    assert bubble.findall(page) == ["es"]
    assert hidden(page)["reads"] == "es"  # and so it stays while they write
    assert "English · " in page  # what they read themselves


def test_a_text_that_cannot_be_filled_in_says_why_in_one_sentence(
    organization: Organization, map: MessageMap, owner: Client
):
    applied(organization, map)
    sent = form(map, "thanks", say_sms_en_body="{% if company %}Hi")
    page = owner.post(at("edit-touch", map.id, "thanks"), sent, **HTMX).content.decode()
    assert "because line 1: " in page
    assert ".." not in page.partition("because line 1: ")[2].partition("</p>")[0]


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


def test_a_reminder_says_what_it_gives_way_to(
    organization: Organization, map: MessageMap, owner: Client
):
    soon = {"before": {"anchor": "interview_start", "by": "PT24H"}}
    ask = {"kind": "confirmation", "anchor": "interview_start"}
    invite = {"key": "invite", "trigger": {"stage_entered": {}}, "ask": ask}
    stages = {"interview": {"touches": [invite, {"key": "reminder", "trigger": soon}]}}
    versions.publish(map=map, document=a_map(stages), author_id="", at=world.NOON)
    page = shown(owner, at("edit-touch", map.id, "reminder"))
    assert "already gets “Invite” instead, and this only if that does not go out." in page
    assert "instead, and this only" not in shown(owner, at("edit-touch", map.id, "invite"))
