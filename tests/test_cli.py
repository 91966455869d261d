"""The command line: what goes wrong is explained."""

import pytest
from django.db import ProgrammingError

from config import cli


class NoTable(Exception):
    sqlstate = "42P01"


def run(monkeypatch, problem):
    def execute(argv):
        raise problem

    monkeypatch.setattr(cli, "start_database", lambda: None)
    monkeypatch.setattr("django.core.management.execute_from_command_line", execute)
    cli.main(["followthrough", "audit", "verify"])


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_database_without_tables_is_said_to_be_one(monkeypatch, wrapped):
    problem = NoTable()
    if wrapped:  # as Django's own cursors do
        problem = ProgrammingError()
        problem.__cause__ = NoTable()
    with pytest.raises(SystemExit, match="followthrough migrate"):
        run(monkeypatch, problem)


def test_any_other_error_is_raised(monkeypatch):
    with pytest.raises(KeyError):
        run(monkeypatch, KeyError("other"))
