"""What receipts have to be like to be found, as SQL.

The index has them by organization, verdict and reason, in the order of time. Whatever else is asked
for (a place, a site, what a message is for) is looked at in each receipt.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from followthrough.accounts.models import Member
from followthrough.core import places as evidence
from followthrough.governance import reasons
from followthrough.journeys.models import Version
from followthrough.people import finding, scopes
from followthrough.people.models import Application, Requisition, Site
from followthrough.web.console.receipts import places
from followthrough.web.console.receipts.asked import Asked, stretch

FEW = 300  # applications: the receipts of so few are found by their messages


class Kind(NamedTuple):
    """Receipts of one verdict and reason."""

    verdict: str
    code: str


class Condition(NamedTuple):
    """A part of a WHERE, with what is joined for it (`touch`, `application`, `candidate`)."""

    text: str
    given: Sequence[Any]
    joins: Sequence[str] = ()


class Wanted(NamedTuple):
    """Everything that is asked of receipts. `applications` is there where so few can be meant that
    theirs are looked at one by one."""

    organization_id: UUID
    kinds: Sequence[Kind]
    since: datetime | None
    until: datetime | None
    conditions: Sequence[Condition]
    applications: Sequence[UUID] | None = None


def of(member: Member, asked: Asked) -> Wanted:
    """What a member asks for, within what they may see."""
    since, until = stretch(asked)
    conditions, meant = list(_conditions(member, asked)), _meant(member, asked)
    few = _few(meant)
    if few is None and meant is not None and (asked.candidate or asked.name):
        conditions.append(_of_people(meant))
    found = kinds(member.organization_id, asked)
    return Wanted(member.organization_id, found, since, until, conditions, few)


# --- verdicts and reasons ------------------------------------------------------------------------

# From one to the next, each by the index: reading all receipts would take a second.
_KINDS = """
WITH RECURSIVE kind AS (
  (SELECT verdict, code FROM messaging_receipt WHERE organization_id = %(organization)s
   ORDER BY verdict, code LIMIT 1)
  UNION ALL
  (SELECT next.verdict, next.code FROM kind CROSS JOIN LATERAL (
     SELECT verdict, code FROM messaging_receipt WHERE organization_id = %(organization)s
       AND (verdict, code) > (kind.verdict, kind.code) ORDER BY verdict, code LIMIT 1) AS next)
) SELECT verdict, code FROM kind
"""


def kinds(organization_id: UUID, asked: Asked) -> list[Kind]:
    """The verdicts and reasons that there are, of those that are asked for."""
    with connection.cursor() as cursor:
        cursor.execute(_KINDS, {"organization": organization_id})
        there = [Kind(*row) for row in cursor.fetchall()]
    fitting = [one for one in there if asked.verdict in ("", one.verdict)]
    if not asked.reason:
        return fitting
    codes = reasons.codes(asked.reason)
    if codes & reasons.WAITED_FOR:
        codes |= {reasons.LATE}
    return [one for one in fitting if one.code in codes]


# --- everything else -----------------------------------------------------------------------------


def _conditions(member: Member, asked: Asked) -> Iterator[Condition]:
    yield from _seen(member)
    yield from _late(asked.reason)
    if asked.channel:
        yield Condition("r.channel = %s", [asked.channel])
    if asked.place:
        yield _in_place(member, asked.place)
    if asked.site:
        there = Requisition.objects.filter(site=_key(asked.site))
        yield _of_openings(member, there)
    if asked.map:
        yield _of_map(member, asked)
    if asked.stage:
        yield _in_stage(member, asked.stage)
    if asked.purpose:
        yield Condition("t.purpose = %s", [asked.purpose], ["touch"])


def _late(reason: str) -> Iterator[Condition]:
    """Of what was too late, that which had to wait for what is asked for."""
    codes = reasons.codes(reason)
    waited = codes & reasons.WAITED_FOR
    if waited and reasons.LATE not in codes:
        pattern = rf'\["({"|".join(sorted(waited))})", ?"hold"'
        yield Condition("(r.code <> %s OR r.checks ~ %s)", [reasons.LATE, pattern])


# What a receipt itself says about where they may have been, if its checks got as far as the hours.
_PLACES = r"""substring(r.checks FROM '"places": ?\[([^]]*)\]')"""

_THEIRS = """
(a.requisition_id = ANY(%s::uuid[]) OR r.application_id IS NULL AND EXISTS (
  SELECT FROM people_application own
  WHERE own.candidate_id = r.candidate_id AND own.requisition_id = ANY(%s::uuid[])))
"""


def _seen(member: Member) -> Iterator[Condition]:
    """What a member may see: as `scopes.about` has it."""
    openings = scopes.requisitions(member)
    if openings is not None:
        yield Condition(_THEIRS, [openings, openings], ["application"])


def _in_place(member: Member, place: str) -> Condition:
    """Law of the place was held to, by the receipt's own evidence; where it names no place, the
    candidate is there now, or the site."""
    names, there = _written(place), _there_now(member, place)
    named = " OR ".join([f"strpos({_PLACES}, %s) > 0"] * len(names))
    return there._replace(text=f"coalesce({named}, {there.text})", given=[*names, *there.given])


def _written(place: str) -> list[str]:
    """How a list of places in JSON begins to name one; a country also by each of its states."""
    country, state = evidence.normal(*places.split(place))
    whole = json.dumps(evidence.named((country, state)), ensure_ascii=False)
    return [whole] if state else [whole, f"{whole[:-1]}-"]


def _there_now(member: Member, place: str) -> Condition:
    country, state = places.split(place)
    sites = Site.objects.filter(organization_id=member.organization_id, country=country)
    if state:
        sites = sites.filter(region=state)
    openings = _openings(member, Requisition.objects.filter(site__in=sites))
    person, given = ("c.country = %s", [country])
    if state:
        person, given = ("c.country = %s AND c.region = %s", [country, state])
    return Condition(
        f"({person} OR a.requisition_id = ANY(%s::uuid[]))",
        [*given, openings],
        ["application", "candidate"],
    )


def _of_openings(member: Member, found: QuerySet[Requisition]) -> Condition:
    openings = _openings(member, found)
    return Condition("a.requisition_id = ANY(%s::uuid[])", [openings], ["application"])


def _openings(member: Member, found: QuerySet[Requisition]) -> list[UUID]:
    theirs = found.filter(organization_id=member.organization_id)
    return list(theirs.values_list("id", flat=True))


def _of_map(member: Member, asked: Asked) -> Condition:
    found = Version.objects.filter(organization_id=member.organization_id, map=_key(asked.map))
    ids = list(found.values_list("id", flat=True))
    return Condition("r.version_id = ANY(%s::uuid[])", [ids])


_OF_STAGE = """
(t.version_id, split_part(t.key, '.', 1)) IN (
  SELECT v.id, touch->>'key' FROM journeys_version v
  CROSS JOIN LATERAL jsonb_array_elements(v.document #> ARRAY['stages', %s, 'touches']) AS touch
  WHERE v.organization_id = %s)
"""


def _in_stage(member: Member, stage: str) -> Condition:
    """What the map says in that stage, and our answers to it. (Members' messages are of none.)"""
    return Condition(_OF_STAGE, [stage, member.organization_id], ["touch"])


# --- people --------------------------------------------------------------------------------------


def _meant(member: Member, asked: Asked) -> QuerySet[Application] | None:
    """The applications of whom is asked for; None: of anybody the member may see."""
    found, narrow = scopes.applications(member), scopes.requisitions(member) is not None
    if asked.candidate:
        found, narrow = found.filter(candidate=_key(asked.candidate)), True
    if asked.name:
        organization = member.organization
        meant = finding.read(asked.name, country=organization.country)
        found, narrow = found.filter(finding.applications(organization, meant)), True
    if asked.site:
        there = Requisition.objects.filter(site=_key(asked.site))
        found, narrow = found.filter(requisition__in=_openings(member, there)), True
    return found if narrow else None


def _few(found: QuerySet[Application] | None) -> list[UUID] | None:
    """Their keys, where they are few; None where they are many or all."""
    if found is None:
        return None
    ids = list(found.order_by("-id").values_list("id", flat=True)[: FEW + 1])
    return ids if len(ids) <= FEW else None


def _of_people(found: QuerySet[Application]) -> Condition:
    text, given = found.order_by().values("id").query.sql_with_params()
    return Condition(f"r.application_id IN ({text})", given)


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
