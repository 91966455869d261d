"""The rows that are sealed, read as hashes: in a fixed order, a few thousand at a time.

A leaf is what one transaction wrote into one table for one organization: the hash of its rows'
hashes, in the order of their ids. A row's hash is that of its columns as the texts that PostgreSQL
writes for them, in the order of their names, each with its length in bytes: nothing is lost in a
conversion, and no two rows read alike. Columns that are NULL are left out: a column that is added
later keeps old leaves as they were if it is NULL in old rows.

The database makes the hashes: fetching every column of every row to hash it here took a fifth of a
busy worker's time, and taking the rows' hashes one by one a twentieth.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.apps import apps
from django.db import connection

from followthrough.audit.models import Sealable
from followthrough.store import sql

_AT_A_TIME = 2000
_EVER = 2**63 - 1


class Leaf(NamedTuple):
    """Rows as a hash, how many they are, and where they belong."""

    organization_id: UUID
    xact: int
    rows: int
    hash: bytes


def kinds() -> list[type[Sealable]]:
    """Every sealed model, in the order in which their rows stand in a block."""
    found = [model for model in apps.get_models() if issubclass(model, Sealable)]
    return sorted(found, key=kind)


def kind(model: type[Sealable]) -> str:
    """The name of a sealed model in leaves and reports, such as `audit.fact`."""
    return model._meta.label_lower


def fix_texts() -> None:
    """Make PostgreSQL write and hash the same way everywhere, until the transaction ends."""
    sql.rows(
        "SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true),"
        # Before anybody's own functions of the same names.
        " set_config('search_path', 'pg_catalog, ' || current_setting('search_path'), true)"
    )


def stream(
    model: type[Sealable],
    *,
    from_xact: int = 0,
    to_xact: int = _EVER,
    organization_id: UUID | None = None,
) -> Iterator[Leaf]:
    """The leaves of a range of transactions by organization and transaction.

    Needs an open transaction in which `fix_texts` was called; reads from a server-side cursor.
    """
    with psycopg.ServerCursor(connection.connection, f"leaves_{model._meta.db_table}") as cur:
        query, params = _query(model, from_xact, to_xact, organization_id)
        cur.execute(query, params, binary=True)
        while chunk := cur.fetchmany(_AT_A_TIME):
            yield from map(Leaf._make, chunk)


def _query(
    model: type[Sealable], from_xact: int, to_xact: int, organization_id: UUID | None
) -> tuple[str, list[Any]]:
    names = sorted(field.column for field in model._meta.concrete_fields)
    texts = ", ".join(f'"{name}"::text AS "{name}"' for name in names)
    content = " || ".join(map(_told, names))
    only = "" if organization_id is None else "AND organization_id = %s"
    # Names with _ are ours: a row may have a column of any other name.
    # OFFSET 0: each text is made once, though its length is asked for as well; and each hash before
    # rows are sorted, which then are short.
    query = f"""
        SELECT org, xact_, count(*), sha256('\\x00'::bytea || string_agg(hash, '' ORDER BY key_))
        FROM (SELECT org, xact_, key_,
                     sha256(convert_to(%s::text || {content}, 'UTF8')) AS hash
              FROM (SELECT organization_id AS org, xact AS xact_, id AS key_, {texts}
                    FROM "{model._meta.db_table}"
                    WHERE xact >= %s AND xact < %s {only} OFFSET 0) AS told OFFSET 0) AS hashed
        GROUP BY org, xact_ ORDER BY org, xact_
    """  # noqa: S608
    given = [] if organization_id is None else [organization_id]
    return query, [f"{kind(model)};", from_xact, to_xact, *given]


def _told(name: str) -> str:
    """A column in a row's hash: its name, its length in bytes and its text; nothing when NULL."""
    return f"""coalesce('{name}=' || octet_length("{name}") || ':' || "{name}" || ';', '')"""
