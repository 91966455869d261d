"""A question in people's words as filters: "all drops for outside hours in Texas last week".

No guessing: phrases that are known, the longest first, and what is left may be somebody's name.
What is not understood is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from followthrough.accounts.models import Member
from followthrough.governance import reasons
from followthrough.journeys.models import MessageMap
from followthrough.messages.models import Purpose, Receipt
from followthrough.people import finding, scopes
from followthrough.people.plain import words
from followthrough.people.stages import Stage
from followthrough.web.console.receipts import days, places
from followthrough.web.console.receipts.asked import LONGEST, Asked, When

Meaning = tuple[str, str]  # a filter and its value
Known = Mapping[tuple[str, ...], Meaning]  # by the words of a phrase
Listed = Iterable[tuple[str, str, str]]  # a filter, its value, phrases with commas between them

LONGEST_PHRASE = 6  # words


class _Heard(NamedTuple):
    """What a question said: filters, stretches of time, what was asked for beside something else
    of its kind, and words without a meaning, those in a row together."""

    found: dict[str, str]
    times: list[days.Said]
    also: list[str]
    left: list[list[str]]


def read(text: str, member: Member) -> Asked:
    """The filters that a question means. `unread` has the words that mean none, `also` those that
    ask for a second of something; a time that was understood in part only is no filter."""
    text, times = days.read(text[:LONGEST])
    heard = _Heard({}, times, [], [[]])
    known = {**_fixed(get_language() or "en"), **_own(member)}
    for meaning, said in _phrases(_spelled(text), known):
        _hear(meaning, said, heard)
    left = [" ".join(one) for one in heard.left if one]
    asked = replace(Asked(), **heard.found, also=", ".join(heard.also)[:LONGEST])
    return _timed(heard.times, *_named(left, asked, member))


def _hear(meaning: Meaning | None, said: str, heard: _Heard) -> None:
    if meaning is None:
        if said not in _fillers(get_language() or "en"):
            heard.left[-1].append(said)
        return
    name, value = meaning
    if name == "when":
        heard.times.append(days.Said(said, {name: value}))
    elif heard.found.setdefault(name, value) != value:
        heard.also.append(said)
    heard.left.append([])


def _timed(times: Sequence[days.Said], asked: Asked, unread: Sequence[str]) -> Asked:
    """With the time that was said, if that is all that was said about it."""
    if len(times) == 1 and not days.in_doubt(unread):
        asked, times = replace(asked, **times[0].filters), []
    left = [*(one.words for one in times), *unread]
    return replace(asked, unread=", ".join(left)[:LONGEST])


def _named(left: Sequence[str], asked: Asked, member: Member) -> tuple[Asked, list[str]]:
    """Of what is left, the first that is in somebody's name is meant as that."""
    name = next((one for one in left if _is_somebody(one, member)), "")
    return replace(asked, name=name), [one for one in left if one != name]


def _is_somebody(text: str, member: Member) -> bool:
    organization = member.organization
    meant = finding.read(text, country=organization.country)
    return scopes.applications(member).filter(finding.applications(organization, meant)).exists()


# --- phrases -------------------------------------------------------------------------------------


class _Word(NamedTuple):
    """A word as it is compared, and as it was written."""

    plain: str
    written: str


def _spelled(text: str) -> list[_Word]:
    """The words of a text. A state's code counts only in capitals: `in` is hardly ever Indiana."""
    found = [(one, written) for written in text.split() for one in words(written)]
    return [_Word(plain, written.strip(".,;:!?'\"“”‘’()")) for plain, written in found]


def _phrases(said: Sequence[_Word], known: Known) -> Iterator[tuple[Meaning | None, str]]:
    """Each phrase with what it means, the longest that is known first; single words mean None."""
    at = 0
    while at < len(said):
        size = next((n for n in range(LONGEST_PHRASE, 0, -1) if _key(said, at, n) in known), 0)
        if size:
            meaning: Meaning | None = known[_key(said, at, size)]
        else:
            size, meaning = 1, _state(said[at])
        yield meaning, " ".join(one.plain for one in said[at : at + size])
        at += size


def _key(said: Sequence[_Word], at: int, size: int) -> tuple[str, ...]:
    return tuple(one.plain for one in said[at : at + size]) if at + size <= len(said) else ()


def _state(word: _Word) -> Meaning | None:
    """`TX`; where two countries have such a state, that of the first."""
    codes = (one for one in places.STATES if one.endswith(f"-{word.written}"))
    code = next(codes, "")
    return ("place", code) if code else None


def _listed(field: str, value: str, phrases: str) -> Iterator[tuple[tuple[str, ...], Meaning]]:
    for phrase in phrases.split(","):
        if key := tuple(words(phrase)):
            yield key, (field, value)


@lru_cache(maxsize=16)
def _fixed(language: str) -> Known:
    """What everybody can say, in a language (it is the one that is in use)."""
    found: dict[tuple[str, ...], Meaning] = {}
    for listed in (_countries(), _states(), _outcomes(), _reasons(), _rest()):
        for field, value, phrases in listed:
            found.update(_listed(field, value, phrases))
    return found


def _countries() -> Listed:
    return [("place", code, places.country(code).replace(",", " ")) for code in places.countries()]


def _states() -> Listed:
    return [("place", code, name) for code, name in places.STATES.items()]


def _outcomes() -> Listed:
    said = {
        "send": _("sends, sent, send, went out"),
        "hold": _("holds, hold, held, waiting"),
        "merge": _("merges, merge, merged"),
        "drop": _("drops, drop, dropped, not sent"),
        "cancel": _("cancels, cancel, cancelled, canceled"),
        "fail": _("fails, failed, failures, could not be sent"),
        "unknown": _("unknown, outcome unknown"),
        "shadow": _("shadow, in shadow, would have been sent, shadowed"),
    }
    assert said.keys() == set(Receipt.Verdict.values)
    return [("verdict", code, phrases) for code, phrases in said.items()]


def _reasons() -> Listed:
    more = {
        "hours": _("outside hours, outside of hours, out of hours, hours, at night, night"),
        "quiet_hours": _("outside quiet hours, in quiet hours"),
        "legal_hours": _("outside legal hours, by law"),
        "opted_out": _("opted out, opt out, opt outs, opt-out, stop, unsubscribed"),
        "no_consent": _("without consent, missing consent"),
        "often": _("caps, cap, too often, too many, frequency"),
        "caps": _("policy cap, policy caps"),
        "silence": _("frozen, freeze, silent, silence, stopped by hand, kill switch"),
        "too_late": _("too late, late"),
        "not_relevant": _("not relevant, irrelevant"),
        "address": _("bad address, bad addresses, undelivered, bounced"),
        "no_zone": _("no time zone, unknown zone, unknown time zone"),
    }
    named = [("reason", code, reasons.label(code)) for code in reasons.LABELS if code != "sent"]
    grouped = [("reason", one.code, _(one.said)) for one in reasons.GROUPS]
    return [*named, *grouped, *(("reason", code, phrases) for code, phrases in more.items())]


def _rest() -> Listed:
    times = {
        When.TODAY: _("today"), When.YESTERDAY: _("yesterday"),
        When.WEEK: _("last 7 days, past 7 days, past week"), When.LAST_WEEK: _("last week"),
        When.MONTH: _("last 30 days, past 30 days, past month"), When.LAST_MONTH: _("last month"),
    }  # fmt: skip
    channels = {
        "sms": _("texts, text, sms, text messages, by text"),
        "email": _("mails, mail, email, emails, by mail"),
    }
    purposes = {
        Purpose.OUTREACH: _("outreach"), Purpose.INFORMATIONAL: _("informational"),
        Purpose.REPLY: _("replies, reply"), Purpose.SERVICE: _("service, service messages"),
    }  # fmt: skip
    stages = ((code, str(label)) for code, label in Stage.choices)
    yield from (("when", code, phrases) for code, phrases in times.items())
    yield from (("channel", code, phrases) for code, phrases in channels.items())
    yield from (("purpose", code, phrases) for code, phrases in purposes.items())
    yield from (("stage", code, phrases) for code, phrases in stages)


def _own(member: Member) -> Known:
    """The sites and maps of the member's company, by name."""
    maps = MessageMap.objects.filter(organization_id=member.organization_id)
    named = [("site", str(key), name) for key, name in places.sites(member)]
    named += [("map", str(key), name) for key, name in maps.values_list("id", "name")]
    return {key: meaning for field, value, name in named
            for key, meaning in _listed(field, value, name.replace(",", " "))}  # fmt: skip


@lru_cache(maxsize=16)
def _fillers(language: str) -> frozenset[str]:
    return frozenset(words(_(
        "all every any the a an of for in at on by with from to because due why show me find list"
        " which what were was that did and messages message receipts receipt candidates candidate"
        " people person stage map site reason is are not or"
    )))  # fmt: skip
