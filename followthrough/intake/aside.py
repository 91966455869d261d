"""Raw events that cannot be worked off: put off, or parked where trying again is of no use."""

from __future__ import annotations

import logging

from django.db import connection as database

from followthrough.channels import registry as channels
from followthrough.core.errors import Explained
from followthrough.core.hooks import Malformed
from followthrough.intake import raw
from followthrough.intake.ats import registry
from followthrough.intake.ats.contract import Denied, Refused, Throttled
from followthrough.intake.ats.generic.document import BadSnapshot
from followthrough.intake.raw import Raw

log = logging.getLogger(__name__)

# What will not get better by trying again.
HOPELESS = (BadSnapshot, Malformed, Refused, registry.UnknownAts, channels.UnknownAdapter)


def put(event: Raw, problem: Exception) -> None:
    """Put the event off, or park it. Its text stays out of logs."""
    if isinstance(problem, Throttled):
        raw.wait(event, problem, seconds=problem.after)
        return
    kind = type(problem).__name__
    if isinstance(problem, HOPELESS) and not isinstance(problem, Denied):
        log.warning("Raw event %s is parked: %s", event.id, kind)
        raw.park(event, problem)
        return
    log.warning("Raw event %s is put off after try %s: %s", event.id, event.tries + 1, kind)
    if not isinstance(problem, Explained):
        log.debug("Where raw event %s failed", event.id, exc_info=problem)
    raw.put_off(event, problem)


def check_database(problem: Exception) -> None:
    """Raise `problem` when it is the database that is gone: no event is to blame for that."""
    if not database.is_usable():
        raise problem
