"""What receipts can be filtered by: the choices there are, and what is chosen as chips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from followthrough.accounts.models import Member
from followthrough.governance import reasons
from followthrough.journeys.models import MessageMap
from followthrough.messages.models import Purpose, Receipt
from followthrough.people import scopes
from followthrough.people.models import Candidate
from followthrough.people.stages import Stage
from followthrough.web.console.listing.filters import Choice, Filter
from followthrough.web.console.receipts import places
from followthrough.web.console.receipts.asked import Asked, When, day
from followthrough.web.templatetags.console import CHANNELS


class Chip(NamedTuple):
    """A filter that is set, in words, and the address without it."""

    said: str
    chosen: str | Promise
    address: str


def filters(member: Member, asked: Asked) -> list[Filter]:
    """Every filter with its choices, within the member's sites."""
    there = _places(member, asked)
    sites = [Choice(str(key), name) for key, name in places.sites(member)]
    return [
        Filter("verdict", _("What came of it"), _("Anything"), _verdicts(), asked.verdict),
        Filter("reason", _("Why"), _("For any reason"), _reasons(), asked.reason),
        Filter("when", _("When"), _("At any time"), _of(When.choices), asked.when),
        Filter("channel", _("Channel"), _("All channels"), _of(_channels()), asked.channel),
        Filter("place", _("State or country"), _("Everywhere"), there, asked.place),
        Filter("site", _("Site"), _("All sites"), sites, asked.site),
        Filter("map", _("Message map"), _("All maps"), _maps(member), asked.map),
        Filter("stage", _("Stage of the map"), _("All stages"), _of(Stage.choices), asked.stage),
        Filter("purpose", _("What for"), _("Anything"), _of(Purpose.choices), asked.purpose),
    ]  # fmt: skip


def _of(pairs: Iterable[tuple[str, str | Promise]]) -> list[Choice]:
    return [Choice(value, said) for value, said in pairs]


def _channels() -> list[tuple[str, str]]:
    return [(code, _(said)) for code, said in CHANNELS.items()]


def _verdicts() -> list[Choice]:
    return _of(Receipt.Verdict.choices)


def _reasons() -> list[Choice]:
    """The groups, and the reasons in each below it."""
    found = []
    for group in reasons.GROUPS:
        found.append(Choice(group.code, _(group.said)))
        if len(group.codes) > 1:
            found += [Choice(one, f"– {reasons.label(one)}") for one in group.codes]
    return found


def _places(member: Member, asked: Asked) -> list[Choice]:
    there = places.choices(member)
    if asked.place and asked.place not in {one.value for one in there}:
        there.append(Choice(asked.place, places.name(asked.place)))
    return [Choice(one.value, f"– {one.said}" if "-" in one.value else one.said) for one in there]


def _maps(member: Member) -> list[Choice]:
    found = MessageMap.objects.filter(organization_id=member.organization_id).order_by("name")
    return [Choice(str(key), name) for key, name in found.values_list("id", "name")]


# --- what is chosen ------------------------------------------------------------------------------


def chips(member: Member, asked: Asked, choices: Sequence[Filter]) -> list[Chip]:
    """What is asked for, a piece each."""
    found = [
        Chip(str(one.said), _chosen(one), asked.without(one.name).address)
        for one in choices
        if one.chosen
    ]
    if person := _person(member, asked):
        found.append(Chip(_("Candidate"), person, asked.without("candidate").address))
    if asked.name:
        found.append(Chip(_("Candidate"), f"“{asked.name}”", asked.without("name").address))
    if days := _days(asked):
        found.append(Chip(_("When"), days, asked.without("since", "until").address))
    return found


def _chosen(one: Filter) -> str | Promise:
    return str(one.chosen_said).removeprefix("– ") or _("not one of yours")


def _person(member: Member, asked: Asked) -> str:
    if not asked.candidate:
        return ""
    try:
        key = UUID(asked.candidate)
    except ValueError:
        return _("not one of yours")
    found: Candidate | None = scopes.candidates(member).filter(id=key).first()
    return found.name if found else _("not one of yours")


def _days(asked: Asked) -> str:
    first, last = _day(asked.since), _day(asked.until)
    if first and last and first != last:
        return _("%(first)s to %(last)s") % {"first": first, "last": last}
    if first and last:
        return first
    if first:
        return _("since %(first)s") % {"first": first}
    return _("until %(last)s") % {"last": last} if last else ""


def _day(text: str) -> str:
    found = day(text)
    return date_format(found, "j M Y") if found else ""
