"""Somebody with a page, at noon."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followthrough.audit.facts import Actor
from followthrough.core import clock
from followthrough.governance import consent
from tests import world

NOON = world.NOON


@pytest.fixture(autouse=True)
def _noon():
    with clock.at(NOON):
        yield


@pytest.fixture
def organization():
    made = world.organization(name="Northwind")
    world.sender(made, address="+17755550100")
    world.sender(made, channel="email", address="jobs@northwind.example")
    return made


@pytest.fixture
def ada(organization):
    """A candidate with a number and a mail address, in Reno."""
    made = world.candidate(
        world.connection(organization), phone="+17752004821", email="mary@example.org",
        zone_stated="America/Los_Angeles",
    )  # fmt: skip
    world.application(made, world.requisition(made.connection, title="Store associate"))
    point = made.contact_points.get(kind="phone")
    consent.record_all([
        consent.Entry(
            organization.id, made.id, point.id, point.address_key, "sms", "granted",
            "application_form", "ats", {}, Actor("ats", "1"), NOON - timedelta(days=3),
        )
    ])  # fmt: skip
    return made
