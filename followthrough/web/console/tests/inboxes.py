"""People who wait in an inbox, what they said, and the page as a member sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from followthrough.accounts.models import Organization
from followthrough.audit.facts import Actor
from followthrough.conversations import handoffs
from followthrough.conversations.models import Handoff
from followthrough.core.ids import uuid7
from followthrough.governance import consent
from followthrough.messages.models import Message, Touch
from followthrough.people.models import Application, ContactPoint
from tests import world
from tests.world import NOON

HOUR = timedelta(hours=1)


def applied(organization: Organization, given: str, family: str, **points: str) -> Application:
    ats = world.connection(organization)
    known = {"given_name": given, "family_name": family, "region": "NV"}
    person = world.candidate(ats, zone_stated="America/Los_Angeles", **known, **points)
    opening = world.requisition(ats, site=world.site(organization))
    made = world.application(person, opening, stage="interview")
    may_be_texted(made)
    return made


def may_be_texted(application: Application) -> None:
    for point in ContactPoint.objects.filter(candidate=application.candidate, kind="phone"):
        entry = consent.Entry(
            application.organization_id, application.candidate_id, point.id, point.address_key,
            "sms", "granted", "application_form", "ats", {}, Actor("ats", "a"), NOON - 48 * HOUR,
        )  # fmt: skip
        consent.record_all([entry])


def waiting(application: Application, reason: str = "unclear", **given: Any) -> Handoff:
    at = given.pop("at", NOON - HOUR)
    made = handoffs.open(
        organization_id=application.organization_id, candidate_id=application.candidate_id,
        application_id=application.id, reason=reason, at=at,
    )  # fmt: skip
    if given:
        Handoff.objects.filter(id=made.id).update(**given)
        made.refresh_from_db()
    return made


def said(application: Application, body: str, **given: Any) -> Message:
    return Message.objects.create(
        **{"organization": application.organization, "application": application,
           "candidate": application.candidate, "direction": "in", "channel": "sms",
           "sender_id": uuid7(), "body": body, "at": NOON - HOUR, "provider_id": str(uuid7()),
           "reading": {"kind": "unclear", "rule": "doubt"}, **given}
    )  # fmt: skip


def written(application: Application, body: str = "Yes.", **given: Any) -> Touch:
    """Something a member wrote."""
    content = {"sms": {"en": {"subject": "", "body": body}}}
    return Touch.objects.create(
        **{"organization": application.organization, "application": application, "shard": 0,
           "candidate": application.candidate, "origin": "member", "key": "message",
           "occurrence": str(uuid7()), "purpose": "reply", "due_at": NOON, "planned_at": NOON,
           "channels": ["sms"], "content": content, **given}
    )  # fmt: skip


def page(client: Client, path: str = "/inbox/", **given: Any) -> str:
    answer = client.get(path, given)
    assert answer.status_code == 200
    return answer.content.decode()


def listed(shown: str) -> str:
    return shown[shown.index('class="inbox-rows"') : shown.index('<section class="talk')]


def open_one(client: Client, handoff: Handoff) -> str:
    return page(client, reverse("handoff", args=[handoff.id]))
