"""A published map with a draft, and what a browser asks and sends."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from followthrough.accounts.models import Organization, Role
from followthrough.journeys import drafts, edits, versions
from followthrough.journeys.models import MessageMap, Run
from followthrough.journeys.tests.builders import a_map
from followthrough.people.models import Site
from followthrough.web.console.editor import touch_form
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


def hidden(page: str) -> dict[str, str]:
    """What the forms of a page carry unseen."""
    return dict(re.findall(r'type="hidden" name="([^"]+)"(?: id="[^"]+")? value="([^"]*)"', page))


def said(map: MessageMap, key: str) -> Any:
    return edits.part(drafts.of(map).document, f"touch:{key}")


def tom(organization: Organization) -> Client:
    return signed_in(member_of(organization, Role.OPERATIONS))


def applied(organization: Organization, map: MessageMap, **given: Any) -> Any:
    """An application in the map."""
    ats = world.connection(organization)
    there = Site.objects.filter(organization=organization).first() or world.site(
        organization, name="Reno"
    )
    job = world.requisition(ats, site=there)
    made = world.application(world.candidate(ats, **given), job, fields={"years": 3})
    Run.objects.create(organization=organization, application=made, version=map.versions.get(),
                       state={}, started_at=world.NOON)  # fmt: skip
    return made
