"""Counting the statements that are sent to the database, whichever way they go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db import connection

from followthrough.store.wire import Wire


class Counted:
    """How many statements were sent so far."""

    n = 0


@contextmanager
def counted() -> Iterator[Counted]:
    """Count Django's queries, and the statements of our own wire."""
    found, exchange = Counted(), Wire.exchange

    def through_django(execute: Any, *given: Any) -> Any:
        found.n += 1
        return execute(*given)

    def through_the_wire(self: Wire, statements: Any, *more: Any) -> Any:
        found.n += len(statements) + sum(len(one) for one in more)
        return exchange(self, statements, *more)

    with (
        connection.execute_wrapper(through_django),
        patch.object(Wire, "exchange", through_the_wire),
    ):
        yield found
