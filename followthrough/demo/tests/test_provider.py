"""The provider's reports: of what arrives while the demo runs, and not of the history."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followthrough.channels.models import SandboxMessage
from followthrough.core import clock
from followthrough.core.ids import earliest
from followthrough.demo import post, provider
from followthrough.demo.models import Seeding
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def reported(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was told to the product's door by a worker that has just begun."""
    told: list[bytes] = []
    monkeypatch.setattr(provider, "_reported", None)
    monkeypatch.setattr(post, "deliver", lambda _path, body, _headers: told.append(body))
    return told


def arrived(key: str, *, ago: float) -> None:
    sender = world.sender(world.organization())
    SandboxMessage.objects.create(
        id=earliest(clock.wall() - timedelta(seconds=ago)), organization=sender.organization,
        sender=sender, to="+17755550123", body="Hello", key=key, at=clock.now(),
    )  # fmt: skip


def test_what_a_killed_worker_left_unreported_is_reported_once(reported: list[bytes]) -> None:
    arrived("left", ago=30)
    provider.report()
    provider.report()
    assert [b"sandbox-left" in body for body in reported] == [True]


def test_the_seeded_history_is_not_reported_again(reported: list[bytes]) -> None:
    arrived("seeded", ago=30)
    Seeding.objects.create(number=1, applications=1, done_at=clock.wall() - timedelta(seconds=20))
    arrived("live", ago=10)
    provider.report()
    assert [b"sandbox-live" in body for body in reported] == [True]
