"""Installation-wide duties of the engine room."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from operator import itemgetter

from django.contrib.sessions.backends.db import SessionStore

from followthrough.audit import sealer
from followthrough.core import clock
from followthrough.governance.models import Freeze
from followthrough.messages import planning
from followthrough.runs.engine import every

OVERTAKEN = timedelta(seconds=30)  # longer than any decision takes to commit
PERSONAL = ("candidate", "application")  # freezes of one person: they end all day long


@every(seconds=1)
def seal() -> None:
    """Seal what has been committed since the last block."""
    sealer.seal()


@every(seconds=2)
def wake_what_was_overtaken() -> None:
    """Let go what a freeze held that had ended when the decision to hold it was committed: it was
    seen standing, and whoever ended it did not see that decision."""
    now = clock.now()
    ended = Freeze.objects.filter(ended_at__gt=now - OVERTAKEN).order_by("organization_id")
    rows = ended.values_list("organization_id", "subject_kind", "subject_id")
    for organization_id, theirs in groupby(rows, key=itemgetter(0)):
        found = [(kind, subject) for _, kind, subject in theirs]
        if all(kind in PERSONAL for kind, _ in found):
            planning.wake_about(organization_id, [subject for _, subject in found], now=now)
        else:
            planning.wake(organization_id, now=now)


@every(seconds=3600)
def forget_sessions() -> None:
    """Delete sessions that have run out; the real clock counts, as it does at the door."""
    SessionStore.clear_expired()
