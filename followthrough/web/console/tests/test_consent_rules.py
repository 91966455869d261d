"""The page of a connection says what its fields mean: about consent, and which are times."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from followthrough.accounts.models import Organization
from tests import world

pytestmark = pytest.mark.django_db
RULE = {"field": "may_text", "granted": ["yes"], "revoked": ["no"], "channels": ["sms"]}


@pytest.mark.parametrize(
    ("kind", "config", "said"),
    [
        ("generic", {}, "under <code>candidate.consent</code>"),
        ("greenhouse", {}, "No field is taken for consent"),
        ("generic", {"consent": [RULE]}, "means yes when it is “yes”, no when it is “no”"),
        ("generic", {"consent": [{**RULE, "channels": ["fax"]}]}, "consent.0.channels.0"),
        ("generic", {"anchors": {"start_date": {"field": "starts"}}}, "<code>starts</code>; where"),
        ("generic", {"anchors": {"start_date": {}}}, "anchors.start_date.field"),
    ],
)
def test_what_its_fields_mean(
    owner: Client, organization: Organization, kind: str, config: dict[str, Any], said: str
) -> None:
    source = world.connection(organization, kind=kind, config=config)
    page = owner.get(reverse("connection", args=[source.id])).content.decode()
    assert said in page
