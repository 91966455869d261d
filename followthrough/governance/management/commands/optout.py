"""`followthrough optout`: how messages would be read, one JSON object for each line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from followthrough.governance import optout, optout_phrases


class Command(BaseCommand):
    help = (
        "Say of each line of text whether it asks for silence: its outcome (opt_out,"
        " ambiguous_stop, opt_in, help or none), the words that decide, the rule, and why."
    )
    requires_system_checks: Sequence[str] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "files", nargs="*", metavar="FILE", help="UTF-8 text; else what is piped in"
        )
        parser.add_argument(
            "--locale",
            default="",
            help="the language of what could be several, such as es or pt-BR",
        )

    def handle(self, *args: Any, files: list[str], locale: str, **options: Any) -> None:
        _check_locale(locale)
        for name in files or ["-"]:
            for number, text in _lines(name):
                said = read_line(text, locale=locale)
                where = {"file": name} if len(files) > 1 else {}
                self.stdout.write(json.dumps({**where, "line": number, **said}, ensure_ascii=False))


_ABOUT = ("rule", "doubt", "language", "why")


def read_line(text: str, *, locale: str) -> dict[str, Any]:
    """What the command says of one line, its number aside."""
    found = optout.read(text, ask=None, locale=locale)
    if found is None:
        return {"outcome": "none", "span": None, "words": "", **dict.fromkeys(_ABOUT, "")}
    return {
        "outcome": found.outcome,
        "span": list(found.span),
        "words": text[slice(*found.span)],
        "rule": found.rule,
        "doubt": found.doubt,
        "language": found.language,
        "why": optout_phrases.why(found),
    }


def _check_locale(locale: str) -> None:
    if locale and locale[:2].lower() not in optout.LANGUAGES:
        known = ", ".join(optout.LANGUAGES)
        raise CommandError(
            f"--locale {locale}: there is no grammar of this language. Give {known}, or none."
        )


def _lines(name: str) -> Iterator[tuple[int, str]]:
    """The lines of a file (`-`: of what is piped in) with their numbers."""
    with _opened(name) as stream:
        for number, raw in enumerate(stream, start=1):
            yield number, _decoded(raw, name, number).rstrip("\r\n")


def _opened(name: str) -> BinaryIO:
    if name == "-":
        return sys.stdin.buffer
    try:
        return Path(name).open("rb")
    except OSError as problem:
        raise CommandError(
            f"{name}: it cannot be read ({problem.strerror}). Give the path of a text file."
        ) from None


def _decoded(raw: bytes, name: str, number: int) -> str:
    try:
        return raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as problem:
        where = "the piped text" if name == "-" else name
        raise CommandError(
            f"Line {number} of {where}: byte {problem.start + 1} is no UTF-8."
            " Save the text as UTF-8 and try again."
        ) from None
