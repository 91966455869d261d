"""The grammars: what a word may stand for in a language, and which rows of such words mean what.

A grammar is a page of YAML. Its `slots` say what a word may stand for; its rules are rows of slots:

    STOP ME      a word of the slot STOP, then one of the slot ME
    alone        this very word
    X? (X|Y)     may be missing; one or the other
    _   __       up to three words that change nothing (the slot FILL); up to four of any kind
    ^   $        a clause begins here; it ends here, words that change nothing aside
    <   >        the message begins here; it ends here

Each word of a message becomes one character that stands for all its slots, so that a rule is a
regular expression over a few characters, with no repetition without a bound: time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from followthrough.core.tokens import plain
from followthrough.governance.optout.spelling import Folding

LANGUAGES = ("en", "es", "fr", "pt")
HARMLESS, DOUBTFUL, HINT = "harmless", "doubtful", "ambiguous_stop"
STOP, COMMA, QUESTION, OTHER, NUMBER = ".,?w0"  # what is no word of a slot
_SIGNS = STOP + COMMA + QUESTION
_NO_WORDS = {"DIGITS": NUMBER, "COMMA": COMMA, "WORD": f"[^{_SIGNS}]"}
_HERE = Path(__file__).parent
_FIRST = 0x4E00  # the characters that stand for slots begin here: none means anything in a pattern
_PART = re.compile(r"[A-Z]+\b|[a-z0-9]+(?:/[a-z]+)?\*?|__|_|\S")
_MACRO = re.compile(r"\b[A-Z][a-z]+\b")
_TIMES = {"*": "{0,3}", "+": "{1,9}"}  # nothing is repeated without a bound


class Rule(NamedTuple):
    """Rows of slots that mean `outcome`; `examples` are messages it recognises.

    `firm`: neither a question nor a condition makes it doubtful.
    """

    id: str
    outcome: str
    patterns: tuple[str, ...]
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
        self.rules = tuple(_rules(page["rules"], page.get("parts", {})))
        self._signs: Mapping[str, Sequence[str]] = page["signs"]
        self._fold = Folding(page.get("fold", ()))
        self._slots = _Slots(page["slots"], self._literals(), self._fold, _Endings(page))
        self.fill = frozenset(self.chars("FILL") + self.chars("POLITE"))
        self.signs = {
            name: re.compile("|".join(map(self._pattern, rows)))
            for name, rows in self._signs.items()
        }
        self._named = {f"r{number}": rule for number, rule in enumerate(self.rules)}
        self._clear, self._hints = self._compiled(hints=False), self._compiled(hints=True)

    def code(self, word: str) -> str:
        """The character that stands for the slots of `word`."""
        return self._slots.code(word)

    def matches(self, code: str) -> Iterator[Match]:
        """What the rules find in a message in code, from left to right, without overlap."""
        for expression in (self._clear, self._hints):
            for found in expression.finditer(code):
                if found.lastgroup and found.end() > found.start():
                    yield Match(self._named[found.lastgroup], found.start(), found.end())

    def chars(self, slot: str) -> str:
        """Every character that stands for `slot` among others; '' when no word does."""
        return self._slots.chars(slot)

    def _literals(self) -> set[str]:
        rows = [row for rule in self.rules for row in rule.patterns]
        rows += [row for signs in self._signs.values() for row in signs]
        parts = (part for row in rows for part in _PART.findall(row))
        return {part for part in parts if part[0].islower() or part[0].isdigit()}

    def _compiled(self, *, hints: bool) -> re.Pattern[str]:
        branches = [
            self._branch(rule, name)
            for name, rule in self._named.items()
            if (rule.outcome == HINT) == hints
        ]
        return re.compile("|".join(branches))

    def _branch(self, rule: Rule, name: str) -> str:
        rows = "|".join(self._pattern(row) for row in rule.patterns)
        return f"(?P<{name}>{rows})"

    def _pattern(self, row: str) -> str:
        return "".join(self._part(part) for part in _PART.findall(row))

    def _part(self, part: str) -> str:
        polite, ends = self.chars("POLITE"), _SIGNS + self.chars("AND")
        fill, after = polite + self.chars("FILL"), ends + self.chars("NEXT")
        signs = {
            "_": f"[{fill}]{{0,3}}",
            "__": f"[^{_SIGNS}]{{0,4}}?",
            "^": f"(?<![^{ends}{polite}])",
            "$": f"(?=[{fill}]{{0,6}}(?:[{after}]|\\Z))",
            "<": f"\\A[{_SIGNS}]*",
            ">": f"(?=[{_SIGNS}{fill}]{{0,9}}\\Z)",
            "!": f"(?=[{_SIGNS}]*\\Z)",
        }
        if part in signs:
            return signs[part]
        if part in _NO_WORDS:
            return _NO_WORDS[part]
        if part[0].isupper():
            return _any_of(self.chars(part), part)
        if part[0].isalnum():
            return _any_of(self.chars("=" + part), part)
        return {"(": "(?:", **_TIMES}.get(part, part)


def _any_of(chars: str, part: str) -> str:
    if not chars:
        raise ValueError(f"No word stands for {part}.")
    return f"[{chars}]"


class _Slots:
    """Which character stands for which slots, and for which words."""

    def __init__(
        self,
        slots: Mapping[str, str],
        literals: Iterable[str],
        fold: Folding,
        endings: _Endings,
    ) -> None:
        self._fold = fold
        whole: dict[str, set[str]] = {}
        begun: dict[str, set[str]] = {}
        given = [(name, word) for name, words in slots.items() for word in words.split()]
        given += [("=" + word, word) for word in literals]
        for name, word in given:
            for form in endings.forms(word):
                kind = begun if form.endswith("*") else whole
                kind.setdefault(fold(plain(form.rstrip("*"))), set()).add(name)
        self._codes: dict[frozenset[str], str] = {}
        self._begun = {start: self._code_of(_starts(begun, start)) for start in begun}
        self._whole = {
            word: self._code_of(names | _starts(begun, word)) for word, names in whole.items()
        }
        self._longest = max(map(len, begun), default=0)
        self.code = lru_cache(maxsize=20_000)(self._code)

    def chars(self, slot: str) -> str:
        return "".join(char for names, char in self._codes.items() if slot in names)

    def _code_of(self, names: set[str]) -> str:
        return self._codes.setdefault(frozenset(names), chr(_FIRST + len(self._codes)))

    def _code(self, word: str) -> str:
        folded = self._fold(word)
        if found := self._whole.get(folded):
            return found
        for length in range(min(len(folded), self._longest), 1, -1):
            if found := self._begun.get(folded[:length]):
                return found
        return NUMBER if folded[:1].isdigit() else OTHER


def _starts(begun: Mapping[str, set[str]], word: str) -> set[str]:
    """The slots of every beginning of `word`."""
    return {name for end in range(1, len(word) + 1) for name in begun.get(word[:end], ())}


class _Endings:
    """`mand/ar` is `mand` with each ending of `ar`; `~` before a word is each elided word of the
    language, or none: `~ecrire` is also `m'écrire`, that is `mecrire`."""

    def __init__(self, page: Mapping[str, Any]) -> None:
        self._endings = {name: row.split() for name, row in page.get("endings", {}).items()}
        self._elisions = ["", *page.get("elisions", "").split()]

    def forms(self, word: str) -> Iterator[str]:
        """Every form that `word` stands for."""
        stem, slash, name = word.lstrip("~").partition("/")
        for ending in self._endings[name] if slash else ("",):
            for elided in self._elisions if word[0] == "~" else ("",):
                yield elided + stem + ending


def _rules(given: Iterable[Mapping[str, Any]], parts: Mapping[str, str]) -> Iterator[Rule]:
    def written_out(row: str) -> str:
        while _MACRO.search(row):
            row = _MACRO.sub(lambda found: parts[found[0]], row)
        return row

    for one in given:
        yield Rule(
            id=one["id"], outcome=one["outcome"], patterns=tuple(map(written_out, one["patterns"])),
            examples=tuple(one.get("examples", ())), firm=bool(one.get("firm")),
            shared=bool(one.get("shared")),
        )  # fmt: skip


@lru_cache(maxsize=1)
def grammars() -> tuple[Grammar, ...]:
    """The grammar of every language, each with what all have in common."""
    shared = _page("shared")
    return tuple(Grammar(_joined(shared, _page(language))) for language in LANGUAGES)


def _page(name: str) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load((_HERE / f"{name}.yaml").read_text())
    return found


def _joined(shared: Mapping[str, Any], page: Mapping[str, Any]) -> dict[str, Any]:
    names = {**shared["slots"], **page["slots"]}
    slots = {
        name: f"{shared['slots'].get(name, '')} {page['slots'].get(name, '')}" for name in names
    }
    rules = [one for one in (*page["rules"], *({**one, "shared": True} for one in shared["rules"]))]
    harmless_first = sorted(rules, key=lambda one: _ORDER.index(one["outcome"]))
    return {**page, "slots": slots, "rules": harmless_first}


_ORDER = (HARMLESS, DOUBTFUL, "opt_out", "opt_in", "help", "ambiguous_stop")
