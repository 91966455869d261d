"""The business clock: what the product believes the time is.

Tests and the demo may move it; leases, heartbeats, sessions and signature tolerance must not
follow, so they read the database's clock (or `wall()`) instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_shift = timedelta()
_fixed: datetime | None = None


def wall() -> datetime:
    """The real time of this machine, in UTC; never moved."""
    return datetime.now(UTC)


def now() -> datetime:
    """The business time, in UTC."""
    return (_fixed or wall()) + _shift


def shift() -> timedelta:
    """How far the business clock runs ahead of the real one."""
    return _shift


def set_shift(by: timedelta) -> None:
    """Move the business clock of this process; zero puts it back."""
    global _shift
    _shift = by


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Stand still at `moment` (aware) within the block; `advance` moves on from there."""
    global _fixed, _shift
    before = _fixed, _shift
    _fixed, _shift = moment.astimezone(UTC), timedelta()
    try:
        yield
    finally:
        _fixed, _shift = before


def advance(by: timedelta) -> datetime:
    """Move this process's business clock on and return the new time."""
    set_shift(_shift + by)
    return now()
