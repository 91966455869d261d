"""Playing a history in a test, and what its end must look like whenever that is."""

from __future__ import annotations

from datetime import datetime, timedelta

from config.worker import load_duties
from followthrough.conversations.models import Handoff
from followthrough.demo.seed import plant
from followthrough.messages.models import Touch
from followthrough.people.models import Application


def played(until: datetime, *, applications: int) -> None:
    """Found the company and play its history up to `until`."""
    load_duties()
    plant.plant(say=lambda _: None, applications=applications, until=until)


def check_present(until: datetime) -> None:
    """Few wait for a person, nearly all since yesterday, at most two of them for too long."""
    waiting = list(Handoff.objects.filter(resolved_at=None))
    assert 3 <= len(waiting) <= 8
    assert sum(one.opened_at > until - timedelta(days=1) for one in waiting) >= len(waiting) - 1
    assert sum(one.due_at < until for one in waiting) <= 2
    assert {one.reason for one in waiting} >= {"unclear", "declined", "opted_out", "unreachable"}
    assert 2 <= sum(one.owner_id is not None for one in waiting) <= 3
    assert Application.objects.filter(stage="unmapped").count() >= 2
    assert not Touch.objects.filter(state="planned", due_at__lte=until).exists()
