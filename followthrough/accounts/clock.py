"""The installation's business clock: one row that every process follows."""

from datetime import datetime, timedelta

from followthrough.accounts.models import ClockShift
from followthrough.core import clock
from followthrough.store import sql


def load() -> None:
    """Set this process's business clock as the installation's row says."""
    found = ClockShift.objects.filter(id=1).values_list("seconds", flat=True).first()
    clock.set_shift(timedelta(seconds=found or 0))


def advance(by: timedelta) -> datetime:
    """Move the installation's business clock on, tell every process, and return the new time."""
    return set_shift(clock.shift() + by)


def set_shift(to: timedelta) -> datetime:
    """Set how far the business clock runs ahead (or, negative, behind)."""
    ClockShift.objects.update_or_create(id=1, defaults={"seconds": int(to.total_seconds())})
    load()
    sql.wake(sql.CLOCK)
    return clock.now()
