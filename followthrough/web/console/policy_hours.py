"""The hours of a policy beside those of the law: what both leave, by channels and places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from followthrough.core import clock
from followthrough.core.places import Place
from followthrough.core.zones import Week, Window
from followthrough.governance import rulepacks
from followthrough.governance.documents import CHANNELS, PolicyDocument
from followthrough.governance.hours import Hours, intersection
from followthrough.governance.policy import Bounds, CompiledPolicy
from followthrough.web.console import law, policy_words
from followthrough.web.console.map_words import joined
from followthrough.web.console.ruler import OPEN, Band, bands


@dataclass(frozen=True)
class HoursRow:
    """The hours of channels that have the same ones in `places`: the policy's, what the law of
    each place adds, and both."""

    channels: Sequence[str]
    places: str  # '' for everywhere
    own: str
    laws: Sequence[tuple[str, str]]  # hours, and the rule packs that say so
    closed: str
    both: str
    stricter: bool  # the law leaves less than the policy would
    days: Sequence[tuple[str, Sequence[Band]]]
    open_for: str  # a week
    longest_wait: str
    nothing: str  # on which days the law leaves none of the policy's hours, as a sentence

    @property
    def name(self) -> str:
        return policy_words.alike(self.channels)

    @property
    def bound(self) -> bool:
        return bool(self.open_for)


Case = tuple[str, Place, Bounds]  # a channel, a place, and what binds messages by it there


def rows(policy: CompiledPolicy, places: Sequence[Place]) -> list[HoursRow]:
    """A row for all channels that come to the same hours in the same places."""
    alike: dict[tuple[str, str, tuple[Place, ...]], list[Case]] = {}
    for code in CHANNELS:
        for said, cases in _of_channel(policy, code, places).items():
            where = tuple(place for _code, place, _bounds in cases)
            alike.setdefault((*said, where), []).extend(cases)
    return [_row(policy, cases, len(places)) for cases in alike.values()]


def _of_channel(
    policy: CompiledPolicy, code: str, places: Sequence[Place]
) -> dict[tuple[str, str], list[Case]]:
    """The places in which a channel has the same hours, by the policy's and those of both."""
    now = clock.now()
    found: dict[tuple[str, str], list[Case]] = {}
    for place in places:
        bounds = policy.rules((place,), now).bounds(code, "informational")
        said = policy_words.week(bounds.hours.own), policy_words.week(bounds.hours.both)
        found.setdefault(said, []).append((code, place, bounds))
    return found


def _row(policy: CompiledPolicy, cases: Sequence[Case], everywhere: int) -> HoursRow:
    """The strip is of all these places: what the law of one forbids is shown as forbidden."""
    places = tuple(dict.fromkeys(place for _code, place, _bounds in cases))
    hours = policy.rules(places, clock.now()).bounds(cases[0][0], "informational").hours
    days = [(policy_words.day(number), bands(hours, number)) for number in range(7)]
    open_for, wait = _figures([one for _name, one in days])
    return HoursRow(
        channels=list(dict.fromkeys(code for code, _place, _bounds in cases)),
        places="" if len(places) == everywhere else ", ".join(map(law.name, places)),
        own=policy_words.week(hours.own),
        laws=_laws(cases),
        closed=policy_words.closed(hours.own),
        both=policy_words.week(hours.both),
        stricter=any(_stricter(bounds.hours) for _code, _place, bounds in cases),
        days=days,
        open_for=open_for if hours.both is not None else "",
        longest_wait=wait if hours.both is not None else "",
        nothing=_nothing(hours),
    )


def _laws(cases: Sequence[Case]) -> list[tuple[str, str]]:
    """What the law allows in each of these places, with its rule packs; alike ones once."""
    titles = rulepacks.titles()
    found = {
        policy_words.week(bounds.hours.legal): ", ".join(titles[id] for id in bounds.hours.packs)
        for _code, _place, bounds in cases
        if bounds.hours.legal is not None
    }
    return list(found.items())


def _stricter(hours: Hours) -> bool:
    """Whether the law leaves less than the policy would."""
    if hours.legal is None:
        return False
    return hours.own is None or hours.both != intersection([hours.own])


def _nothing(hours: Hours) -> str:
    """That the law leaves none of the hours of some days; what a window past midnight keeps on the
    day after is of that one."""
    if hours.own is None or hours.legal is None:
        return ""
    both = hours.both or {}
    days = [policy_words.day(number) for number in sorted(hours.own) if not both.get(number)]
    said = _("Nothing goes out on %(days)s: the law forbids those hours.")
    return said % {"days": joined(days)} if days else ""


def _figures(days: Sequence[Sequence[Band]]) -> tuple[str, str]:
    """How long messages may go out in a week, and the longest time they may not."""
    open_, longest, closed = 0, 0, 0
    for one in [band for day in (*days, *days) for band in day]:  # twice: Sunday leads to Monday
        closed = 0 if one.kind == OPEN else closed + one.length
        longest, open_ = max(longest, closed), open_ + one.length * (one.kind == OPEN)
    return _length(open_ // 2), _length(min(longest, 7 * 24 * 60))


def _length(minutes: int) -> str:
    """Hours rather than days: they are compared with the 168 of a week."""
    hours, rest = divmod(minutes, 60)
    whole = _("%(n)s h") % {"n": hours}
    return f"{whole} {_('%(n)s min') % {'n': rest}}" if rest else whole


# --- windows past midnight -----------------------------------------------------------------------


def run_together(document: PolicyDocument) -> list[str]:
    """That a window past midnight goes on into one of the next day, a sentence for each."""
    found = [
        _("%(one)s runs into %(other)s: they are one window.") % told
        for week in document.hours.values()
        for told in _together(week.week())
    ]
    return list(dict.fromkeys(found))


def _together(week: Week) -> Iterator[dict[str, str]]:
    for day, windows in week.items():
        after = (day + 1) % 7
        for one in windows:
            for other in week.get(after, ()):
                if one.end < one.start and other.start < one.end:
                    yield {"one": _window(day, one), "other": _window(after, other)}


def _window(day: int, window: Window) -> str:
    return policy_words.week({day: (window,)})
