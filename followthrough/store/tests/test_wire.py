"""The wire: what travels, what comes back, and what an error leaves behind."""

from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from followthrough.store import sql, wire

pytestmark = pytest.mark.django_db


def exchange(*statements):
    return sql._wire().exchange(statements)[0]


@pytest.mark.parametrize(
    ("query", "params", "row"),
    [
        ("SELECT %s::int + %s::int", (1, 2), (3,)),
        ("SELECT %(a)s::int - %(b)s::int, %(a)s::int", {"b": 1, "a": 5}, (4, 5)),
        ("SELECT 7 %% 4, 'like%%'", (), (3, "like%")),
        ("SELECT %s::text, %s::text", ("O'Brien; --", None), ("O'Brien; --", None)),
        ("SELECT %s::jsonb", (sql.jsonb({"a": [1, None]}),), ({"a": [1, None]},)),
        ("SELECT %s::int[]", ([1, 2, 70_000],), ([1, 2, 70_000],)),
    ],
)
def test_blanks_are_filled_in_their_order(query, params, row):
    for _ in range(2):  # prepared, and once it is
        assert exchange((query, params))[0].rows == [row]


def test_values_come_back_as_they_went():
    id, at = uuid4(), datetime(2026, 3, 29, 1, 30, 0, 5, tzinfo=UTC)
    query = "SELECT %s::uuid, %s::timestamptz, %s::bool, %s::float8, %s::bytea"
    assert exchange((query, (id, at, True, 0.1, b"\0\1")))[0].rows == [(id, at, True, 0.1, b"\0\1")]


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_survives_the_trip(text):
    assert exchange(("SELECT %s::text", (text,)))[0].rows == [(text,)]


def test_the_same_statement_with_other_types_is_another():
    assert exchange(("SELECT %s + 1", (1,)))[0].rows == [(2,)]
    assert exchange(("SELECT %s + 1", (1 << 40,)))[0].rows == [((1 << 40) + 1,)]
    assert exchange(("SELECT %s + 1", (1.5,)))[0].rows == [(2.5,)]


def test_rows_touched_are_counted():
    exchange(("CREATE TEMP TABLE pile (n int) ON COMMIT DROP", ()))
    add, change = "INSERT INTO pile VALUES (1), (2)", "UPDATE pile SET n = 0 WHERE n > %s"
    assert [one.count for one in exchange((add, ()), (change, (1,)))] == [2, 1]
    assert exchange(("SELECT n FROM pile WHERE false", ()))[0] == wire.Answer([], 0)


def test_more_than_any_buffer_holds_goes_both_ways():
    heap = "x" * 3_000_000
    answers = exchange(*[("SELECT %s::text", (heap,))] * 8)
    assert all(one.rows == [(heap,)] for one in answers)


def test_an_error_is_the_drivers_own_and_spoils_nothing_else():
    with pytest.raises(psycopg.errors.DivisionByZero), transaction.atomic():
        exchange(("SELECT 1", ()), ("SELECT 1 / %s::int", (0,)), ("SELECT 2 + %s::int", (1,)))
    assert exchange(("SELECT 2 + %s::int", (2,)))[0].rows == [(4,)]
    assert exchange(("SELECT 1 / %s::int", (1,)))[0].rows == [(1,)]


def test_a_value_that_cannot_travel_stops_the_trip_before_it_begins():
    with pytest.raises(psycopg.DataError):
        exchange(("SELECT 1", ()), ("SELECT %s::text", ("a\0b",)))
    assert exchange(("SELECT 1", ()))[0].rows == [(1,)]


def test_beyond_the_most_statements_are_not_prepared(monkeypatch):
    monkeypatch.setattr(wire, "MOST_PREPARED", len(sql._wire()._names))
    assert exchange(("SELECT 'unprepared', %s::int", (5,)))[0].rows == [("unprepared", 5)]
    prepared = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s"
    assert exchange((prepared, ("SELECT 'unprepared'%",)))[0].rows == [(0,)]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_begins_where_the_driver_would_begin_it():
    with transaction.atomic():
        first, second = (exchange(("SELECT pg_current_xact_id()", ()))[0].rows for _ in range(2))
        assert first == second
        transaction.set_rollback(True)
    first, second = (exchange(("SELECT pg_current_xact_id()", ()))[0].rows for _ in range(2))
    assert first != second


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_an_error_and_the_next_one_is_new():
    pid = exchange(("SELECT pg_backend_pid()", ()))[0].rows[0][0]
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (pid,))
    with pytest.raises(psycopg.OperationalError):
        exchange(("SELECT 1", ()))
    assert exchange(("SELECT pg_backend_pid()", ()))[0].rows[0][0] != pid


def test_a_question_afterwards_that_fails_spoils_nothing():
    one, bad = ("SELECT %s::int", (1,)), ("SELECT 1 / %s::int", (0,))
    with transaction.atomic():
        answers, after = sql._wire().exchange([one], [bad, one])
        transaction.set_rollback(True)
    assert (answers[0].rows, after) == ([(1,)], None)
    assert sql._wire().exchange([one], [one])[1] == [wire.Answer([(1,)], 1)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["deallocated", "altered"])
def test_a_statement_that_is_prepared_no_longer_is_prepared_anew(how):
    exchange(("CREATE TABLE heap (n int)", ()))
    try:
        exchange(("SELECT n FROM heap", ()))
        with connection.cursor() as other:
            other.execute("DEALLOCATE ALL" if how == "deallocated" else
                          "ALTER TABLE heap ALTER n TYPE text")  # fmt: skip
        with pytest.raises(wire.FORGOTTEN):
            exchange(("SELECT n FROM heap", ()))
        assert exchange(("SELECT n FROM heap", ()))[0].rows == []
    finally:
        exchange(("DROP TABLE heap", ()))
