"""The pages of receipts: the list with its filters, one receipt, and the file of what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from followthrough.accounts.models import Member
from followthrough.governance import reasons
from followthrough.messages.models import Receipt
from followthrough.people import scopes
from followthrough.web.console.access import own
from followthrough.web.console.receipts import asked, conditions, reading, rows, search
from followthrough.web.console.receipts.asked import Asked
from followthrough.web.console.receipts.filters import chips, filters
from followthrough.web.console.receipts.search import Counted
from followthrough.web.templatetags.console import VERDICTS

MOST_OTHERS = 20  # receipts of one message


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Receipts, the newest first; a question (`q`) leads to the filters that it means."""
    if question := request.GET.get("q", "").strip():
        found = reading.read(question, request.member)  # type: ignore[attr-defined]
        return redirect(f"{request.path}{found.address}")
    wanted = asked.of(request.GET)
    given = context(request.member, wanted)  # type: ignore[attr-defined]
    return render(request, "console/receipts.html", given)


@require_safe
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """One receipt: every check in order. As a part of the list, only what is unfolded there."""
    found = own(request, Receipt, key, within=scopes.about)
    given = {"one": rows.load([found.id])[0], "others": _others(found)}
    part = bool(request.htmx)  # type: ignore[attr-defined]
    return render(request, "console/receipts/all.html" if part else "console/receipt.html", given)


def _others(found: Receipt) -> list[rows.Row]:
    """Everything else that was decided about the same message, the earliest first."""
    theirs = Receipt.objects.filter(touch_id=found.touch_id, organization_id=found.organization_id)
    ids = theirs.exclude(id=found.id).order_by("at", "id").values_list("id", flat=True)
    return rows.load(list(ids[:MOST_OTHERS]))


def context(member: Member, wanted: Asked) -> dict[str, Any]:
    """Everything the list shows."""
    meant, choices = conditions.of(member, wanted), filters(member, wanted)
    shown = search.page(meant, after=search.place(wanted.after), before=search.place(wanted.before))
    counted = search.counts(meant)
    chosen = chips(member, wanted, choices)
    return {
        "asked": wanted,
        "filters": choices,
        "chips": chosen,
        "rows": rows.load(shown.keys),
        "steps": _steps(wanted, shown),
        "looked_to": shown.looked_to,
        "total": _total(counted),
        "many": sum(one.n for one in counted),
        "bars": bars(wanted, counted),
        "looser": chosen if not shown.keys else [],
        "nothing": not meant.kinds and not chosen,
    }


def _steps(wanted: Asked, shown: search.Page) -> dict[str, str]:
    """The addresses of the pages before and after; what is not there has none."""
    return {
        "first": wanted.at() if shown.before else "",
        "before": wanted.at(before=shown.before.written) if shown.before else "",
        "after": wanted.at(after=shown.after.written) if shown.after else "",
    }


def _total(counted: Sequence[Counted]) -> str:
    """How many there are, in words."""
    n, more = sum(one.n for one in counted), any(one.more for one in counted)
    said = number_format(n, force_grouping=True)
    return _("more than %(n)s") % {"n": said} if more else said


# --- the picture ---------------------------------------------------------------------------------

WIDTH = 100  # of the longest bar
MOST_BARS = 8


class Bar(NamedTuple):
    """How many receipts have a verdict and a reason: a link to those alone. `width` of WIDTH."""

    said: str
    verdict: str
    meaning: str
    n: str
    more: bool
    width: int
    address: str


def bars(wanted: Asked, counted: Sequence[Counted]) -> list[Bar]:
    """Why messages did not go out, the most frequent first; how many did, where none did not."""
    found = [one for one in counted if one.kind.verdict != "send"] or list(counted)
    longest = max((one.n for one in found), default=1)
    return [_bar(wanted, one, longest) for one in found[:MOST_BARS]]


def _waited(wanted: Asked, code: str) -> bool:
    """Whether what was too late is shown because of what it waited for: its link says so still."""
    return code == reasons.LATE and bool(reasons.codes(wanted.reason) & reasons.WAITED_FOR)


def _bar(wanted: Asked, one: Counted, longest: int) -> Bar:
    verdict, code = one.kind.verdict, one.kind.code
    reason = {} if _waited(wanted, code) else {"reason": code if verdict != "send" else ""}
    return Bar(
        said=reasons.label(code),
        verdict=str(Receipt.Verdict(verdict).label),
        meaning="kept" if verdict == "send" else VERDICTS.get(verdict, "quiet"),
        n=number_format(one.n, force_grouping=True),
        more=one.more,
        width=max(1, round(WIDTH * one.n / longest)),
        address=wanted.with_(verdict=verdict, **reason).address,
    )
