"""Moving the business clock on: from one planned message to the next, and what came of it.

A jump would judge everything at the hour it ends in. So each message that falls due on the way is
decided at its own hour, as on any day; only when that takes too long does the clock jump the rest.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followthrough.accounts import clock as installation
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.demo.models import AtsEvent, ClockMove, PhoneMessage
from followthrough.demo.seen import HOURS
from followthrough.messages.models import Receipt, Touch
from followthrough.store import sql
from followthrough.web.console.sentences import Wall, dated
from followthrough.web.templatetags.console import span

PATIENCE = 12.0  # seconds a move may take before the clock jumps
REST_SECONDS = 3.0  # how long to wait for the worker at each stop
LOOK_SECONDS = 0.02
RUNS_AT_MOST = timedelta(seconds=PATIENCE + 2 * REST_SECONDS)
SECOND = timedelta(seconds=1)
NEWS = timedelta(minutes=1)  # by the real clock


class Came(NamedTuple):
    """What became of the map's messages that were decided on the way."""

    left: int = 0
    waited: int = 0  # of those, after they had been held over the night
    held: int = 0
    dropped: int = 0


def go_on(organization_id: UUID, *, to: datetime) -> ClockMove | None:
    """Move the clock on to `to`; None when that is not ahead, or the clock runs already."""
    if to <= clock.now() or running(latest(organization_id)):
        return None
    move = ClockMove.objects.create(
        organization_id=organization_id, from_at=clock.now(), to_at=to, moved_at=clock.wall()
    )
    until = time.monotonic() + PATIENCE
    while clock.now() < to:
        stop = _next_stop(to) if time.monotonic() < until else to
        installation.advance(stop - clock.now() + SECOND)  # the row has whole seconds
        _rest()
    move.to_at = clock.now()
    move.came = came(_decided(move))._asdict()
    move.save()
    return move


def latest(organization_id: UUID) -> ClockMove | None:
    """The last time it was moved."""
    return ClockMove.objects.filter(organization_id=organization_id).order_by("-id").first()


def running(move: ClockMove | None) -> bool:
    """Whether the clock is being moved now."""
    return bool(move and move.came is None and clock.wall() - move.moved_at < RUNS_AT_MOST)


def is_news(move: ClockMove | None) -> bool:
    """Whether it is worth telling still: while it runs, and then for a little, unless somebody has
    done something since that the numbers are not about."""
    if move is None or move.came is None:
        return running(move)
    return clock.wall() - move.moved_at < NEWS and not _acted_since(move)


def _acted_since(move: ClockMove) -> bool:
    """Whether anybody did something in the ATS, on the phone or for a candidate."""
    mine = {"organization_id": move.organization_id}
    return any(
        rows.exists()
        for rows in (
            PhoneMessage.objects.filter(**mine, at__gt=move.to_at),
            AtsEvent.objects.filter(**mine, at__gt=move.to_at, kind=AtsEvent.Kind.WEBHOOK),
            Handoff.objects.filter(**mine, resolved_at__gt=move.to_at),
        )
    )


def _next_stop(to: datetime) -> datetime:
    """When the next message falls due, but no later than `to`."""
    planned = Touch.objects.filter(state="planned", due_at__gt=clock.now(), due_at__lt=to)
    return planned.order_by("due_at").values_list("due_at", flat=True).first() or to


_BUSY = """
SELECT EXISTS (SELECT 1 FROM messaging_touch WHERE state = 'planned' AND due_at <= %s)
    OR EXISTS (SELECT 1 FROM messaging_touch WHERE state = 'sending')
    OR EXISTS (SELECT 1 FROM intake_rawevent WHERE state = 'stored' AND next_try_at <= now())
"""


def _rest() -> None:
    """Wait until the worker has done what is due; not for long, there may be no worker."""
    until = time.monotonic() + REST_SECONDS
    while time.monotonic() < until and sql.rows(_BUSY, (clock.now(),))[0][0]:
        time.sleep(LOOK_SECONDS)


def _decided(move: ClockMove) -> list[tuple[UUID, str, str]]:
    """(touch, verdict, code) of what the map planned and was decided on the way, in order."""
    receipts = Receipt.objects.filter(
        organization_id=move.organization_id, at__gt=move.from_at, at__lte=move.to_at
    )
    rows = list(receipts.order_by("id").values_list("touch_id", "verdict", "code"))
    of_maps = Touch.objects.filter(id__in={row[0] for row in rows}, origin="map")
    known = set(of_maps.values_list("id", flat=True))
    return [row for row in rows if row[0] in known]


def came(decided: Iterable[tuple[UUID, str, str]]) -> Came:
    """Counted by message: how each of them ended, and whether it had to wait before."""
    last: dict[UUID, str] = {}
    waited: set[UUID] = set()
    for touch, verdict, code in decided:
        last[touch] = verdict
        if verdict == "hold" and code in HOURS:
            waited.add(touch)
    left = {touch for touch, verdict in last.items() if verdict == "send"}
    held = sum(verdict in ("hold", "fail") for verdict in last.values())
    return Came(len(left), len(left & waited), held, len(last) - len(left) - held)


def told(move: ClockMove, wall: Wall) -> str:
    """What moved, and what came of it."""
    went = {"by": span(move.to_at - move.from_at), "to": dated(move.to_at, wall)}
    if move.came is None:
        return _("The clock is going on by %(by)s; each message on the way is decided at its own"
                 " hour.") % went  # fmt: skip
    parts = _parts(Came(**move.came)) or [_("no message was due")]
    went["what"] = ", ".join(parts)
    return _("The clock went on %(by)s to %(to)s. In the whole company: %(what)s.") % went


def _parts(found: Came) -> list[str]:
    counted = (
        (found.left, ngettext("%(n)s message went out", "%(n)s messages went out", found.left)),
        (found.waited, ngettext("%(n)s of them had waited for the morning",
                                "%(n)s of them had waited for the morning", found.waited)),
        (found.held, ngettext("%(n)s is held", "%(n)s are held", found.held)),
        (found.dropped, ngettext("%(n)s was not needed any more or not allowed",
                                 "%(n)s were not needed any more or not allowed", found.dropped)),
    )  # fmt: skip
    return [text % {"n": number} for number, text in counted if number]
