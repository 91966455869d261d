"""Set-based SQL on Django's own connection, so that it shares Django's transactions.

Only the hot path uses this (intake, advance, dispatch, settle); everything else is plain ORM.
Unlike Django's cursor these bind on the server and prepare, and give JSON as Python values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
import psycopg
from django.db import connection
from psycopg.types.array import ListBinaryDumper
from psycopg.types.datetime import TimestamptzLoader
from psycopg.types.json import Jsonb, JsonbLoader


class _Jsonb(JsonbLoader):
    def load(self, data: Any) -> Any:
        return orjson.loads(bytes(data))


def _dump(value: Any) -> bytes:
    return orjson.dumps(value, default=str)


def jsonb(value: Any) -> Jsonb:
    """`value` as a jsonb parameter."""
    return Jsonb(value, dumps=_dump)


def jsonb_texts(values: Sequence[Any]) -> list[str]:
    """A column of JSON values for `unnest(%s::text[])::jsonb`: cheaper than an array of jsonb."""
    return [orjson.dumps(value, default=str).decode() for value in values]


@contextmanager
def cursor() -> Iterator[psycopg.Cursor]:
    """The cursor for set-based SQL on this thread's Django connection.

    There is one per connection, kept: making one, with its adapters, costs more than most queries.
    Its results must be fetched before the next statement, as `rows` and `run` do.
    """
    connection.ensure_connection()
    kept = getattr(connection, _KEPT, None)
    if kept is None or kept.connection is not connection.connection or kept.closed:
        kept = _new_cursor()
        setattr(connection, _KEPT, kept)
    yield kept


_KEPT = "_set_based_cursor"
NEVER_BY_ITSELF = 1_000_000_000  # executions; what is worth preparing says so
MOST_PREPARED = 300  # statements kept by one connection; there are about a hundred


def _new_cursor() -> psycopg.Cursor:
    # Django turns prepared statements off; then each of ours would be planned anew each time.
    connection.connection.prepare_threshold = NEVER_BY_ITSELF
    connection.connection.prepare_max = MOST_PREPARED
    made = psycopg.Cursor(connection.connection)
    made.adapters.register_loader("jsonb", _Jsonb)
    # Django's own is Python; the driver's is C, and gives UTC as the session does.
    made.adapters.register_loader("timestamptz", TimestamptzLoader)
    # Whole columns travel as binary arrays: as text, each value would be searched for quotes.
    made.adapters.register_dumper(list, ListBinaryDumper)
    return made


def rows(query: str, params: Any = ()) -> list[tuple]:
    """Run `query` and return every row as a tuple."""
    with cursor() as cur:
        return cur.execute(query, params, prepare=True).fetchall()


def run(query: str, params: Any = ()) -> int:
    """Run `query` and return how many rows it touched."""
    with cursor() as cur:
        return cur.execute(query, params, prepare=True).rowcount


def columns(records: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """Turn rows into `width` columns, for `unnest`; an empty input gives empty columns."""
    return [list(column) for column in zip(*records, strict=True)] or [[] for _ in range(width)]


WAKE = "followthrough_wake"  # the NOTIFY channel workers listen on
CLOCK = "clock"  # its payload when the business clock was moved; otherwise a shard's number


def wake(*payloads: int | str) -> None:
    """Tell the workers, when the transaction commits, that shards have work (or CLOCK moved)."""
    for payload in sorted({str(one) for one in payloads}):
        run("SELECT pg_notify(%s, %s)", (WAKE, payload))
