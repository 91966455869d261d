"""Worker killed: a real `kill -9` in the middle of its work, and what the next one makes of it."""

from __future__ import annotations

import os
import signal
import socket
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from followthrough.core import clock
from followthrough.demo.models import Trouble
from followthrough.demo.trouble import crowd, tally
from followthrough.demo.trouble.tally import Tally
from followthrough.demo.trouble.told import Told
from followthrough.messages.models import Attempt
from followthrough.runs.models import Executor, Shard

PEOPLE = 8
FRESH = timedelta(seconds=3)


class Worker(NamedTuple):
    """A worker process by its name: `host:process:milliseconds since 1970` of its start."""

    name: str
    host: str
    process: int
    started_at: datetime


class Seen(NamedTuple):
    """What the rows say: who works now, how long after (None: nobody yet), over how many of the
    shards; and how many hand-overs were under way at the kill."""

    process: int
    after: timedelta | None
    shards: int
    of: int
    underway: int
    tally: Tally


def begin(organization_id: UUID) -> Trouble | None:
    """People apply, and the worker is killed while it works; None when there is none to kill."""
    worker = at_work()
    people = crowd.gather(organization_id, PEOPLE) if worker else []
    if not (worker and people):
        return None
    for one in people[: PEOPLE // 2]:
        crowd.tell(one)
    at = clock.wall()
    kill(worker)
    trouble = Trouble.objects.create(
        organization_id=organization_id, kind=Trouble.Kind.KILLED, begun_at=at,
        about={"people": [one.external_id for one in people], "worker": worker.name},
    )  # fmt: skip
    for one in people[PEOPLE // 2 :]:
        crowd.tell(one)
    return trouble


def at_work() -> Worker | None:
    """The worker that beat last, if it is alive and ours to kill."""
    beats = Executor.objects.filter(beat_at__gt=clock.wall() - FRESH).order_by("-beat_at")
    found = [named(name) for name in beats.values_list("id", flat=True)]
    return next((one for one in found if one and _is_ours(one)), None)


def named(name: str) -> Worker | None:
    """A worker by its name; None when it is not one of this form."""
    host, _colon, rest = name.partition(":")
    process, _colon, started = rest.partition(":")
    if not (process.isdecimal() and started.isdecimal()):
        return None
    return Worker(name, host, int(process), datetime.fromtimestamp(int(started) / 1000, tz=UTC))


def _is_ours(worker: Worker) -> bool:
    """Whether it is on this machine and, as the demo's supervisor starts it, leads a session of
    its own: killing its group then kills it and its hands, and nothing else."""
    if worker.host != socket.gethostname() or worker.process in (0, 1, os.getpid()):
        return False
    try:
        return os.getsid(worker.process) == os.getpgid(worker.process) == worker.process
    except OSError:
        return False


def kill(worker: Worker) -> None:
    """`kill -9`, the worker and its hands at once: none of them can tidy up. Another press of the
    button may have been quicker."""
    with suppress(ProcessLookupError):
        os.killpg(worker.process, signal.SIGKILL)


def told(trouble: Trouble) -> Told:
    """What happened, by the rows."""
    people, before = trouble.about["people"], named(trouble.about["worker"])
    now = _successor(trouble)
    shards = list(Shard.objects.values_list("owner", flat=True))
    seen = Seen(
        now.process if now else 0,
        now.started_at - trouble.begun_at if now else None,
        shards.count(now.name) if now else 0,
        len(shards),
        _underway(trouble, people),
        tally.of(trouble.organization_id, people),
    )
    return said(seen, process=before.process if before else 0, see=people[-1])


def _underway(trouble: Trouble, people: list[str]) -> int:
    """Hand-overs that were decided before the kill, and ended after it or not yet."""
    decided = Attempt.objects.filter(
        touch_id__in=tally.first_to(trouble.organization_id, people).values("id"),
        decided_at__lte=trouble.begun_at,
    )
    return decided.exclude(ended_at__lte=trouble.begun_at).count()


def _successor(trouble: Trouble) -> Worker | None:
    beats = Executor.objects.filter(beat_at__gt=trouble.begun_at).order_by("-beat_at")
    beats = beats.exclude(id=trouble.about["worker"])
    return next((one for one in map(named, beats.values_list("id", flat=True)) if one), None)


def said(seen: Seen, *, process: int, see: str) -> Told:
    """Pure: the card."""
    found = seen.tally
    seconds = "—" if seen.after is None else f"{max(0.0, seen.after.total_seconds()):.1f} s"
    numbers = (
        (_("applied meanwhile"), found.people),
        (_("under way at the kill"), seen.underway),
        (_("next worker after"), seconds),
        (
            _("parts of the work taken over"),
            _("%(n)s of %(of)s") % {"n": seen.shards, "of": seen.of},
        ),
        (_("mails arrived"), found.arrived),
        (_("lost"), found.lost),
        (_("arrived twice"), found.twice),
    )
    kind, state, text = _stage(seen)
    return Told(kind, state, text % {"old": process, "new": seen.process}, numbers, see)


def _stage(seen: Seen) -> tuple[str, str, str]:
    if seen.after is None:
        text = _("Process %(old)s and its helpers were ended in the middle of their work (kill -9)."
                 " Nothing works now; what arrives is stored and waits.")  # fmt: skip
        return "held", _("At a standstill"), text
    if seen.tally.proved:
        text = _("Process %(old)s was killed (kill -9); process %(new)s took over. Every mail has"
                 " arrived, once.")  # fmt: skip
        return "kept", _("Nothing lost"), text
    if seen.tally.settled:
        return "person", _("Look at this"), _("Process %(new)s took over; not all arrived once.")
    text = _("Process %(new)s is up. It takes the work over and asks the provider what became of"
             " the messages that process %(old)s had under way.")  # fmt: skip
    return "held", _("Taking over"), text
