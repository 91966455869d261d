"""The rows that are sealed, read as hashes: in a fixed order, a few thousand at a time.

Every column is read as the text PostgreSQL writes for it, so nothing is lost in a conversion.
Columns that are NULL are left out: a column that is added later keeps old leaves as they were
if it is NULL in old rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import psycopg
from django.apps import apps
from django.db import connection

from followthrough.audit.merkle import leaf
from followthrough.audit.models import Sealable
from followthrough.store import sql

_AT_A_TIME = 2000
_EVER = 2**63 - 1


class Leaf(NamedTuple):
    """A row as a hash, and where it belongs."""

    organization_id: UUID
    xact: int
    hash: bytes


def kinds() -> list[type[Sealable]]:
    """Every sealed model, in the order in which their rows stand in a block."""
    found = [model for model in apps.get_models() if issubclass(model, Sealable)]
    return sorted(found, key=kind)


def kind(model: type[Sealable]) -> str:
    """The name of a sealed model in leaves and reports, such as `audit.fact`."""
    return model._meta.label_lower


def fix_texts() -> None:
    """Make PostgreSQL write times the same way everywhere, until the transaction ends."""
    sql.rows(
        "SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true)"
    )


def stream(
    model: type[Sealable],
    *,
    from_xact: int = 0,
    to_xact: int = _EVER,
    organization_id: UUID | None = None,
) -> Iterator[Leaf]:
    """The leaves of a range of transactions by organization, transaction and id.

    Needs an open transaction in which `fix_texts` was called; reads from a server-side cursor.
    """
    names = sorted(field.column for field in model._meta.concrete_fields)
    head = orjson.dumps(kind(model))
    with psycopg.ServerCursor(connection.connection, f"leaves_{model._meta.db_table}") as cur:
        query, params = _query(model, names, from_xact, to_xact, organization_id)
        cur.execute(query, params)
        while chunk := cur.fetchmany(_AT_A_TIME):
            for organization, xact, *texts in chunk:
                yield Leaf(organization, xact, leaf(head + _content(names, texts)))


def _content(names: list[str], texts: list[str | None]) -> bytes:
    pairs = zip(names, texts, strict=True)  # the names are sorted, so the JSON is canonical
    return orjson.dumps({name: text for name, text in pairs if text is not None})


def _query(
    model: type[Sealable],
    names: list[str],
    from_xact: int,
    to_xact: int,
    organization_id: UUID | None,
) -> tuple[str, list[Any]]:
    texts = ", ".join(f'"{name}"::text' for name in names)
    only = "" if organization_id is None else "AND organization_id = %s"
    query = (
        f'SELECT organization_id, xact, {texts} FROM "{model._meta.db_table}" AS sealed'  # noqa: S608
        f" WHERE xact >= %s AND xact < %s {only}"
        " ORDER BY sealed.organization_id, sealed.xact, sealed.id"
    )
    return query, [from_xact, to_xact, *([] if organization_id is None else [organization_id])]
