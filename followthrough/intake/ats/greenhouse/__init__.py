"""Greenhouse: its webhooks are hints, Harvest v3 says how an application stands."""

from __future__ import annotations

from followthrough.intake.ats.contract import Ats, Limits
from followthrough.intake.ats.greenhouse import harvest, hook

GREENHOUSE = Ats(
    name="greenhouse",
    receive=hook.receive,
    hints=hook.hints,
    fetch=harvest.fetch,
    write=harvest.write,
    limits=Limits(per_second=2, at_once=4),  # a fetch is up to four calls; 429 is obeyed anyway
)
