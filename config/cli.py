"""The `followthrough` command: Django's commands, with the embedded database started first."""

import os
import sys

NO_TABLES = """\
The database has no tables of Followthrough yet.
Make them with `followthrough migrate`; or, if the demo's database is meant, put
FOLLOWTHROUGH_POSTGRES=demo in front of the command."""
NEEDS_NOTHING = frozenset({"help", "--help", "-h", "version", "--version"})
NEEDS_NO_DATABASE = frozenset({"optout", "rulepacks"})


def main(argv: list[str] | None = None) -> None:
    """Run one command. Without DATABASE_URL the embedded PostgreSQL is started first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    given = argv or sys.argv
    if _needs_the_database(given):
        start_database()
    try:
        execute_from_command_line(given)
    except Exception as problem:
        if not _has_no_tables(problem):
            raise
        sys.exit(NO_TABLES)


def _needs_the_database(given: list[str]) -> bool:
    named = given[1:2]
    if named == ["map"]:
        return _maps_need_it(given[2:])
    return bool(named) and NEEDS_NO_DATABASE.isdisjoint(named) and NEEDS_NOTHING.isdisjoint(given)


def _maps_need_it(given: list[str]) -> bool:
    """Files alone are looked at and compared without one."""
    options = [one for one in given if one.startswith("-")]
    files = [one for one in given[1:] if not one.startswith("-")]
    if not given or not {"-h", "--help"}.isdisjoint(given):
        return False
    if any(one.startswith(("--org", "--ver", "--map")) for one in options):
        return True
    return given[:1] != ["lint"] and (given[:1] != ["diff"] or len(files) < 2)


def _has_no_tables(problem: Exception | None) -> bool:
    """Whether it comes down to a table that is not there."""
    return problem is not None and (
        getattr(problem, "sqlstate", "") == "42P01" or _has_no_tables(problem.__cause__)  # type: ignore[arg-type]
    )


def start_database() -> None:
    """Start the embedded PostgreSQL, or do nothing when DATABASE_URL names another."""
    if os.environ.get("DATABASE_URL"):
        return
    from config import postgres

    postgres.ensure(os.environ.get("FOLLOWTHROUGH_POSTGRES", "main"))
