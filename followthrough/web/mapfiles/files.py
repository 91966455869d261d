"""Reading and writing the files of message maps, byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from django.core.management.base import CommandError

from followthrough.journeys import documents
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.documents import DocumentError, Problem


class MapFile(NamedTuple):
    """A file, its text with every byte of its layout, and what it says: None where it does not
    read, and then every problem with its line."""

    name: str
    text: str
    document: MapDocument | None
    problems: tuple[Problem, ...] = ()


def read(name: str) -> MapFile:
    """The map in a file."""
    try:
        raw = Path(name).read_bytes()
    except OSError as problem:
        reason = f"It cannot be read ({problem.strerror})."
        found = Problem("the file", reason, "Give the path of a map in YAML.")
        return MapFile(name, "", None, (found,))
    try:
        return of_text(name, raw.decode("utf-8"))
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        found = Problem("the document", "It is not UTF-8.", "Save the file as UTF-8.", line)
        return MapFile(name, "", None, (found,))


def of_text(name: str, text: str) -> MapFile:
    """The map in a text."""
    try:
        return MapFile(name, text, documents.read_yaml(text))
    except DocumentError as problem:
        return MapFile(name, text, None, problem.problems)


def usable(name: str) -> tuple[str, MapDocument]:
    """The text of a file and what it says. Raises CommandError with every problem."""
    found = read(name)
    if found.document is None:
        raise CommandError("\n".join(told(name, one) for one in found.problems))
    return found.text, found.document


def told(name: str, problem: Problem) -> str:
    """A problem as editors jump to it: `map.yaml:12: error: …`."""
    return f"{name}:{problem.line or 1}: error: {problem.path}: {problem.reason} {problem.remedy}"


def write(name: str, text: str) -> None:
    """Write a file with exactly these bytes. Raises CommandError."""
    try:
        Path(name).write_bytes(text.encode("utf-8"))
    except OSError as problem:
        raise CommandError(f"{name}: it cannot be written ({problem.strerror}).") from None
