"""Any system that can POST JSON: the documented webhook (docs/webhooks.md) and its callbacks."""

from __future__ import annotations

from followthrough.intake.ats.contract import Ats, Limits
from followthrough.intake.ats.generic import calls, hook

GENERIC = Ats(
    name="generic",
    receive=hook.receive,
    hints=hook.hints,
    fetch=calls.fetch,
    write=calls.write,
    limits=Limits(per_second=100, at_once=16),
)
