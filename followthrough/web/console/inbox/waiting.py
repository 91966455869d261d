"""The list: one row for each handoff, in a few queries however long it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, Subquery
from django.http import HttpRequest

from followthrough.accounts.models import Member
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.messages.models import Message
from followthrough.people import scopes
from followthrough.web.console import names
from followthrough.web.console.inbox import words
from followthrough.web.console.inbox.wanted import MINE, NOBODYS, Wanted, found, theirs


@dataclass(frozen=True)
class Row:
    """A handoff in the list."""

    handoff: Handoff
    href: str
    wrote: str
    here: bool
    overdue: bool
    said: Mapping[str, str]  # happened, waits, whose, due or answered; of a done one took and by


@dataclass(frozen=True)
class Listed:
    """What the list shows; `more` leads to the rest, '' when that is all."""

    rows: Sequence[Row]
    more: str
    after: UUID | None  # who comes next after the open one


def listed(member: Member, asked: Wanted, *, here: UUID | None) -> Listed:
    """The rows that are asked for; `here` is the one that is open."""
    given = _handoffs(member, asked)
    rows, now = given[: asked.most], clock.now()
    wrote, known = _wrote(rows), names.of_members(one.resolved_by for one in rows)

    def row(one: Any) -> Row:
        said = _done(one, known) if asked.done else _open(one, member, now)
        return Row(
            handoff=one,
            href=asked.to(one.id),
            wrote=wrote.get(one.last_in, "") if one.reason in words.WROTE else "",
            here=one.id == here,
            overdue=not asked.done and one.answered_at is None and one.due_at < now,
            said={"happened": words.happened(one), **said},
        )

    more = _more(asked, here) if len(given) > len(rows) else ""
    return Listed([row(one) for one in rows], more, _after(rows, here))


def _more(asked: Wanted, here: UUID | None) -> str:
    longer = asked.but(pages=asked.pages + 1)
    return longer.to(here) if here else longer.href


def _handoffs(member: Member, asked: Wanted) -> list[Handoff]:
    """One more than is shown, so that it is known whether there are more."""
    seen = scopes.about(member)
    last_in = Message.objects.filter(seen, candidate=OuterRef("candidate"), direction="in")
    if asked.done:
        last_in = last_in.filter(at__lte=OuterRef("resolved_at"))
    rows = found(member, asked).select_related("candidate", "owner__user")
    rows = rows.annotate(last_in=Subquery(last_in.order_by("-id").values("id")[:1]))
    return list(rows[: asked.most + 1])


def _wrote(rows: Sequence[Any]) -> dict[UUID, str]:
    said = Message.objects.filter(id__in=[one.last_in for one in rows if one.last_in])
    return dict(said.values_list("id", "body"))


def _open(row: Any, member: Member, now: datetime) -> dict[str, str]:
    said = {"waits": words.waits(row, now), "whose": words.whose(row, member)}
    if row.answered_at:
        return {**said, "answered": words.answered(row.answered_at, now)}
    return {**said, "due": words.due(row, now)}


def _done(row: Handoff, known: names.Names) -> dict[str, str]:
    return {"took": words.took(row), "by": names.named(row.resolved_by, known)}


def _after(rows: Sequence[Handoff], here: UUID | None) -> UUID | None:
    """Whom to see to next: the most urgent but the open one."""
    return next((one.id for one in rows if one.id != here), None)


def choices(member: Member, asked: Wanted) -> list[dict[str, Any]]:
    """The filters by owner, each with how many wait there."""
    counted = theirs(member).filter(resolved_at__isnull=not asked.done)
    if asked.reason:
        counted = counted.filter(reason=asked.reason)
    counts = {} if asked.done else _counted(counted, member)
    return [
        {"whose": whose, "href": asked.but(whose=whose).href, "here": asked.whose == whose,
         "count": counts.get(whose)}
        for whose in ("", MINE, NOBODYS)
    ]  # fmt: skip


def _counted(rows: Any, member: Member) -> dict[str, int]:
    counts = rows.aggregate(
        all=Count("id"), mine=Count("id", filter=Q(owner=member)),
        nobody=Count("id", filter=Q(owner=None)),
    )  # fmt: skip
    return {"": counts["all"], MINE: counts["mine"], NOBODYS: counts["nobody"]}


def context(request: HttpRequest, asked: Wanted, *, here: UUID | None) -> dict[str, Any]:
    """What the list's template shows."""
    member: Member = request.member  # type: ignore[attr-defined]
    return {
        "asked": asked,
        "here": here,
        "listed": listed(member, asked, here=here),
        "choices": choices(member, asked),
    }
