"""The eight checks a buyer makes, in their order.

A check proves what works, and looks for what does not yet. Both are observed: a proof that fails is
told, and so is a gap that is none any more, so that no row of the table outlives the truth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from followthrough.demo.tour.buyer import Buyer
from followthrough.demo.tour.checks import (
    channels,
    escalation,
    limits,
    optout,
    pages,
    scheduling,
    triggers,
)

Look = Callable[[Buyer], list[str]]  # the evidence, in sentences; raises Failed


def nothing(_buyer: Buyer) -> list[str]:
    """Where nothing works yet, or nothing is missing."""
    return []


@dataclass(frozen=True)
class Check:
    """One row of the table. `lacks` raises Failed when it finds what is said not to be there."""

    number: int
    name: str
    proves: Look = nothing
    lacks: Look = nothing


CHECKS = (
    Check(1, "Channel coverage", channels.proves, channels.lacks),
    Check(2, "Opt-out", optout.proves),
    Check(3, "Stage triggers from the ATS", triggers.proves),
    Check(4, "Escalation", escalation.proves),
    Check(5, "Scheduling and rescheduling", scheduling.proves, scheduling.lacks),
    Check(6, "Quiet hours and caps", limits.proves),
    Check(7, "Analytics", lacks=pages.no_analytics),
    Check(8, "Retention and exports", lacks=pages.no_retention),
)
