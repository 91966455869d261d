"""`followthrough optout`: one JSON object for each line, and errors that say what to do."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config import cli


def said(*args: str) -> list[dict[str, Any]]:
    out = io.StringIO()
    call_command("optout", *args, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def piped(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))


def test_what_is_piped_in_is_read_line_by_line(monkeypatch: pytest.MonkeyPatch):
    piped(monkeypatch, "\ufeffSTOP\nhola\nno me escriban más\nstop until Monday?".encode())
    rows = said()
    assert [(row["line"], row["outcome"]) for row in rows] == [
        (1, "opt_out"), (2, "none"), (3, "opt_out"), (4, "ambiguous_stop"),
    ]  # fmt: skip
    assert rows[0] | {"why": ""} == {
        "line": 1, "outcome": "opt_out", "span": [0, 4], "words": "STOP", "rule": "stop",
        "doubt": "", "language": "", "why": "",
    }  # fmt: skip
    assert (rows[2]["words"], rows[2]["language"]) == ("no me escriban más", "es")
    assert rows[2]["why"].endswith(".")
    assert rows[1]["span"] is None


def test_files_are_named_when_there_are_several(tmp_path: Path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("stop\n")
    rows = said(str(tmp_path / "a.txt"), str(tmp_path / "b.txt"), "--locale", "pt-BR")
    assert [Path(row["file"]).name for row in rows] == ["a.txt", "b.txt"]


def test_what_is_no_utf8_is_named_by_line(tmp_path: Path):
    (tmp_path / "a.txt").write_bytes("stop\nno m\xe1s\n".encode("latin-1"))
    with pytest.raises(CommandError, match=r"Line 2 of .*a\.txt: byte 5 is no UTF-8\. Save"):
        said(str(tmp_path / "a.txt"))


def test_what_cannot_be_opened_and_an_unknown_language_are_explained(tmp_path: Path):
    with pytest.raises(CommandError, match="Give the path of a text file"):
        said(str(tmp_path))
    with pytest.raises(CommandError, match="--locale xx: there is no grammar"):
        said("--locale", "xx")


@pytest.mark.parametrize(("name", "started"), [("optout", False), ("migrate", True)])
def test_it_starts_no_database(monkeypatch: pytest.MonkeyPatch, name: str, started: bool):
    calls: list[str] = []
    monkeypatch.setattr(cli, "start_database", lambda: calls.append("database"))
    monkeypatch.setattr("django.core.management.execute_from_command_line", calls.append)
    cli.main(["followthrough", name])
    assert ("database" in calls) is started
