"""What lint finds in a file, as lines that editors jump to and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from followthrough.journeys import documents
from followthrough.journeys.documents import Problem
from followthrough.journeys.lint import ERROR, Finding, Setting, lint
from followthrough.web.mapfiles.files import MapFile

CLEAN, WARNED, FAILED = 0, 1, 2  # what the command ends with


class Line(NamedTuple):
    """One thing about a file."""

    file: str
    line: int
    severity: str
    code: str
    path: str
    reason: str
    remedy: str
    stage: str = ""
    touch: str = ""
    channel: str = ""
    locale: str = ""
    part: str = ""

    def said(self) -> str:
        """`map.yaml:12: warning: interview_nudge: … [code]`."""
        about = ", ".join(
            one for one in (self.touch or self.path, self.channel, self.locale, self.part) if one
        )
        head = f"{self.file}:{self.line}: {self.severity}: {about}"
        return f"{head}: {self.reason} {self.remedy} [{self.code}]"

    def plain(self) -> dict[str, Any]:
        """The same for other programs."""
        return self._asdict()


def of(file: MapFile, setting: Setting) -> list[Line]:
    """Everything about a file, by line: what makes it unfit to run, or else what lint finds."""
    if file.document is None:
        return [_problem(file.name, one) for one in file.problems]
    return sorted(_findings(file, setting), key=lambda one: one.line)


def _findings(file: MapFile, setting: Setting) -> Iterator[Line]:
    assert file.document
    line = documents.lines(file.text)
    for one in lint(file.document, setting):
        yield _finding(file.name, line(one.place), one)


def _problem(name: str, one: Problem) -> Line:
    return Line(name, one.line or 1, ERROR, "unusable", one.path, one.reason, one.remedy)


def _finding(name: str, line: int, one: Finding) -> Line:
    return Line(
        name, line, one.severity, one.code, one.path, one.reason, one.remedy, one.stage, one.key,
        one.channel, one.locale, one.part,
    )  # fmt: skip


def ends_with(lines: Sequence[Line], *, strict: bool) -> int:
    """The command's exit code: 2 for an error, 1 for warnings where they count, else 0."""
    if any(one.severity == ERROR for one in lines):
        return FAILED
    return WARNED if lines and strict else CLEAN


def counted(lines: Sequence[Line]) -> str:
    """`1 error, 2 warnings.`"""
    errors = sum(one.severity == ERROR for one in lines)
    parts = [_number(errors, "error"), _number(len(lines) - errors, "warning")]
    return f"{', '.join(part for part in parts if part) or 'Nothing found'}."


def _number(n: int, word: str) -> str:
    return f"{n} {word}{'' if n == 1 else 's'}" if n else ""
