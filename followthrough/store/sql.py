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
    """A psycopg cursor on this thread's Django connection."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cur:
        cur.adapters.register_loader("jsonb", _Jsonb)
        yield cur


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
