"""What a replay comes to, in words, bars and tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followthrough.channels.prices import Price
from followthrough.governance import reasons
from followthrough.runs.models import Replay
from followthrough.runs.replay.contrast import LATE
from followthrough.web.console.preview import whose
from followthrough.web.console.sentences import touch_name

WIDTH, NUMBERS, ROW = 400, 50, 52  # of the picture: in all, for the numbers, and each name's height
KINDS = ("more", "fewer", "otherwise")


class Line(NamedTuple):
    """One row of a table: what, how many it were, how many it would have been."""

    name: str
    before: int
    after: int

    @property
    def by(self) -> int:
        return self.after - self.before


class Bar(NamedTuple):
    """One row of the picture, in its own units."""

    name: str
    before: int
    after: int
    y: int
    before_width: int
    after_width: int


class Message(NamedTuple):
    """One message of an example."""

    name: str
    channel: str
    at: datetime
    verdict: str
    code: str
    only: bool  # it stands on this side alone


class Example(NamedTuple):
    """Somebody who gets something else."""

    candidate: str
    name: str
    before: Sequence[Message]
    after: Sequence[Message]


class Told(NamedTuple):
    """Everything the page says of a replay that is done."""

    sentence: str
    bars: Sequence[Bar]
    height: int
    sums: Sequence[Line]
    touches: Sequence[Line]
    held: Sequence[Line]
    dropped: Sequence[Line]
    who: Mapping[str, int]
    examples: Sequence[tuple[str, Sequence[Example]]]
    people: int
    cost: str = ""


def of(replay: Replay, *, names: Mapping[str, str], price: Price | None = None) -> Told:
    """A replay in words. `names` are the candidates whose example may be shown, by id; `price` is
    what a part of a text costs, where somebody has said so."""
    found: dict[str, Any] = replay.result or {}
    before, after = found["before"], found["after"]
    touches = _lines(_sent(before), _sent(after), touch_name)
    bars = _bars(touches)
    return Told(
        _sentence(found, replay), bars, len(bars) * ROW, _sums(before, after),
        touches, _lines(before["held"], after["held"], _reason),
        _lines(before["dropped"], after["dropped"], _reason), found["who"],
        [(kind, _examples(found["examples"].get(kind, ()), names)) for kind in KINDS],
        found["people"],
        _cost(before["parts"], after["parts"], price) if price else "",
    )  # fmt: skip


def _cost(before: int, after: int, price: Price) -> str:
    told = {"before": price.of(before), "after": price.of(after)}
    return _("Its texts would have cost %(after)s; those that went out cost %(before)s.") % told


def _sentence(found: Mapping[str, Any], replay: Replay) -> str:
    by = found["after"]["messages"] - found["before"]["messages"]
    if not found["people"]:
        return whose.nobody(replay)
    whom = whose.people(replay, found["people"])
    told = {"n": abs(by), "whom": whom, "days": replay.days}
    if not by:
        text = _(
            "This would have sent as many messages as went out, to %(whom)s over %(days)s days."
        )
        return text % told
    if by < 0:
        text = ngettext(
            "This would have sent %(n)s message fewer to %(whom)s over %(days)s days.",
            "This would have sent %(n)s messages fewer to %(whom)s over %(days)s days.",
            -by,
        )
    else:
        text = ngettext(
            "This would have sent %(n)s message more to %(whom)s over %(days)s days.",
            "This would have sent %(n)s messages more to %(whom)s over %(days)s days.",
            by,
        )
    return text % told


def _sums(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Line]:
    rows = [(_("Messages"), "messages"), (_("Parts of text messages (what is paid for)"), "parts"),
            (_("Found a cap full"), "capped"), (_("Merged into another"), "merged"),
            (_("Sent within 24 hours before somebody opted out"), "near"),
            (_("Sent to people who opted out later"), "leavers")]  # fmt: skip
    sums = [Line(name, before[key], after[key]) for name, key in rows]
    channels = _lines(before["sent"], after["sent"], _channel)
    return [sums[0], *channels, *sums[1:]]


def _channel(name: str) -> str:
    return {"sms": _("by text message"), "email": _("by mail")}.get(name, name)


def _sent(side: Mapping[str, Any]) -> dict[str, int]:
    return {key: counts.get("send", 0) for key, counts in side["touches"].items()}


def _lines(before: Mapping[str, int], after: Mapping[str, int], name: Any) -> list[Line]:
    """Both sides of each, what differs most first."""
    keys = sorted({*before, *after})
    found = [Line(str(name(key)), before.get(key, 0), after.get(key, 0)) for key in keys]
    return sorted((one for one in found if one.before or one.after), key=_difference)


def _difference(line: Line) -> tuple[int, int]:
    return -abs(line.by), -line.before


def _reason(code: str) -> str:
    return str(reasons.label(code))


def _bars(lines: Sequence[Line]) -> list[Bar]:
    most = max((max(one.before, one.after) for one in lines), default=0) or 1
    room = WIDTH - NUMBERS
    return [
        Bar(
            one.name, one.before, one.after, number * ROW,
            round(one.before / most * room), round(one.after / most * room),
        )
        for number, one in enumerate(lines[:12])
    ]  # fmt: skip


def _examples(found: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> list[Example]:
    return [
        Example(
            one["candidate"], names[one["candidate"]],
            _messages(one["before"], one["after"]), _messages(one["after"], one["before"]),
        )
        for one in found
        if one["candidate"] in names
    ]  # fmt: skip


def _messages(rows: Iterable[Sequence[str]], others: Sequence[Sequence[str]]) -> list[Message]:
    return [
        Message(
            touch_name(row[0]), row[1], datetime.fromisoformat(row[2]), row[3],
            str(reasons.label(row[4])), not any(_same(row, other) for other in others),
        )
        for row in rows
    ]  # fmt: skip


def _same(one: Sequence[str], other: Sequence[str]) -> bool:
    """The same message with the same end, as far as a worker that was late makes no difference."""
    (key, channel, at, verdict, _), (its_key, its_channel, its_at, its_verdict, _) = one, other
    apart = datetime.fromisoformat(at) - datetime.fromisoformat(its_at)
    return (key, channel, verdict) == (its_key, its_channel, its_verdict) and abs(apart) <= LATE
