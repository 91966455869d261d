"""Receipts as a file: exactly those that are asked for, a row or a line each, as they are read.

The file is made while it is sent, a thousand receipts at a time, so it may be as long as it likes.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

from asgiref.sync import sync_to_async
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone, translation
from django.views.decorators.http import require_POST

from followthrough.audit import facts
from followthrough.core import clock
from followthrough.core.zones import local
from followthrough.web.console.access import actor, may
from followthrough.web.console.receipts import asked, conditions, rows, search
from followthrough.web.console.receipts.asked import Asked
from followthrough.web.console.receipts.conditions import Wanted
from followthrough.web.console.receipts.rows import Check, Row

AT_ONCE = 1000  # receipts
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would work out begins so

COLUMNS = (
    "receipt", "at_utc", "at_local", "zone", "candidate", "candidate_name", "application",
    "message", "origin", "map_version", "channel", "verdict", "reason_code", "sentence",
    "held_until_utc", "policy", "checks",
)  # fmt: skip


@require_POST
def download(request: HttpRequest) -> HttpResponse:
    """The file of what the form's filters ask for; who took it is on record."""
    member = request.member  # type: ignore[attr-defined]
    wanted, kind = asked.of(request.POST), request.POST.get("format", "csv")
    written = _jsonl if kind == "jsonl" else _csv
    meant = _up_to_now(conditions.of(member, wanted.without()))
    _record(request, wanted, kind="jsonl" if kind == "jsonl" else "csv")
    made = written(meant, named=may(request, "candidates"))
    answer = StreamingHttpResponse(_apart(made), content_type=_TYPES[written])
    name = f"receipts-{timezone.localtime(clock.now()):%Y-%m-%d}.{_ENDINGS[written]}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _up_to_now(meant: Wanted) -> Wanted:
    """What is decided while the file is sent is not in it: it says what was asked for."""
    now = clock.now()
    return meant._replace(until=min(meant.until or now, now))


@transaction.atomic
def _record(request: HttpRequest, wanted: Asked, *, kind: str) -> None:
    """Which filters were set, though not whose name was looked for."""
    why = {name: getattr(wanted, name) for name in wanted.set_() if name != "name"}
    facts.record(
        organization_id=request.member.organization_id,  # type: ignore[attr-defined]
        actor=actor(request),
        verb="exported_receipts",
        subject_kind="organization",
        subject_id=request.member.organization_id,  # type: ignore[attr-defined]
        why={**why, "format": kind, "by_name": bool(wanted.name)},
        at=clock.now(),
    )


async def _apart(made: Iterator[str]) -> AsyncIterator[str]:
    """Pieces of the file, each made where the database may be asked (the web server streams only
    what it need not wait for), in the language and by the clock of the request."""
    language, zone = translation.get_language() or "en", timezone.get_current_timezone()
    step = sync_to_async(_next, thread_sensitive=True)
    while (piece := await step(made, language, zone)) is not None:
        yield piece


def _next(made: Iterator[str], language: str, zone: Any) -> str | None:
    with translation.override(language), timezone.override(zone):
        return next(made, None)


# --- kinds of file -------------------------------------------------------------------------------


def _csv(meant: Wanted, *, named: bool) -> Iterator[str]:
    yield _line(COLUMNS)
    for some in _read(meant):
        yield "".join(_line(_cells(one, named=named)) for one in some)


def _jsonl(meant: Wanted, *, named: bool) -> Iterator[str]:
    for some in _read(meant):
        yield "".join(f"{json.dumps(_values(one, named=named))}\n" for one in some)


_TYPES: dict[Callable[..., Iterator[str]], str] = {
    _csv: "text/csv; charset=utf-8", _jsonl: "application/jsonl; charset=utf-8",
}  # fmt: skip
_ENDINGS: dict[Callable[..., Iterator[str]], str] = {_csv: "csv", _jsonl: "jsonl"}


def _read(meant: Wanted) -> Iterator[Sequence[Row]]:
    return (rows.load(keys) for keys in search.every(meant, at_once=AT_ONCE))


def _line(cells: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([harmless(str(one)) for one in cells])
    return out.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _cells(one: Row, *, named: bool) -> list[object]:
    found = _values(one, named=named)
    said = "\n".join(_check_said(check) for check in one.checks)
    return [{**found, "checks": said}[name] or "" for name in COLUMNS]


def _values(one: Row, *, named: bool) -> dict[str, Any]:
    row = one.row
    return {
        "receipt": str(row.id),
        "at_utc": row.at.isoformat(),
        "at_local": local(row.at, one.wall.zone).isoformat(),
        "zone": one.wall.zone,
        "candidate": str(row.candidate_id),
        "candidate_name": one.name if named else "",
        "application": str(row.application_id or ""),
        "message": one.message,
        "origin": one.origin,
        "map_version": one.map.said if one.map else "",
        "channel": row.channel,
        "verdict": row.verdict,
        "reason_code": row.code,
        "sentence": one.sentence,
        "held_until_utc": row.until.isoformat() if row.until else "",
        "policy": one.policy.said if one.policy else "",
        "checks": [_check(check) for check in zip(one.checks, row.checks, strict=True)],
    }


def _check(pair: tuple[Check, Sequence[Any]]) -> dict[str, Any]:
    said, kept = pair
    return {
        "code": said.code, "outcome": said.outcome, "sentence": said.said, "evidence": kept[2],
        "sources": [{"said": one.said, "url": one.url} for one in said.sources],
    }  # fmt: skip


def _check_said(check: Check) -> str:
    where = "; ".join(f"{one.said} {one.url}".strip() for one in check.sources)
    said = f"{check.outcome}: {check.said}"
    return f"{said} [{where}]" if where else said
