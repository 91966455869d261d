"""Installation-wide duties of the engine room."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore

from followthrough.audit import sealer
from followthrough.core import clock
from followthrough.governance.models import Freeze
from followthrough.messages import planning
from followthrough.runs.engine import every

OVERTAKEN = timedelta(seconds=30)  # longer than any decision takes to commit


@every(seconds=1)
def seal() -> None:
    """Seal what has been committed since the last block."""
    sealer.seal()


@every(seconds=2)
def wake_what_was_overtaken() -> None:
    """Let go what a switch held that had ended when the decision to hold it was committed: it was
    seen standing, and whoever ended it did not see that decision."""
    lately = clock.now() - OVERTAKEN
    ended = Freeze.objects.filter(ended_at__gt=lately, why="kill_switch")
    for organization_id in ended.values_list("organization_id", flat=True).distinct():
        planning.wake(organization_id, now=clock.now())


@every(seconds=3600)
def forget_sessions() -> None:
    """Delete sessions that have run out; the real clock counts, as it does at the door."""
    SessionStore.clear_expired()
