"""What a candidate's message means. Pure and deterministic; doubt goes to a person.

Opt-out words come first, always. Then the grammar of the open ask; then, with nothing open, a
plain thank-you, which needs nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from followthrough.conversations import grammar_words as words
from followthrough.conversations import wrong_number
from followthrough.core.tokens import Phrases, Token, tokens
from followthrough.governance import optout

MOST_EXTRA = 6  # words around a clear no that we do not know, before it is no longer clear


class Reading(NamedTuple):
    """`kind`: opt_out, ambiguous_stop, opt_in, help, wrong_number, confirmed, declined, unclear or
    nothing.

    `rule` says why, `span` (start and end offsets) on which words; (0, 0) when on none.
    `language` is that of the words, where they are of one.
    """

    kind: str
    rule: str
    span: tuple[int, int] = (0, 0)
    language: str = ""


def read(
    text: str,
    *,
    ask: str | None,
    automatic: bool = False,
    names: Sequence[str] = (),
    locale: str = "",
) -> Reading:
    """Read an inbound message. `ask` is the kind of the open ask, None when nothing is open;
    `automatic` marks a machine's answer (RFC 3834), which engages nobody. `names` are how the
    candidate may be called; their `locale` decides where words are of several languages. A
    stranger's STOP is for their number and not for the candidate, so that is asked first."""
    if _REACTION.fullmatch(text.strip()):
        return Reading("unclear" if ask else "nothing", "reaction")
    given = tokens(text)
    if not automatic and (stranger := wrong_number.read(given, names=names)):
        return Reading("wrong_number", stranger.rule, stranger.span, stranger.language)
    found = optout.read_tokens(given, ask=ask, locale=locale)
    if found and (found.outcome == "opt_out" or not automatic):
        return Reading(found.outcome, found.rule, found.span, found.language)
    if automatic:
        return Reading("nothing", "automatic")
    if all(token.text.isspace() for token in given):
        return Reading("nothing", "empty")
    return _GRAMMARS.get(ask, _unknown)(_Signals(given))


# Phones that cannot show a reaction send it as a text with our own words, STOP included.
_REACTION = re.compile(
    r"(?:Liked|Loved|Disliked|Laughed at|Emphasized|Questioned"
    r"|Reacted [^\n]{1,12} to|[^\w\s]{1,12} to)\s*[“\"«].*[”\"»]",
    re.DOTALL,
)


def _started(phrases: Sequence[str]) -> list[str]:
    return [f"{start} {phrase}".strip() for start in words.NO_STARTS for phrase in phrases]


_SIGNALS = Phrases(
    {
        "time": words.TIME,
        "filler": words.FILLER,
        "bare_no": _started(words.BARE_NO),
        "no": _started(words.NO),
        "yes": words.YES,
        "doubt": words.DOUBT,
    }
)
_THANKS = Phrases({"filler": words.THANKS_FILLER, "thanks": words.THANKS})
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")


class _Signals:
    """The signals of one table in a text: how often each, and where."""

    def __init__(self, given: Sequence[Token], table: Phrases = _SIGNALS) -> None:
        self.given = given
        self.spans: dict[str, tuple[int, int]] = {}
        self.extra = 0
        self._walk([one for one in given if _counts(one)], table)

    def _walk(self, kept: list[Token], table: Phrases) -> None:
        texts, place = [_REPEATED.sub(r"\1", one.text) for one in kept], 0
        while place < len(texts):
            value, length = table.at(texts, place) or (_unmatched(texts[place]), 1)
            self._note(value, kept[place].start, kept[place + length - 1].end)
            place += length

    def _note(self, value: str, start: int, end: int) -> None:
        self.extra += value == "extra"
        first, _ = self.spans.get(value, (start, end))
        self.spans[value] = (first, end)

    def has(self, *values: str) -> bool:
        return any(value in self.spans for value in values)

    def span(self, *values: str) -> tuple[int, int]:
        found = [self.spans[value] for value in values if value in self.spans]
        return min(start for start, _ in found), max(end for _, end in found)


def _counts(token: Token) -> bool:
    """Words, pictograms and question marks count; other punctuation does not."""
    return token.is_word or token.text in ("?", "¿") or ord(token.text[0]) > 0x2100


def _unmatched(text: str) -> str:
    return "time" if any(char.isdigit() for char in text) else "extra"


def _confirmation(signals: _Signals) -> Reading:
    said_no = signals.has("no", "bare_no")
    if signals.has("doubt"):
        return Reading("unclear", "doubt", signals.span("doubt"))
    if signals.has("time"):
        return Reading("unclear", "time", signals.span("time"))
    if signals.has("yes") and said_no:
        return Reading("unclear", "both", signals.span("yes", "no", "bare_no"))
    if signals.has("yes") and not signals.extra:
        return Reading("confirmed", "yes", signals.span("yes"))
    if signals.has("no") and signals.extra <= MOST_EXTRA:
        return Reading("declined", "no", signals.span("no"))
    if said_no and not signals.extra:
        return Reading("declined", "no", signals.span("no", "bare_no"))
    return Reading("unclear", "not_understood")


def _nothing_open(signals: _Signals) -> Reading:
    thanks = _Signals(signals.given, _THANKS)
    if thanks.has("thanks") and not thanks.has("extra", "time"):
        return Reading("nothing", "thanks", thanks.span("thanks"))
    return Reading("unclear", "nothing_open")


def _unknown(signals: _Signals) -> Reading:
    return Reading("unclear", "no_grammar")


_GRAMMARS: dict[str | None, Callable[[_Signals], Reading]] = {
    "confirmation": _confirmation,
    None: _nothing_open,
}
