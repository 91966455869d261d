"""The sending policy: what it says, the law beside it, its versions, and the words that stop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from followthrough.accounts.models import Organization
from followthrough.core import clock
from followthrough.governance import optout_words, rulepacks
from followthrough.governance.documents import CHANNELS, PolicyDocument, RulePack
from followthrough.governance.hours import Hours, intersection
from followthrough.governance.models import Policy
from followthrough.governance.policy import CompiledPolicy, compiled
from followthrough.web.console import names, policy_change, policy_words
from followthrough.web.console.map_words import language
from followthrough.web.console.ruler import OPEN, Band, bands


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The policy in force."""
    return _page(request, None)


@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """Any version of it."""
    return _page(request, number)


def _page(request: HttpRequest, number: int | None) -> HttpResponse:
    organization: Organization = request.member.organization  # type: ignore[attr-defined]
    rows = list(Policy.objects.filter(organization=organization).order_by("-number"))
    shown = _version(rows, number)
    document = PolicyDocument.read(shown.document) if shown else rulepacks.default_policy()
    waiting = policy_change.waiting(request.member, rows[0] if rows else None)  # type: ignore[attr-defined]
    given = {
        "versions": rows,
        "shown": shown,
        "newest": rows[0] if rows else None,
        "authors": _authors(rows, waiting),
        "changes": _changes(rows, shown, document),
        "waiting": waiting,
        "overdue": policy_change.overdue(rows[0] if rows else None, clock.now().date()),
        "summary": policy_words.summary(document),
        "said": _said(document, organization.country),
        "said_words": _words(),
    }
    return render(request, "console/policy.html", given)


def _authors(rows: Sequence[Policy], waiting: policy_change.Waiting | None) -> names.Authors:
    known = [one for row in rows for one in (row.author_id, row.second_id)]
    return names.of_authors([*known, waiting.proposal.author_id] if waiting else known)


def _version(rows: Sequence[Policy], number: int | None) -> Policy | None:
    """The version asked for, the newest unless it is said; None: the default policy counts."""
    if number is None:
        return rows[0] if rows else None
    found = next((row for row in rows if row.number == number), None)
    if found is None:
        raise Http404("There is no such version of the policy.")
    return found


class Changes(NamedTuple):
    """What a version changes; `before` is the number of the one before it, 0 the default one."""

    before: int
    rules: Sequence[policy_words.Change]


def _changes(
    rows: Sequence[Policy], shown: Policy | None, document: PolicyDocument
) -> Changes | None:
    if shown is None:
        return None
    row = next((row for row in rows if row.number == shown.number - 1), None)
    before = PolicyDocument.read(row.document) if row else rulepacks.default_policy()
    return Changes(row.number if row else 0, policy_words.changes(before, document))


# --- what it says --------------------------------------------------------------------------------


@dataclass(frozen=True)
class HoursRow:
    """The hours of channels that have the same ones: the policy's, the law's, and both."""

    channels: Sequence[str]
    own: str
    legal: str
    by: str  # the rule packs that say so
    both: str
    stricter: bool  # the law leaves less than the policy would
    days: Sequence[tuple[str, Sequence[Band]]]
    open_for: str  # a week
    longest_wait: str

    @property
    def name(self) -> str:
        return policy_words.alike(self.channels)

    @property
    def bound(self) -> bool:
        return bool(self.open_for)


class Said(NamedTuple):
    """A policy in words, with the legal floors of the organization's country."""

    hours: Sequence[HoursRow]
    consent: Sequence[tuple[str, str]]
    caps: Sequence[str]
    legal_caps: Sequence[tuple[str, str]]  # sentence, title of the rule pack
    room: str
    reply: str
    merging: str
    spread: str
    packs: Sequence[RulePack]
    reply_minutes: int


def _said(document: PolicyDocument, country: str) -> Said:
    policy, packs = compiled(document, packs=rulepacks.packs()), rulepacks.choose(country, "")
    return Said(
        hours=_hours(policy, packs, country),
        consent=[
            (policy_words.channel(code), policy_words.consent(document, code)) for code in CHANNELS
        ],
        caps=[policy_words.cap(cap) for cap in document.caps],
        legal_caps=[(policy_words.cap(cap), pack.title) for pack in packs for cap in pack.caps],
        room=policy_words.room(document),
        reply=policy_words.reply(document),
        merging=policy_words.merging(document),
        spread=policy_words.spread(document),
        packs=packs,
        reply_minutes=document.reply_minutes,
    )


def _hours(policy: CompiledPolicy, packs: Sequence[RulePack], country: str) -> list[HoursRow]:
    """A row for all channels that have the same hours."""
    rules = policy.rules(country, "").hours
    alike: dict[tuple[str, str], list[str]] = {}
    for code in CHANNELS:
        both, own = policy_words.week(rules[code].both), policy_words.week(rules[code].own)
        alike.setdefault((own, both), []).append(code)
    return [_row(codes, rules[codes[0]], packs) for codes in alike.values()]


def _row(codes: Sequence[str], hours: Hours, packs: Sequence[RulePack]) -> HoursRow:
    days = [(policy_words.day(number), bands(hours, number)) for number in range(7)]
    open_for, wait = _figures([one for _name, one in days])
    titles = [pack.title for pack in packs if pack.hours and codes[0] in pack.channels]
    return HoursRow(
        channels=codes,
        own=policy_words.week(hours.own),
        legal=policy_words.week(hours.legal) if hours.legal is not None else "",
        by=", ".join(titles),
        both=policy_words.week(hours.both),
        stricter=_stricter(hours),
        days=days,
        open_for=open_for if hours.both is not None else "",
        longest_wait=wait if hours.both is not None else "",
    )


def _stricter(hours: Hours) -> bool:
    """Whether the law leaves less than the policy would."""
    if hours.legal is None:
        return False
    return hours.own is None or hours.both != intersection([hours.own])


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


# --- the words that stop -------------------------------------------------------------------------

OUTCOMES = {
    "opt_out": gettext_noop("Stops all messages to the address, at once"),
    "ambiguous_stop": gettext_noop("May mean stop: automation is silent and a person looks"),
    "opt_in": gettext_noop("Allows messages again"),
    "help": gettext_noop("Answers with help"),
}
FEW = 8  # phrases that are shown without opening the list


WHERE = {
    (True, False): gettext_noop("as the whole message"),
    (True, True): gettext_noop("as the whole message, polite words aside"),
    (False, True): gettext_noop("as the message, or as one clause of it"),
    (False, False): gettext_noop("as the message, or as one clause of it"),
}


class Words(NamedTuple):
    """Phrases that mean the same, in one language, and where they have to stand."""

    outcome: str
    language: str
    where: str
    few: Sequence[str]
    more: Sequence[str]


def _words() -> list[Words]:
    """Every phrase, by what it leads to and by language."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for rule in optout_words.RULES:
        where = WHERE[rule.where == optout_words.WHOLE, rule.courtesy]
        found.setdefault((rule.outcome, rule.language, where), []).extend(rule.phrases)
    ordered = sorted(found, key=lambda key: (list(OUTCOMES).index(key[0]), key[1]))
    return [_phrases(*key, found[key]) for key in ordered]


def _phrases(outcome: str, code: str, where: str, phrases: Iterable[str]) -> Words:
    unique = list(dict.fromkeys(phrases))
    name = language(code) if code else _("Carriers’ words, in every language")
    return Words(_(OUTCOMES[outcome]), name, _(where), unique[:FEW], unique[FEW:])
