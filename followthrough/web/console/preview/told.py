"""What a replay comes to, in words, bars and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followthrough.channels.prices import Price
from followthrough.governance import reasons
from followthrough.runs.models import Replay
from followthrough.web.console.preview import examples, staged, whose
from followthrough.web.console.preview.bars import ROW, Bar, Line, bars, lines
from followthrough.web.console.preview.examples import Example
from followthrough.web.console.preview.staged import Staged
from followthrough.web.console.sentences import touch_name

KINDS = ("more", "fewer", "otherwise", "capped")


class Told(NamedTuple):
    """Everything the page says of a replay that is done. Messages are compared by name (`touches`),
    or else by stage (`staged`)."""

    sentence: str
    bars: Sequence[Bar]
    height: int
    sums: Sequence[Line]
    touches: Sequence[Line]
    held: Sequence[Line]
    dropped: Sequence[Line]
    who: Mapping[str, int]
    examples: Sequence[tuple[str, Sequence[Example]]]
    staged: Staged | None = None
    cost: str = ""

    @property
    def as_many(self) -> int:
        """How many get as many messages, be they the same or others."""
        return self.who["otherwise"] + self.who["same"]


def of(replay: Replay, *, names: Mapping[str, str], price: Price | None = None) -> Told:
    """A replay in words. `names` are the candidates whose example may be shown, by id; `price` is
    what a part of a text costs, where somebody has said so."""
    found: dict[str, Any] = replay.result or {}
    before, after = found["before"], found["after"]
    by_stage = staged.of(replay)
    by_name = [] if by_stage else lines(_sent(before), _sent(after), touch_name)
    shown = bars(by_stage.lines if by_stage else by_name)
    return Told(
        _sentence(found, replay), shown, len(shown) * ROW, _sums(before, after), by_name,
        lines(before["held"], after["held"], _reason),
        lines(before["dropped"], after["dropped"], _reason), found["who"],
        [
            (kind, examples.of(found["examples"].get(kind, ()), names, by_stage))
            for kind in KINDS
        ],
        by_stage, _cost(before["parts"], after["parts"], price) if price else "",
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
    channels = lines(before["sent"], after["sent"], _channel)
    return [sums[0], *channels, *sums[1:]]


def _channel(name: str) -> str:
    return {"sms": _("by text message"), "email": _("by mail")}.get(name, name)


def _sent(side: Mapping[str, Any]) -> dict[str, int]:
    return {key: counts.get("send", 0) for key, counts in side["touches"].items()}


def _reason(code: str) -> str:
    return str(reasons.label(code))
