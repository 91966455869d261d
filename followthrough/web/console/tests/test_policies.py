"""The policy in words, with the law beside it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from followthrough.accounts.models import Organization
from followthrough.core.zones import Window
from followthrough.governance import optout, policies
from followthrough.governance.documents import CapDocument, PolicyDocument
from followthrough.governance.models import Policy
from followthrough.web.console import policies as pages
from followthrough.web.console import policy_words
from tests import world


def document(**given: Any) -> dict[str, Any]:
    return {**policies.default_document(), **given}


def published(organization: Organization, **given: Any) -> Policy:
    return policies.publish(
        organization=organization, document=document(**given), author_id="", note="Quieter",
        at=world.NOON,
    )  # fmt: skip


def page(client: Client, path: str = "/policies/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.django_db
def test_without_a_policy_of_ones_own_the_default_one_is_shown(owner: Client):
    shown = page(owner)
    assert "Nothing was published yet, so the default policy counts." in shown
    assert "Mon–Sat 09:00–20:00, Sun 12:00–20:00" in shown
    assert "Opt-outs and legal floors have no bypass." in shown
    assert (
        "At most 3 messages about their own application or for outreach to one address in any"
        in shown
    )
    assert owner.get("/policies/1").status_code == 404


@pytest.mark.django_db
def test_the_law_stands_beside_the_policy_and_wins_where_it_is_stricter(
    organization: Organization, owner: Client
):
    world.site(organization, name="Reno", region="NV")
    assert "stricter than the policy" not in page(owner)
    published(organization, hours={"default": {"mon": ["06:00-12:00"]}})
    shown = page(owner)
    assert "Mon 06:00–12:00" in shown
    assert "stricter than the policy" in shown
    assert "<strong>Mon 08:00–12:00</strong>" in shown
    assert "United States, federal" in shown
    assert "4 h of 168; the longest silence is 164 h" in shown


@pytest.mark.django_db
def test_a_version_says_what_it_changes(organization: Organization, owner: Client):
    published(organization)
    published(organization, reply_minutes=10, merge_nudges=False)
    shown = page(owner, "/policies/2")
    assert "What this version changes of v1" in shown
    assert "<strong>Answers</strong>: <s>For 30 minutes after somebody writes" in shown
    assert "In force" in shown
    first = page(owner, "/policies/1")
    assert "Not in force any more" in first
    assert "What it says otherwise than the default policy" in first
    assert "For 30 minutes after somebody writes they may be answered" in first


@pytest.mark.django_db
def test_it_asks_few_questions(
    organization: Organization, owner: Client, django_assert_max_num_queries: Any
):
    for number in range(4):
        published(organization, reply_minutes=number + 5)
    with django_assert_max_num_queries(10):
        page(owner)


def test_every_way_of_stopping_is_listed_where_it_belongs():
    found = pages._words()
    shown = [examples for one in found for examples in one.examples]
    assert len(shown) == len(list(optout.rules()))
    assert found[0].outcome == pages.OUTCOMES["opt_out"]
    stops = [one for one in found if one.outcome == pages.OUTCOMES["opt_out"]]
    by_language: dict[str, list[str]] = {}
    for one in stops:
        for language, examples in one.examples:
            by_language.setdefault(language, []).extend(examples)
    assert "no me escriban más" in by_language["Spanish"]
    assert "please stop texting me" in by_language["English"]
    assert "STOP" in by_language[""]


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("week", "said"),
    [
        (None, "at any hour"),
        ({}, "never"),
        ({"mon": ["09:00-20:00"]}, "Mon 09:00–20:00"),
        ({"mon": ["09:00-20:00"], "tue": ["09:00-20:00"], "thu": ["09:00-20:00"]},
         "Mon–Tue 09:00–20:00, Thu 09:00–20:00"),
        ({"sun": ["13:00-24:00", "08:00-10:00"]}, "Sun 08:00–10:00 and 13:00–24:00"),
        ({"fri": ["22:00-02:00"]}, "Fri 22:00–02:00"),
    ],
)  # fmt: skip
def test_a_week_in_words(week: dict[str, list[str]] | None, said: str):
    read: Any = week
    if week:
        read = PolicyDocument.read(document(hours={"default": week})).hours["default"].week()
        assert all(isinstance(one, Window) for windows in read.values() for one in windows)
    assert policy_words.week(read) == said


@pytest.mark.parametrize(
    ("cap", "said"),
    [
        ({"per": "address", "hours": 24, "at_most": 3},
         "At most 3 messages to one address in any 24 hours."),
        ({"per": "person", "hours": 168, "at_most": 5, "channel": "sms", "purposes": ["outreach"]},
         "At most 5 text messages for outreach to one person in any 7 days."),
        ({"per": "person", "hours": 1, "at_most": 1,
          "purposes": ["outreach", "informational", "reply"]},
         "At most 1 message to one person in any 1 hour."),
        ({"per": "application", "window": "stage", "at_most": 3, "purposes": ["informational"]},
         "At most 3 messages about the application itself while it is in one stage."),
        ({"per": "application", "window": "stage", "at_most": 3},
         "At most 3 messages about one application while it is in one stage."),
    ],
)  # fmt: skip
def test_a_cap_in_words(cap: dict[str, Any], said: str):
    assert policy_words.cap(CapDocument.model_validate(cap)) == said


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (one.about, one.was, one.is_)
        for one in policy_words.changes(PolicyDocument.read(before), PolicyDocument.read(after))
    ]


def test_nothing_changes_between_a_policy_and_itself():
    assert changes(document(), document()) == []


def test_channels_that_change_alike_are_named_together():
    quieter = {**document()["hours"], "default": {"mon": ["10:00-11:00"]}}
    ((about, was, is_),) = changes(document(), document(hours=quieter))
    assert about == "Hours for text messages, WhatsApp messages, web chat messages and calls"
    assert (was, is_) == ("Mon–Sat 09:00–20:00, Sun 12:00–20:00", "Mon 10:00–11:00")


def test_caps_come_and_go():
    cap = {"per": "person", "hours": 24, "at_most": 2}
    ((about, was, is_),) = changes(document(), document(caps=[*document()["caps"], cap]))
    assert (about, was) == ("Cap", "")
    assert is_ == "At most 2 messages to one person in any 24 hours."
    assert changes(document(caps=[cap]), document(caps=[]))[0][2] == ""


def test_every_rule_of_a_policy_shows_when_it_changes():
    """No part of a policy may change without a word."""
    given = {
        "hours": {"default": {"mon": ["10:00-11:00"]}},
        "caps": [],
        "keep_for_priority": {"at_or_under": 3, "room": 1},
        "reply_minutes": 5,
        "require_consent": {"sms": False, "email": True},
        "merge_nudges": False,
        "spread_minutes": 20,
        "holidays": {"calendars": ["US"], "days": [], "channels": ["sms"]},
        "two_to_loosen": True,
        "hold_above": 50,
        "stale_days": 2,
    }
    assert set(given) == set(PolicyDocument.model_fields)
    for name, value in given.items():
        assert changes(document(), document(**{name: value})), name
