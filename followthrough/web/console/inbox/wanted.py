"""Which handoffs are looked at, as the address says it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from followthrough.accounts.models import Member
from followthrough.conversations import handoffs
from followthrough.conversations.models import Handoff
from followthrough.core.typed import number
from followthrough.people import scopes

MINE, NOBODYS = "mine", "nobody"
PER_PAGE = 40
MOST_PAGES = 20


@dataclass(frozen=True)
class Wanted:
    """Open ones or done ones, whose, and why; `pages` of PER_PAGE are shown."""

    done: bool = False
    whose: str = ""
    reason: str = ""
    pages: int = 1

    @property
    def most(self) -> int:
        return self.pages * PER_PAGE

    @property
    def query(self) -> str:
        """`?whose=mine`; '' where nothing is out of the usual."""
        given = {"tab": "done" if self.done else "", "whose": self.whose, "reason": self.reason,
                 "pages": self.pages if self.pages > 1 else ""}  # fmt: skip
        said = {name: value for name, value in given.items() if value}
        return f"?{urlencode(said)}" if said else ""

    @property
    def href(self) -> str:
        return reverse("inbox") + self.query

    def to(self, handoff_id: UUID) -> str:
        """The page of one of them."""
        return reverse("handoff", args=[handoff_id]) + self.query

    def but(self, **changes: object) -> Wanted:
        """The same with changes, from its beginning."""
        return replace(self, **{"pages": 1, **changes})  # type: ignore[arg-type]


def wanted(request: HttpRequest) -> Wanted:
    """What the address asks for; whatever it says wrongly is not said."""
    return read(request.GET)


def read(given: QueryDict) -> Wanted:
    """The same, from a query."""
    whose, reason, pages = (given.get(name, "") for name in ("whose", "reason", "pages"))
    return Wanted(
        done=given.get("tab") == "done",
        whose=whose if whose in (MINE, NOBODYS) else "",
        reason=reason if reason in Handoff.Reason.values else "",
        pages=max(1, min(number(pages) or 1, MOST_PAGES)),
    )


def theirs(member: Member) -> QuerySet[Handoff]:
    """The handoffs a member may see."""
    found = Handoff.objects.filter(organization_id=member.organization_id)
    return found.filter(scopes.about(member))


def found(member: Member, asked: Wanted) -> QuerySet[Handoff]:
    """Those that are asked for. Who waits for us comes first, the longest overdue before all; then
    who was answered (`answered_at`). Of the done ones the latest come first."""
    rows = theirs(member).filter(resolved_at__isnull=not asked.done)
    if asked.whose == MINE:
        rows = rows.filter(owner=member)
    elif asked.whose == NOBODYS:
        rows = rows.filter(owner=None)
    if asked.reason:
        rows = rows.filter(reason=asked.reason)
    if asked.done:
        return rows.order_by("-resolved_at", "id")
    return rows.order_by(*handoffs.MOST_URGENT_FIRST)
