"""Facts whose values are a few codes, and what somebody meant who wrote something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from followthrough.people.stages import Stage

ANSWERS = ("confirmed", "declined", "open", "closed")
COMPARED = frozenset({"is", "is_not", "in", "not_in"})  # with whole values
_MEANT: Mapping[str, str] = {
    **dict.fromkeys(("yes", "y", "true", "ok", "confirm", "accepted"), "confirmed"),
    **dict.fromkeys(("no", "n", "false", "decline", "rejected", "cancelled"), "declined"),
    **dict.fromkeys(("none", "unanswered", "not answered yet", "pending", "waiting"), "open"),
    **dict.fromkeys(("expired", "closed without an answer", "ended", "over"), "closed"),
}


def of(name: str) -> Sequence[str]:
    """Every value that the fact `name` can have; empty where that is open."""
    if name.startswith("ask."):
        return ANSWERS
    return Stage.values if name == "application.stage" else ()


def strangers(name: str, op: str, value: Any) -> Iterator[tuple[int | None, Any]]:
    """The values a comparison names that `name` never has, with their places in a list. None is
    what is not known, and may be asked for."""
    known = of(name)
    if not known or op not in COMPARED:
        return
    listed = isinstance(value, list | tuple)
    for index, one in enumerate(value if listed else [value]):
        if one is not None and one not in known:
            yield (index if listed else None), one


def said(name: str, value: Any) -> tuple[str, str]:
    """Reason and remedy for one of `strangers`."""
    known = of(name)
    *most, last = known
    kind, many = ("answer", "Answers") if known is ANSWERS else ("stage", "Stages")
    meant = _meant(value, known)
    hint = f" Did you mean {meant}?" if meant else ""
    return f"{value!r} is no {kind}.", f"{many} are {', '.join(most)} or {last}.{hint}"


def _meant(value: Any, known: Sequence[str]) -> str:
    word = str(value).strip().casefold()
    if known is ANSWERS and word in _MEANT:
        return _MEANT[word]
    named = {str(stage.label).casefold(): str(stage) for stage in Stage} if known != ANSWERS else {}
    close = get_close_matches(word, [*known, *named], n=1)
    return named.get(close[0], close[0]) if close else ""
