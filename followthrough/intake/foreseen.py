"""What was held because many events waited, and turned out to plan little."""

from __future__ import annotations

from followthrough.core import clock
from followthrough.intake import raw
from followthrough.runs.burst import batches
from followthrough.runs.engine import every
from followthrough.runs.models import Batch


@every(seconds=2)
def let_go() -> None:
    """Let go what is no burst, once nothing of its connection waits any more."""
    waiting = Batch.objects.filter(
        state=Batch.State.HELD, exceeded=False, cause_kind=Batch.Cause.CONNECTION
    )
    for cause_id in waiting.values_list("cause_id", flat=True):
        if not raw.waiting(cause_id):
            batches.no_more(cause_id, now=clock.now())
