"""The application's role and database inside the running cluster."""

from typing import TypeAlias

import psycopg
from psycopg import sql

from . import connect
from .errors import PostgresError
from .places import Places

Administrator: TypeAlias = "psycopg.Connection[tuple[object, ...]]"


def open_database(found: Places) -> str:
    """Connect as the application, making its role and database if missing; the server's version."""
    try:
        return _version_seen(found)
    except psycopg.OperationalError:
        _make_role_and_database(found)
        return _version_seen(found)


def _version_seen(found: Places) -> str:
    application = connect.url(found, user=connect.ROLE, database=connect.DATABASE)
    with psycopg.connect(application, connect_timeout=10) as opened:
        return "{}.{}".format(*divmod(opened.info.server_version, 10_000))


def _make_role_and_database(found: Places) -> None:
    administrator = connect.url(found, user=connect.ADMINISTRATOR, database="postgres")
    try:
        with psycopg.connect(administrator, autocommit=True) as opened:
            if not _exists(opened, "pg_roles", "rolname", connect.ROLE):
                _make_role(opened, connect.password(found))
            if not _exists(opened, "pg_database", "datname", connect.DATABASE):
                statement = sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(connect.DATABASE), sql.Identifier(connect.ROLE)
                )
                opened.execute(statement)
    except psycopg.Error as error:
        raise PostgresError(
            thing=f"The database {connect.DATABASE} of the embedded PostgreSQL in {found.home}",
            reason=str(error).strip(),
            remedy=f"if the password is refused, restore {found.pgpass}; else see {found.log}",
        ) from error


def _exists(opened: Administrator, table: str, column: str, value: str) -> bool:
    query = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(
        sql.Identifier(table), sql.Identifier(column)
    )
    return opened.execute(query, [value]).fetchone() is not None


def _make_role(opened: Administrator, password: str) -> None:
    # Hashed here, so that the server (and whatever logs its statements) never sees the password.
    verifier = opened.pgconn.encrypt_password(
        password.encode(), connect.ROLE.encode(), b"scram-sha-256"
    ).decode()
    role = sql.Identifier(connect.ROLE)
    opened.execute(
        sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(role, sql.Literal(verifier))
    )
    opened.execute(sql.SQL("GRANT pg_monitor, pg_checkpoint TO {}").format(role))
