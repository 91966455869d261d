"""What must hold when the killing is over: nothing lost, nothing sent twice, all on record."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from django.db.models import Count

from followthrough.audit import verification
from followthrough.audit.tests.sealable import seal
from followthrough.intake.models import RawEvent
from followthrough.messages.models import TERMINAL, Touch
from followthrough.store import sql
from tests import invariants
from tests.durability.stream import Stream


def wait_for_rest(*, patience: float) -> float:
    """Wait until no event waits and every touch has ended, and return the seconds it took.

    Raises TimeoutError with what is left when nothing at all ends for `patience` seconds.
    """
    began = moved = time.monotonic()
    ended = -1
    while left := _left():
        now = Touch.objects.filter(state__in=TERMINAL).count()
        if now != ended:
            ended, moved = now, time.monotonic()
        if time.monotonic() - moved > patience:
            raise TimeoutError(f"For {patience:.0f} s nothing was done, but there is work: {left}")
        time.sleep(0.3)
    return time.monotonic() - began


def _left() -> dict[str, int]:
    touches = Touch.objects.exclude(state__in=TERMINAL).values_list("state").annotate(Count("id"))
    events = RawEvent.objects.filter(state="stored").count()
    return dict(touches) | ({"raw events": events} if events else {})


def problems(stream: Stream, given: Mapping[str, int]) -> list[str]:
    """Everything that is wrong, in words; `given` is what the provider took, by key."""
    return [
        *_lost(stream),
        *sent_wrongly(given),
        *invariants.everything(),
        *_audit(),
    ]


def _lost(stream: Stream) -> Iterator[str]:
    """Every stage of every application has its touch, and just one."""
    rows = sql.rows(
        "SELECT a.external_id, t.key, count(*), min(t.state) FROM messaging_touch t"
        " JOIN people_application a ON a.id = t.application_id GROUP BY 1, 2"
    )
    found = {(application, key): (count, state) for application, key, count, state in rows}
    for number, stages in stream.stages.items():
        for key in {"New": ["thanks"], "Screen": ["screening"]}[stages[-1]]:
            count, state = found.get((f"app-{number}", key), (0, "nothing"))
            if count != 1 or state != "sent":
                yield f"app-{number}: {count} touches {key!r}, {state}"
    parked = RawEvent.objects.filter(state="parked").count()
    if parked:
        yield f"{parked} raw events are parked"
    twice = [key for key, (count, _) in found.items() if count > 1]
    if twice:
        yield f"planned more than once: {twice[:5]}"


def sent_wrongly(given: Mapping[str, int]) -> Iterator[str]:
    """The provider took exactly the sent touches, each once."""
    states = {str(key): state for key, state in Touch.objects.values_list("id", "state")}
    for key, count in given.items():
        if count > 1:
            yield f"{key} was sent {count} times"
        if states.get(key) != "sent":
            yield f"{key} was sent, but is {states.get(key, 'not known')}"
    missing = [key for key, state in states.items() if state == "sent" and key not in given]
    if missing:
        yield f"{len(missing)} touches are 'sent', but the provider has none of them: {missing[:5]}"


def _audit() -> Iterator[str]:
    """The chain of sealed blocks verifies."""
    seal()
    report = verification.verify()
    yield from (f"audit: {one}" for one in report.findings)
    if not report.blocks:
        yield "audit: nothing was sealed"
