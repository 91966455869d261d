"""Statements that travel together do what they do one by one."""

import contextlib

import psycopg
import pytest
from django.db import connection, transaction

from followthrough.store import sql

pytestmark = pytest.mark.django_db

MAKE = "CREATE TEMP TABLE IF NOT EXISTS pile (n int PRIMARY KEY) ON COMMIT DROP"
ADD = "INSERT INTO pile VALUES (%s)"
ALL = "SELECT n FROM pile ORDER BY n"


@pytest.fixture(autouse=True)
def _pile():
    sql.run(MAKE)


def test_statements_together_answer_in_the_order_given():
    assert sql.together((ADD, (1,)), (ALL, ()), (ADD, (2,)), (ALL, ())) == [
        [], [(1,)], [], [(1,), (2,)],
    ]  # fmt: skip


def test_an_error_of_one_is_raised_and_undoes_all():
    with pytest.raises(psycopg.errors.UniqueViolation), transaction.atomic():
        sql.together((ADD, (1,)), (ADD, (1,)), (ADD, (2,)))
    assert sql.rows(ALL) == []


def test_what_is_gathered_is_there_for_whoever_reads_next():
    with sql.gathering():
        sql.send(ADD, (1,))
        assert sql.rows(ALL) == [(1,)]
        sql.send(ADD, (2,))
        assert sql.run("UPDATE pile SET n = n + 10") == 2
        sql.send(ADD, (1,))
    assert sql.rows(ALL) == [(1,), (11,), (12,)]


def test_a_gathering_within_another_waits_for_the_outer_one():
    with sql.gathering():
        with sql.gathering():
            sql.send(ADD, (1,))
        sql.send(ADD, (2,))
    assert sql.rows(ALL) == [(1,), (2,)]


def _gather(*numbers, problem=None):
    with transaction.atomic(), sql.gathering():
        for number in numbers:
            sql.send(ADD, (number,))
        if problem:
            raise problem


def test_what_was_gathered_before_an_error_is_forgotten():
    with pytest.raises(RuntimeError):
        _gather(1, problem=RuntimeError())
    sql.send(ADD, (2,))
    assert sql.rows(ALL) == [(2,)]


def test_an_error_in_what_was_gathered_is_raised_at_the_end():
    with pytest.raises(psycopg.errors.UniqueViolation):
        _gather(1, 1)
    assert sql.rows(ALL) == []


def test_nobody_is_woken_for_shards_that_are_being_looked_at():
    def heard(*shards):
        with sql.quiet([1, 2]):
            travelled.clear()
            sql.wake(*shards)
        return [params[1] for _, params in travelled]

    travelled = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sql, "run", lambda query, params: travelled.append((query, params)))
        assert heard(1, 2, 3, sql.CLOCK) == ["3", "clock"]


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_together_is_there_for_others():
    sql.run("CREATE TABLE heap (n int PRIMARY KEY)")
    try:
        with sql.committing():
            sql.send("INSERT INTO heap VALUES (1)")
        with psycopg.connect(**connection.get_connection_params()) as other:
            assert other.execute("SELECT n FROM heap").fetchall() == [(1,)]
        with pytest.raises(psycopg.errors.UniqueViolation), sql.committing():
            sql.send("INSERT INTO heap VALUES (2), (1)")
        assert sql.rows("SELECT n FROM heap") == [(1,)]
    finally:
        sql.run("DROP TABLE heap")


@pytest.fixture
def heap():
    sql.run("CREATE TABLE heap (n int PRIMARY KEY)")
    yield
    sql.run("DROP TABLE heap")


SEEN = sql.Question(
    "SELECT (SELECT array_agg(n ORDER BY n) FROM heap), pg_current_xact_id_if_assigned() IS NULL",
    (),
    lambda rows: rows[0],
)


@pytest.mark.django_db(transaction=True)
def test_what_is_asked_afterwards_sees_what_others_committed_until_then(heap):
    with sql.committing():
        sql.run("INSERT INTO heap VALUES (1)")
        with psycopg.connect(**connection.get_connection_params()) as other:
            other.execute("INSERT INTO heap VALUES (2)")
            later = sql.afterwards(SEEN)  # before the other commits
            other.commit()
    assert later.said == ([1, 2], True)  # and outside the transaction


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_stays_when_the_question_afterwards_fails(heap):
    with sql.committing():
        sql.send("INSERT INTO heap VALUES (1)")
        later = sql.afterwards(sql.Question("SELECT 1 / 0", (), list))
    assert later.said is None
    assert sql.rows("SELECT n FROM heap") == [(1,)]


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_commits_nothing_is_an_error(heap):
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        _swallow_an_error()
    assert sql.rows("SELECT n FROM heap") == []


def _swallow_an_error():
    with sql.committing():
        sql.send("INSERT INTO heap VALUES (1)")
        with contextlib.suppress(psycopg.Error):
            sql.rows("SELECT 1 / 0")


@pytest.mark.django_db(transaction=True)
def test_nothing_is_asked_when_all_is_rolled_back(heap):
    with sql.committing():
        sql.send("INSERT INTO heap VALUES (1)")
        later = sql.afterwards(SEEN)
        transaction.set_rollback(True)
    assert later.said is None
    assert sql.rows("SELECT n FROM heap") == []


@pytest.mark.django_db(transaction=True)
def test_a_commit_within_another_is_left_to_the_outer_one(heap):
    with sql.committing():
        with sql.committing():
            sql.send("INSERT INTO heap VALUES (1)")
            inner = sql.afterwards(SEEN)
        assert inner.said is None
        sql.send("INSERT INTO heap VALUES (2)")
    assert inner.said == ([1, 2], True)


def test_outside_of_a_commit_nothing_can_be_asked_afterwards():
    with pytest.raises(RuntimeError):
        sql.afterwards(SEEN)
