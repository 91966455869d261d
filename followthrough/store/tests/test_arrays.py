"""Columns written by ourselves are read by PostgreSQL as the values they were."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from followthrough.store import sql

pytestmark = pytest.mark.django_db

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
TIMES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(  # noqa: DTZ001
    lambda at: at.replace(tzinfo=timezone(timedelta(hours=5, minutes=45)))
)
KINDS = {
    "uuid": st.uuids(),
    "text": TEXTS,
    "timestamptz": TIMES,
    "boolean": st.booleans(),
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "int": st.integers(-(2**31), 2**31 - 1),
    "smallint": st.integers(-(2**15), 2**15 - 1),
    "numeric": st.decimals(-99, 99, places=2),
}


@pytest.mark.parametrize("kind", KINDS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_column_arrives_as_it_was(kind, data):
    values = data.draw(st.lists(st.none() | KINDS[kind], max_size=20))
    found = sql.rows(f"SELECT n FROM unnest(%s::{kind}[]) AS n", (values,))
    assert [row[0] for row in found] == values


def test_a_column_without_a_cast_is_of_its_own_type():
    for value, kind in (
        (UUID(int=1), "uuid[]"), ("a", "text[]"), (datetime.now(UTC), "timestamp with time zone[]"),
        (True, "boolean[]"), (1, "smallint[]"), (1 << 20, "integer[]"), (1 << 40, "bigint[]"),
    ):  # fmt: skip
        assert sql.rows("SELECT pg_typeof(%s)::text", ([value],)) == [(kind,)]


def test_columns_of_mixed_types_are_refused():
    with pytest.raises((psycopg.DataError, AttributeError, TypeError)):
        sql.rows("SELECT %s::uuid[]", ([UUID(int=1), 5],))


def test_kinds_of_text_are_texts():
    class Kind(str):
        pass

    assert sql.rows("SELECT unnest(%s::text[])", ([Kind("a"), "b"],)) == [("a",), ("b",)]
