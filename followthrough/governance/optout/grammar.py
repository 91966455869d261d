"""The grammars, one page of YAML for each language: slots, rules and signs of doubt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from followthrough.governance.optout.patterns import Pattern, Reader, literals
from followthrough.governance.optout.slots import Slots

LANGUAGES = ("en", "es", "fr", "pt")
# What only looks like a wish for silence is read first, what may be one last.
HARMLESS, DOUBTFUL, HINT = "harmless", "doubtful", "ambiguous_stop"
_ORDER = (HARMLESS, DOUBTFUL, "opt_out", "opt_in", "help")
_HERE = Path(__file__).parent
_SHORT = re.compile(r"\b[A-Z][a-z]+\b")


class Rule(NamedTuple):
    """Rows of slots that mean `outcome`; `examples` are messages it recognises.

    `firm`: neither a question nor a condition makes it doubtful. `shared`: of every language.
    """

    id: str
    outcome: str
    rows: tuple[str, ...]
    examples: tuple[str, ...]
    firm: bool = False
    shared: bool = False


class Match(NamedTuple):
    """A rule's words in a message: from the word `start` to before the word `end`."""

    rule: Rule
    start: int
    end: int


class Grammar:
    """The grammar of one language, ready to read messages in code."""

    def __init__(self, page: Mapping[str, Any]) -> None:
        self.language: str = page["language"]
        self.rules = tuple(_rules(page))
        signs: Mapping[str, Sequence[str]] = page["signs"]
        given = [*(rule.rows for rule in self.rules), *signs.values()]
        rows = [row for several in given for row in several]
        slots = Slots(page, {word for row in rows for word in literals(row)})
        reader = Reader(slots)
        self.slots = slots
        self.code = slots.code
        self.fill = reader.fill
        self.signs = {name: _either(map(reader.read, given)) for name, given in signs.items()}
        self._clear = _Table(reader, [rule for rule in self.rules if rule.outcome != HINT])
        self._hints = _Table(reader, [rule for rule in self.rules if rule.outcome == HINT])

    def matches(self, code: str) -> list[Match]:
        """What the rules find in a message in code; matches of clear rules do not overlap, and
        stand before those of hints."""
        return [*self._clear.matches(code), *self._hints.matches(code)]


class _Table:
    """Rules by the character that their rows begin with: few are tried at each word."""

    def __init__(self, reader: Reader, rules: Iterable[Rule]) -> None:
        self._rows = [(reader.read(row), rule) for rule in rules for row in rule.rows]
        self._tried = lru_cache(maxsize=4096)(self._beginning_with)

    def matches(self, code: str) -> Iterator[Match]:
        place = 0
        while place < len(code):
            found = self._at(code, place)
            if found:
                yield found
            place = found.end if found else place + 1

    def _at(self, code: str, place: int) -> Match | None:
        expression, rules = self._tried(code[place])
        found = expression.match(code, place) if expression else None
        if found is None or found.end() == place or found.lastindex is None:
            return None
        return Match(rules[found.lastindex - 1], place, found.end())

    def _beginning_with(self, char: str) -> tuple[re.Pattern[str] | None, Sequence[Rule]]:
        rows = [(row, rule) for row, rule in self._rows if char in row.first]
        expression = _joined_rows(tuple(row.expression for row, _ in rows)) if rows else None
        return expression, [rule for _, rule in rows]


@lru_cache(maxsize=4096)
def _joined_rows(expressions: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"({one})" for one in expressions))


def _either(patterns: Iterable[Pattern]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one.expression})" for one in patterns))


def _rules(page: Mapping[str, Any]) -> Iterator[Rule]:
    parts: Mapping[str, str] = page.get("parts", {})

    def written_out(row: str) -> str:
        while _SHORT.search(row):
            row = _SHORT.sub(lambda found: parts[found[0]], row)
        return row

    for one in page["rules"]:
        yield Rule(
            id=one["id"],
            outcome=one["outcome"],
            rows=tuple(map(written_out, one["patterns"])),
            examples=tuple(one["examples"]),
            firm=one.get("firm", False),
            shared=one.get("shared", False),
        )


@lru_cache(maxsize=1)
def grammars() -> tuple[Grammar, ...]:
    """The grammar of every language, each with what all have in common."""
    shared = _page("shared")
    return tuple(Grammar(_joined(shared, _page(language))) for language in LANGUAGES)


def _page(name: str) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load((_HERE / f"{name}.yaml").read_text("utf-8"))
    return found


def _joined(shared: Mapping[str, Any], page: Mapping[str, Any]) -> dict[str, Any]:
    names = {**shared["slots"], **page["slots"]}
    slots = {
        name: f"{shared['slots'].get(name, '')} {page['slots'].get(name, '')}" for name in names
    }
    rules = [*page["rules"], *({**one, "shared": True} for one in shared["rules"])]
    ordered = sorted(rules, key=lambda one: (*_ORDER, HINT).index(one["outcome"]))
    return {**page, "slots": slots, "rules": ordered}


def rules() -> Iterator[tuple[str, Rule]]:
    """Every rule that leads to something, with its language; '' for those of every language."""
    for number, grammar in enumerate(grammars()):
        for rule in grammar.rules:
            if rule.outcome != HARMLESS and not (rule.shared and number):
                yield "" if rule.shared else grammar.language, rule
