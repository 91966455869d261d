"""The sending policy: what it says, the law beside it, its versions, and the words that stop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from followthrough.accounts.models import Organization
from followthrough.core import clock
from followthrough.core.places import Place
from followthrough.governance import optout, optout_phrases, rulepacks
from followthrough.governance.documents import CHANNELS, PolicyDocument
from followthrough.governance.models import Policy
from followthrough.governance.policy import compiled
from followthrough.people import sites
from followthrough.web.console import law, names, policy_change, policy_hours, policy_words
from followthrough.web.console.map_words import language
from followthrough.web.console.policy_hours import HoursRow


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
        "said": _said(document, sites.places(organization.id, country=organization.country)),
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


class Said(NamedTuple):
    """A policy in words, with the legal floors where the organization has sites."""

    hours: Sequence[HoursRow]
    consent: Sequence[tuple[str, str]]
    caps: Sequence[str]
    legal_caps: Sequence[tuple[str, str]]  # sentence, title of the rule pack
    room: str
    reply: str
    merging: str
    spread: str
    burst: str
    holidays: str
    packs: Sequence[law.Told]
    reply_minutes: int
    outreach: bool  # the law sets it narrower hours than the rest


def _said(document: PolicyDocument, places: Sequence[Place]) -> Said:
    policy, packs = compiled(document, packs=rulepacks.packs()), law.told(places, clock.now())
    return Said(
        hours=policy_hours.rows(policy, places),
        consent=[
            (policy_words.channel(code), policy_words.consent(document, code)) for code in CHANNELS
        ],
        caps=[policy_words.cap(cap) for cap in document.caps],
        legal_caps=[
            (policy_words.cap(cap), one.pack.title) for one in packs for cap in one.pack.caps
        ],
        room=policy_words.room(document),
        reply=policy_words.reply(document),
        merging=policy_words.merging(document),
        spread=policy_words.spread(document),
        burst=policy_words.burst(document),
        holidays=policy_words.holidays(document),
        packs=packs,
        reply_minutes=document.reply_minutes,
        outreach=any(one.pack.hours and one.pack.purposes == ["outreach"] for one in packs),
    )


# --- the words that stop -------------------------------------------------------------------------

OUTCOMES = {
    "opt_out": gettext_noop("Stops all messages to the address, at once"),
    "ambiguous_stop": gettext_noop("May mean stop: automation is silent and a person looks"),
    "opt_in": gettext_noop("Allows messages again"),
    "help": gettext_noop("Answers with help"),
}


class Words(NamedTuple):
    """A way of saying it: what it is, and examples by language, '' for those of every one."""

    outcome: str
    says: str
    examples: Sequence[tuple[str, Sequence[str]]]


def _words() -> list[Words]:
    """Every way of saying it, by what it leads to."""
    found: dict[tuple[str, str], list[tuple[str, Sequence[str]]]] = {}
    for code, rule in optout.rules():
        examples = (language(code) if code else "", rule.examples)
        found.setdefault((_led_to(rule), rule.id), []).append(examples)
    # The carriers' words first, being what most people write.
    order = list(OUTCOMES)
    ordered = sorted(found, key=lambda key: (order.index(key[0]), found[key][0][0] != ""))
    return [
        Words(_(OUTCOMES[outcome]), _(optout_phrases.RULES[rule]), found[outcome, rule])
        for outcome, rule in ordered
    ]


def _led_to(rule: optout.Rule) -> str:
    return rule.outcome if rule.outcome in OUTCOMES else optout.AMBIGUOUS
