"""Messages that were on their way when somebody opted out: both times, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from followthrough.core import clock
from followthrough.core.zones import local
from followthrough.store import sql
from followthrough.web.console.sentences import Wall

# By the database's clock: the opt-out came after the decision and before it was known how it went.
_FOUND = """
SELECT a.id, coalesce(a.started_at, a.decided_at), b.committed_at
FROM messaging_attempt a JOIN governance_addressblock b
  ON b.organization_id = a.organization_id AND b.address_key = a.address_key
  AND b.channel = a.channel
JOIN messaging_touch t ON t.id = a.touch_id
WHERE a.id = ANY(%s) AND t.purpose <> 'service'
  AND b.committed_at >= a.decided_at AND b.committed_at <= coalesce(a.ended_at, b.committed_at)
"""


def of(attempt_ids: Iterable[UUID | None], wall: Wall) -> Mapping[UUID, str]:
    """By attempt, what is to be said of it; those that nobody overtook are left out."""
    ids = sql.distinct(attempt_ids)
    found = sql.rows(_FOUND, (ids,)) if ids else ()
    return {key: _told(handed_over, opted_out, wall) for key, handed_over, opted_out in found}


def _told(handed_over: datetime, opted_out: datetime, wall: Wall) -> str:
    times = {"out": _second(handed_over, wall), "stop": _second(opted_out, wall)}
    return _("It was on its way when they opted out: handed over at %(out)s, opted out at %(stop)s"
             " (%(place)s).") % {**times, "place": wall.place}  # fmt: skip


def _second(at: datetime, wall: Wall) -> str:
    """A time of the infrastructure to the tenth of a second, by the business clock on the wall."""
    told = local(at + clock.shift(), wall.zone)
    return f"{told:%H:%M:%S}.{told.microsecond // 100_000}"
