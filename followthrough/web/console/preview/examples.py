"""Somebody who would have got something else: what happened to them beside what would have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from followthrough.governance import reasons
from followthrough.runs.replay.contrast import CAPS, LATE
from followthrough.web.console.preview import staged
from followthrough.web.console.preview.staged import Staged
from followthrough.web.console.sentences import touch_name


class Message(NamedTuple):
    """One message of an example. `stage` is said where it is compared by stage."""

    name: str
    channel: str
    at: datetime
    verdict: str
    code: str
    only: bool  # it stands on this side alone, as far as names are compared
    stage: str = ""
    capped: bool = False  # it found a cap full; replays of before did not say
    waited: bool = False  # for that cap: what became of it then is another matter


class Example(NamedTuple):
    """Somebody who gets something else."""

    candidate: str
    name: str
    before: Sequence[Message]
    after: Sequence[Message]


def of(
    found: Iterable[Mapping[str, Any]], names: Mapping[str, str], by_stage: Staged | None
) -> list[Example]:
    """Those that may be shown: `names` are their names by id."""
    return [
        Example(
            one["candidate"], names[one["candidate"]],
            _messages(one["before"], one["after"], by_stage),
            _messages(one["after"], one["before"], by_stage),
        )
        for one in found
        if one["candidate"] in names
    ]  # fmt: skip


def _messages(
    rows: Iterable[Sequence[str]], others: Sequence[Sequence[str]], by_stage: Staged | None
) -> list[Message]:
    compared = by_stage is None or by_stage.alike
    return [
        Message(
            touch_name(row[0]), row[1], datetime.fromisoformat(row[2]), row[3],
            str(reasons.label(row[4])),
            compared and not any(_same(row, other) for other in others),
            staged.called(row[5]) if by_stage else "", capped, capped and row[4] not in CAPS,
        )
        for row in rows
        for capped in [bool(row[6:] and row[6])]
    ]  # fmt: skip


def _same(one: Sequence[str], other: Sequence[str]) -> bool:
    """The same message with the same end, as far as a worker that was late makes no difference."""
    (key, channel, at, verdict), (its_key, its_channel, its_at, its_verdict) = one[:4], other[:4]
    apart = datetime.fromisoformat(at) - datetime.fromisoformat(its_at)
    return (key, channel, verdict) == (its_key, its_channel, its_verdict) and abs(apart) <= LATE
