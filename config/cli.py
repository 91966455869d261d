"""The `followthrough` command: Django's commands, with the embedded database started first."""

import os
import sys

NEEDS_NOTHING = frozenset({"help", "--help", "-h", "version", "--version"})


def main(argv: list[str] | None = None) -> None:
    """Run one command. Without DATABASE_URL the embedded PostgreSQL is started first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    given = argv or sys.argv
    if len(given) > 1 and not NEEDS_NOTHING.intersection(given):
        start_database()
    execute_from_command_line(given)


def start_database() -> None:
    """Start the embedded PostgreSQL, or do nothing when DATABASE_URL names another."""
    if os.environ.get("DATABASE_URL"):
        return
    from config import postgres

    postgres.ensure(os.environ.get("FOLLOWTHROUGH_POSTGRES", "main"))
