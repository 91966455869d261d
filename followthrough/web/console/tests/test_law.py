"""The law as the policy's page tells it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from followthrough.accounts.models import Organization
from followthrough.core.places import Place
from followthrough.web.console import law
from followthrough.web.console.tests.test_policies import published
from tests import world

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def told(*places: Place) -> dict[str, law.Told]:
    return {one.pack.id: one for one in law.told(places, AT)}


def test_what_a_pack_sets_is_said_in_sentences():
    found = told(("US", "NV"), ("US", "FL"), ("US", "OR"))
    assert set(found) == {"us-federal", "us-fl", "us-or"}
    assert found["us-federal"].places == "US-NV, US-FL, US-OR"
    florida = found["us-fl"]
    assert florida.rules == [
        "Text messages, WhatsApp messages and calls: Mon–Sun 08:00–20:00",
        "At most 3 messages about their own application or for outreach to one address in any"
        " 24 hours.",
    ]
    assert [trust for _source, trust in florida.sources] == ["the official text"]
    assert found["us-or"].dates == "counts from 1 Jan 2026"


def test_holidays_consent_and_what_must_be_said_are_told_too():
    found = told(("FR", ""))
    assert found["fr"].rules == [
        "Text messages and WhatsApp messages for outreach: Mon–Sat 08:00–20:00,"
        " never on public holidays"
    ]
    assert found["eu"].rules == [
        "Consent on record for text messages, mails and WhatsApp messages for outreach",
        "The first message says which company writes and how to stop messages",
    ]
    assert found["fr"].sources[0][1] == "a secondary source; unsettled"


@pytest.mark.parametrize(
    ("begins", "until", "said"),
    [
        (None, None, ""),
        (None, date(2027, 1, 31), "counts until 31 Jan 2027"),
        (date(2026, 1, 1), date(2027, 1, 31), "counts from 1 Jan 2026 until 31 Jan 2027"),
    ],
)
def test_when_a_pack_counts(begins: Any, until: Any, said: str):
    pack = told(("GB", ""))["gb"].pack.model_copy(update={"begins": begins, "until": until})
    assert law.Told(pack, "").dates == said


@pytest.mark.django_db
def test_the_page_tells_the_law_of_every_site_with_its_sources(
    organization: Organization, owner: Client
):
    world.site(organization, name="Dallas", region="TX", zone="America/Chicago")
    world.site(organization, name="Lyon", country="FR", region="", zone="Europe/Paris")
    shown = " ".join(owner.get("/policies/").content.decode().split())
    assert "The law where your sites are" in shown
    assert "https://www.varnumlaw.com/insights/texas-sb-140" in shown
    assert "seen 22 Nov 2026; a secondary source" in shown
    assert "<strong>France, promotional texts</strong>" in shown
    assert "less what the law below sets for it" in shown
    assert "<strong>Florida</strong>" not in shown


@pytest.mark.django_db
def test_places_that_come_to_other_hours_stand_apart(organization: Organization, owner: Client):
    world.site(organization, name="Reno", region="NV")
    world.site(organization, name="Dallas", region="TX", zone="America/Chicago")
    published(organization, hours={"default": {"sun": ["09:00-20:00"]}})
    shown = " ".join(owner.get("/policies/").content.decode().split())
    heads = [part.partition("</h3>")[0] for part in shown.split("<h3>")[1:]]
    rows = dict(zip(heads, shown.split("<h3>")[1:], strict=True))
    texts = "Text messages, WhatsApp messages and calls"
    nevada = rows[f'{texts} <span class="soft">in US-NV</span>']
    texas = rows[f'{texts} <span class="soft">in US-TX</span>']
    assert "<strong>Sun 09:00–20:00</strong>" in nevada
    assert "<strong>Sun 12:00–20:00</strong>" in texas
    assert "<strong>Sun 09:00–20:00</strong>" in rows["Web chat messages"]
