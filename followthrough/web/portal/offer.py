"""What a candidate's page offers: every choice with its words, as the page shows and we keep it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from followthrough.core import clock
from followthrough.governance.decisions import Wish
from followthrough.governance.preferences import EVERYTHING, INTERVIEWS, NOTHING
from followthrough.web.portal.texts import Texts
from followthrough.web.portal.ways import ON, UNUSED, Channel

PAUSES = ("week", "fortnight", "month")
HIDDEN = "•••"  # in place of an address, where what was shown is kept


class Choice(NamedTuple):
    """A button, what it means, and whether it is how things are."""

    value: str
    label: str
    says: str = ""
    current: bool = False


class Reached(NamedTuple):
    """A channel, what can be chosen about it, and what else there is to say."""

    channel: Channel
    choice: Choice | None
    note: str


class Offer(NamedTuple):
    """Everything there is to choose."""

    what: Sequence[Choice]
    stop: Choice | None
    pauses: Sequence[Choice]
    resume: Choice | None
    reached: Sequence[Reached]
    applications: Sequence[Choice]


def of(
    t: Texts,
    wish: Wish,
    channels: Sequence[Channel],
    jobs: dict[UUID, str],
    refused: Collection[UUID] = (),
) -> Offer:
    """What can be chosen by somebody who chose `wish` last. `jobs` are the titles of their
    applications by key, in their order; about the `refused` they asked to hear nothing."""
    off = wish.wants == NOTHING
    paused = wish.paused_until is not None and wish.paused_until > clock.now()
    return Offer(
        list(_what(t, wish, channels, paused=paused)),
        None if off else Choice("stop", t["stop"], t["stop_says"]),
        [] if off else [Choice(f"pause:{one}", t[one]) for one in PAUSES],
        Choice("resume", t["resume"]) if paused else None,
        [_reached(t, wish, one) for one in channels],
        [] if off else list(_about(t, wish, jobs, refused)),
    )


def _what(
    t: Texts, wish: Wish, channels: Sequence[Channel], *, paused: bool
) -> Iterator[Choice]:  # fmt: skip
    """Which messages. Where they were stopped, choosing some allows them again, and says so."""
    again = wish.wants == NOTHING or any(one.reopens for one in channels)
    reached = not channels or any(one.state == ON for one in channels)
    for wants, value in ((EVERYTHING, "everything"), (INTERVIEWS, "interviews")):
        says = t[f"{value}_says"] + (f" {t['again_says']}" if again else "")
        yield Choice(
            value, t[value], says, wish.wants == wants and reached and not (again or paused)
        )


def _reached(t: Texts, wish: Wish, one: Channel) -> Reached:
    if one.bar == "start":
        note = t.say("start", number=one.number) if one.number else t["start_unknown"]
        return Reached(one, None, note)
    if one.bar:
        return Reached(one, None, t["another"])
    if wish.wants == NOTHING or one.state == UNUSED:
        return Reached(one, None, "")
    if one.state == ON:
        return Reached(one, Choice(f"silence:{one.name}", t[f"silence_{one.name}"]), "")
    says = t.say("allow_says", address=", ".join(one.addresses))
    return Reached(one, Choice(f"unsilence:{one.name}", t[f"unsilence_{one.name}"], says), "")


def _about(
    t: Texts, wish: Wish, jobs: dict[UUID, str], refused: Collection[UUID]
) -> Iterator[Choice]:
    for key in jobs:
        if key in refused:
            yield Choice(f"hear:{key}", t.say("hear_again", job=jobs[key] or t["no_job"]))
    if len(jobs) > 1:
        yield from _applications(t, wish, jobs)


def _applications(t: Texts, wish: Wish, jobs: dict[UUID, str]) -> Iterator[Choice]:
    yield Choice("about:all", t["all_applications"], current=wish.application_id is None)
    for key, title in jobs.items():
        label = t.say("only_about", job=title or t["no_job"])
        yield Choice(f"about:{key}", label, current=wish.application_id == key)


def text(t: Texts, offer: Offer) -> str:
    """The offer as it was read, without what is about this one person."""
    lines = [t["title"], t["what"], *_lines(offer.what), *_lines([offer.stop])]
    lines += [t["pause"], t["pause_says"], *_lines(offer.pauses), *_lines([offer.resume])]
    lines += [t["pause_until"], t["channels"]]
    lines += [line for one in offer.reached for line in _said(t, one)]
    lines += [t["applications"], *_lines(offer.applications)] if offer.applications else []
    return "\n".join([*lines, t["person"]])


def _lines(choices: Sequence[Choice | None]) -> list[str]:
    return [line for one in choices if one for line in (one.label, one.says) if line]


def _said(t: Texts, one: Reached) -> list[str]:
    name = t[one.channel.name]
    if one.choice is None:
        return [name, one.note] if one.note else [name]
    says = t.say("allow_says", address=HIDDEN) if one.choice.says else ""
    return [name, *_lines([one.choice._replace(says=says)])]


def now(
    t: Texts, wish: Wish, channels: Sequence[Channel], day: str, jobs: dict[UUID, str]
) -> list[str]:
    """What they get now, in sentences; `day` is when a pause ends, '' when there is none."""
    if wish.wants == NOTHING:
        return [t["now_nothing"]]
    if channels and not any(one.state == ON for one in channels):
        return [t["now_unreachable"]]
    paused = [t.say("now_paused", day=day), t[f"then_{wish.wants}"]] if day else []
    said = paused or [t[f"now_{wish.wants}"]]
    if wish.application_id in jobs:
        said.append(t.say("now_one", job=jobs[wish.application_id] or t["no_job"]))
    return said


def except_about(
    t: Texts, wish: Wish, jobs: dict[UUID, str], refused: Collection[UUID]
) -> list[str]:
    """About which of their applications they get nothing all the same, in sentences."""
    if wish.wants == NOTHING:
        return []
    return [t.say("now_except", job=jobs[key] or t["no_job"]) for key in jobs if key in refused]
