"""The demo's URLs, which only its supervisor mounts otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, TransactionTestCase

from followthrough.accounts.models import Organization
from followthrough.core import clock
from followthrough.demo.models import AtsApplication
from followthrough.demo.tests.town import Town, founded
from followthrough.people.models import Connection
from followthrough.web.console.tests.conftest import member_of, signed_in
from tests import world
from tests.emptied import empty


@pytest.fixture(autouse=True)
def _mounted(settings: Any) -> None:
    settings.ROOT_URLCONF = "followthrough.demo.tests.urls"
    settings.PUBLIC_URL = "http://127.0.0.1:9"  # nobody listens there
    settings.DEMO = True


@pytest.fixture(autouse=True)
def _quickly_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: empty())


@pytest.fixture
def connection(db: None) -> Connection:
    credentials = {"token": "the-token", "signing_secret": "the-secret"}
    return world.connection(world.organization(), credentials=credentials)


@pytest.fixture
def organization(connection: Connection) -> Organization:
    return connection.organization


@pytest.fixture
def owner(organization: Organization) -> Client:
    return signed_in(member_of(organization))


@pytest.fixture
def application(connection: Connection) -> AtsApplication:
    made = AtsApplication(
        organization=connection.organization, connection=connection, external_id="A-1",
        name="Ada Obi", stage="Applied", data={}, updated_at=clock.now(),
    )  # fmt: skip
    site = {"name": "Reno", "country": "US", "zone": "America/Los_Angeles"}
    made.change(
        id="A-1", stage="Applied", anchors={}, fields={},
        candidate={"id": "C-1", "given_name": "Ada", "family_name": "Obi", "country": "US",
                   "phones": ["(775) 555-0123"], "emails": []},
        requisition={"id": "R-1", "title": "Store associate", "family": "retail", "site": site},
    )  # fmt: skip
    return made


@pytest.fixture
def town(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A company that lives: maps, senders, policy, and everything that is due is done."""
    with founded(monkeypatch) as found:
        yield found
