"""What makes a clear wish doubtful: a question, a condition, a time, a tale, the opposite."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from followthrough.governance.optout.grammar import Grammar, Match
from followthrough.governance.optout.slots import COMMA, OTHER, QUESTION, STOP

FAR = 60  # words of a sentence that are looked at before a wish, and after it: time stays linear
NEAR = 8  # words before a wish in which a tale or a question is about it
# Rules whose last word may be followed by any other: `I revoke the consent given by form`.
_WHATEVER_FOLLOWS = frozenset({"consent", "unsubscribe"})


class Reading:
    """A message in the code of one language, and what its rules found."""

    def __init__(self, grammar: Grammar, code: str, matches: Sequence[Match]) -> None:
        self.grammar, self.code, self.matches = grammar, code, matches
        self.known = len(code) - code.count(OTHER)

    @cached_property
    def without_wishes(self) -> str:
        """The code with the words of clear wishes taken out."""
        left = list(self.code)
        for match in self.matches:
            if match.rule.outcome == "opt_out" and not match.rule.shared:
                left[match.start : match.end] = OTHER * (match.end - match.start)
        return "".join(left)

    def begins(self, match: Match) -> int:
        """Where the sentence of a match begins."""
        far = max(0, match.start - FAR)
        signs = [self.code.rfind(sign, far, match.start) for sign in (STOP, QUESTION)]
        return max(*signs, far - 1) + 1

    def ends(self, place: int) -> int:
        """Where the sentence that goes on at `place` ends: at its sign."""
        far = min(len(self.code), place + FAR)
        found = [self.code.find(sign, place, far) for sign in (STOP, QUESTION)]
        return min((end for end in found if end >= 0), default=far)

    @cached_property
    def asks_to_go_on(self) -> bool:
        """Whether anything in it, wishes aside, asks for more."""
        return bool(self.grammar.signs["contrary"].search(self.without_wishes))

    def asks_after(self, place: int) -> bool:
        """Whether a question follows, in some sentence."""
        return self.code.rfind(QUESTION) >= place


def doubt(readings: Sequence[Reading], *, own: Reading, main: Reading, match: Match) -> str:
    """The sign that makes a clear wish doubtful; '' when none does.

    A rule of one language is doubted in that language, the carriers' words in every one.
    """
    if match.rule.firm:
        return ""
    if _followed_by_the_unknown(own, match):
        return "unknown"
    asked = _asked(readings, own, match)
    if asked:
        return "question"
    for one in readings:
        if (one is own or match.rule.shared) and (found := _in_its_sentence(one, match)):
            return found
    for one in readings:
        if (one in (own, main) or match.rule.shared) and (found := _around(one, match)):
            return found
    return ""


def _followed_by_the_unknown(own: Reading, match: Match) -> bool:
    """`Stop sending me letters`: the next word may be what it is really about."""
    if match.rule.shared or match.rule.id in _WHATEVER_FOLLOWS:
        return False
    return own.code[match.end : match.end + 1] == OTHER


def _asked(readings: Sequence[Reading], own: Reading, match: Match) -> bool:
    """Whether its sentence is a question, or one follows a carrier's word, and no request."""
    start, end = own.begins(match), own.ends(match.end)
    if own.code[end : end + 1] == QUESTION and not _requested(readings, start, end):
        return True
    later = match.rule.shared and own.asks_after(match.end)
    return later and not _requested(readings, match.end, match.end + 4 * FAR)


def _requested(readings: Sequence[Reading], start: int, end: int) -> bool:
    return any(one.grammar.signs["request"].search(one.code, start, end) for one in readings)


def _in_its_sentence(one: Reading, match: Match) -> str:
    signs, code = one.grammar.signs, one.code
    start, end = one.begins(match), one.ends(match.end)
    near = max(start, match.start - NEAR)
    near = max(near, code.rfind(COMMA, near, match.start) + 1)
    if signs["asking"].search(code, near, match.start) and not signs["request"].search(
        code, start, end
    ):
        return "asking"
    bare = _bare_end(one, match)
    if signs["limited"].match(code, match.end, end) or signs["limited"].match(code, bare, end):
        return "limited"
    return "condition" if signs["condition"].search(code, start, end) else ""


def _bare_end(one: Reading, match: Match) -> int:
    """Where a match ends without the words that change nothing."""
    end = match.end
    while end > match.start and one.code[end - 1] in one.grammar.fill:
        end -= 1
    return end


def _around(one: Reading, match: Match) -> str:
    """Doubt in its sentence or the next; or, anywhere, the wish to hear more."""
    left, signs = one.without_wishes, one.grammar.signs
    if signs["doubt"].search(left, one.begins(match), one.ends(one.ends(match.end) + 1)):
        return "doubt"
    return "contrary" if one.asks_to_go_on else ""
