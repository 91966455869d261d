"""What a candidate's words mean in a replay: as in `runs.inbound`, with what is asked there.

Words that end or begin the messages themselves are taken as they were understood: the ledger
holds what came of them. Everything else depends on what was asked, and is read again.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from followthrough.conversations import understanding
from followthrough.conversations.understanding import Reading
from followthrough.runs.facts import Person
from followthrough.runs.replay.asking import Asks
from followthrough.runs.replay.moments import Wrote

LEDGER = frozenset({"opt_out", "opt_in", "help", "wrong_number", "narrowed"})
ANSWERS = frozenset({"confirmed", "declined"})
AUTOMATIC = "automatic"
# By which rule of `understanding` it was read while something was asked, or nothing was.
ASKED = frozenset({"yes", "no", "doubt", "time", "both", "not_understood"})
UNASKED = frozenset({"thanks", "nothing_open"})


class Meant(NamedTuple):
    """`kind` as of a Reading; `engages`: they have written to us, so nobody nudges them;
    `hands_over`: the reason why a person is needed; `last_word`: it counts as heard from them."""

    kind: str
    engages: bool
    hands_over: str
    last_word: bool


def read(wrote: Wrote, person: Person, asks: Asks | None) -> Meant:
    """What was meant, with these asks of the application spoken of; None: it is outside of the map,
    and what was written is taken as it was understood."""
    kind, rule = wrote.kind, wrote.rule
    inside = asks is not None
    if asks is not None and _differs(wrote, asks):
        kind, rule = _again(wrote, person, asks.waiting is not None, asks.confirmed)
    heard = rule != AUTOMATIC and wrote.kind != "wrong_number"
    if kind == "opt_in" and wrote.rule == "start_yes" and not wrote.opened:
        return Meant("unclear", True, "unclear", heard)
    if kind in ANSWERS:
        return Meant(kind, True, "" if inside else _outside(kind), heard)
    if kind in ("unclear", "ambiguous_stop"):
        return Meant(kind, True, kind, heard)
    written = bool(wrote.body.strip()) and rule != AUTOMATIC
    return Meant(kind, kind == "nothing" and written, "", heard)


def _differs(wrote: Wrote, asks: Asks) -> bool:
    """Whether it might be read otherwise than it was: what was asked then was something else."""
    if wrote.kind in LEDGER or wrote.rule == AUTOMATIC or not wrote.body:
        return False
    if asks.waiting is not None:
        return wrote.rule not in ASKED
    return asks.confirmed or wrote.rule not in UNASKED


def _outside(kind: str) -> str:
    """What another map's ask made of it: a no went to a person."""
    return "declined" if kind == "declined" else ""


def _again(wrote: Wrote, person: Person, asked: bool, confirmed: bool) -> tuple[str, str]:
    found = _read(wrote.body, asked, person.given_name, person.family_name, person.locale)
    if not asked and confirmed and found.kind in ("unclear", "opt_in"):
        again = understanding.read(wrote.body, ask="confirmation")
        if again.kind == "confirmed":
            return "nothing", "confirmed_already"
    if found.kind in LEDGER:  # with another question before it; nobody knows what else they'd do
        return ("unclear", found.rule) if found.kind == "opt_out" else (wrote.kind, wrote.rule)
    return found.kind, found.rule


@lru_cache(maxsize=8192)
def _read(body: str, asked: bool, given: str, family: str, locale: str) -> Reading:
    names = [given, f"{given} {family}"]
    ask = "confirmation" if asked else None
    return understanding.read(body, ask=ask, names=names, locale=locale)
