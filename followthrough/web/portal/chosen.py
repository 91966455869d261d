"""From the button that was pressed to the choice that it means."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from followthrough.core import zones
from followthrough.governance import preferences
from followthrough.governance.decisions import Wish
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.web.portal.ways import Channel

LONGEST = timedelta(days=366)  # of a pause: longer, it is better stopped
PAUSES = {"week": timedelta(days=7), "fortnight": timedelta(days=14), "month": timedelta(days=30)}


class Refused(Exception):
    """Nothing is changed; `code` is the name of the text that says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Chosen(NamedTuple):
    """A choice: its code, what it makes of the standing wish, and the channels it opens again.
    `widens`: more than before may come of it, so its words must be those that were read."""

    code: str
    change: Callable[[Wish], Wish]
    reopen: Collection[str] = ()
    hear: UUID | None = None  # the application that they want to hear about again
    undoes: int = 0  # the number of the choice that is taken back with all that it wrote
    widens: bool = False


class Place(NamedTuple):
    """Who chooses, where: what of theirs can be named, and where they may be."""

    candidate_id: UUID
    wish: Wish
    channels: Collection[Channel]
    applications: Collection[UUID]
    zones: Collection[str]  # at least one
    now: datetime


def read(form: Mapping[str, str], place: Place) -> Chosen:
    """The choice in a form's `choice`, `what:which`. Raises Refused."""
    name, _, which = form.get("choice", "").partition(":")
    meant = _MEANT.get(name)
    if meant is None:
        raise Refused("not_a_choice")
    return meant(which, form, place)


def _everything(which: str, form: Mapping[str, str], place: Place) -> Chosen:
    return Chosen("everything", preferences.everything, _reopened(place), widens=True)


def _interviews(which: str, form: Mapping[str, str], place: Place) -> Chosen:
    opened = _reopened(place)
    return Chosen("interviews", preferences.only_interviews, opened, widens=bool(opened))


def _reopened(place: Place) -> list[str]:
    return [one.name for one in place.channels if one.reopens]


def _stop(which: str, form: Mapping[str, str], place: Place) -> Chosen:
    return Chosen("stop", preferences.nothing)


def _pause(which: str, form: Mapping[str, str], place: Place) -> Chosen:
    today = max(zones.local(place.now, one).date() for one in place.zones)
    day = today + PAUSES[which] if which in PAUSES else _day(form.get("until", ""))
    if not today < day <= today + LONGEST:
        raise Refused("wrong_day")
    until = max(zones.instant(day, time(0), one) for one in place.zones)
    return Chosen("pause", lambda wish: preferences.pause(wish, until))


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise Refused("wrong_day") from None


def _resume(which: str, form: Mapping[str, str], place: Place) -> Chosen:
    return Chosen("resume", preferences.resume, widens=True)


def _silence(which: str, form: Mapping[str, str], place: Place) -> Chosen:
    _check_channel(which)
    return Chosen(f"silence_{which}", lambda wish: preferences.silence(wish, which))


def _unsilence(which: str, form: Mapping[str, str], place: Place) -> Chosen:
    _check_channel(which)
    opened = [which]
    return Chosen(
        f"unsilence_{which}", lambda wish: preferences.unsilence(wish, which), opened, widens=True
    )


def _check_channel(name: str) -> None:
    if name not in CHANNEL_KIND:
        raise Refused("not_a_choice")


def _about(which: str, form: Mapping[str, str], place: Place) -> Chosen:
    if which == "all":
        return Chosen("all_applications", lambda wish: preferences.only_about(wish, None),
                      widens=True)  # fmt: skip
    found = next((one for one in place.applications if str(one) == which), None)
    if found is None:
        raise Refused("not_a_choice")
    return Chosen("only_about", lambda wish: preferences.only_about(wish, found))


def _hear(which: str, form: Mapping[str, str], place: Place) -> Chosen:
    """About an application again about which they had asked to hear nothing."""
    found = next((one for one in place.applications if str(one) == which), None)
    if found is None:
        raise Refused("not_a_choice")
    return Chosen("hear", lambda wish: wish, hear=found, widens=True)


def _undo(which: str, form: Mapping[str, str], place: Place) -> Chosen:
    """As it was before the choice of that number, if nothing was chosen since: whoever takes back
    that they stopped everything is reached again where they were, and nowhere else."""
    number = int(which) if which.isascii() and which.isdigit() and len(which) < 9 else 0

    def before(wish: Wish) -> Wish:
        same = number and wish.number == number
        return preferences.before(place.candidate_id, number) if same else wish

    return Chosen("undo", before, widens=True, undoes=number)


_MEANT: Mapping[str, Callable[[str, Mapping[str, str], Place], Chosen]] = {
    "everything": _everything, "interviews": _interviews, "stop": _stop, "pause": _pause,
    "resume": _resume, "silence": _silence, "unsilence": _unsilence, "about": _about, "hear": _hear,
    "undo": _undo,
}  # fmt: skip
