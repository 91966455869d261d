"""Connections and senders: how they do, what came in and went out, what broke and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from followthrough.audit import facts
from followthrough.audit.facts import Actor
from followthrough.channels.models import Sender
from followthrough.core import clock
from followthrough.intake import again
from followthrough.intake.ats import registry
from followthrough.intake.models import RawEvent
from followthrough.people import scopes
from followthrough.people.models import Candidate, Connection, StageMapping, WriteBack
from followthrough.people.stages import Stage
from followthrough.web.console import (
    anchor_rules,
    consent_rules,
    health,
    health_words,
    live,
    prices,
)
from followthrough.web.console.access import may, own
from followthrough.web.console.frame import back, tell
from followthrough.web.console.health import Health
from followthrough.web.console.health_words import State

MOST = 20  # rows of one kind that a page shows
NAMED = 5  # candidates that are named in one line

Source = Connection | Sender


class Shown(NamedTuple):
    """A connection or sender as the pages show it."""

    health: Health
    state: State
    kind: str

    @property
    def source(self) -> Source:
        return self.health.source

    @property
    def waits(self) -> timedelta | None:
        """How long the oldest event that waits has waited; None when nothing waits."""
        since = self.health.events.since
        return max(clock.now() - since, timedelta()) if since else None

    @property
    def failing(self) -> list[tuple[int, str]]:
        return [(one.count, health_words.failed(one)) for one in self.health.failing]


def _shown(found: Health) -> Shown:
    return Shown(found, health_words.state(found), health_words.kind(found.source))


# --- all of them ---------------------------------------------------------------------------------


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """How each connection and each sender does."""
    part = live.part(request, "console/connections/all.html", _all(request))
    return render(request, "console/connections.html", {"part": part})


@require_safe
def page_live(request: HttpRequest) -> HttpResponse:
    """The same, anew."""
    return live.answer(request, "console/connections/all.html", _all(request))


def _all(request: HttpRequest) -> dict[str, Any]:
    ats, senders = health.of_organization(request.member.organization_id)  # type: ignore[attr-defined]
    return {"ats": _worst_first(ats), "senders": _worst_first(senders)}


URGENCY = ("person", "held", "kept", "stopped")  # what needs doing stands first


def _worst_first(found: Sequence[Health]) -> list[Shown]:
    shown = [_shown(one) for one in found]
    return sorted(shown, key=lambda one: (not one.health.parked, URGENCY.index(one.state.kind)))


# --- one of them ---------------------------------------------------------------------------------


@require_safe
@never_cache
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """One connection or sender: its numbers, what broke, its webhook and its stages."""
    return _one(request, _source(request, key), shown=False)


@require_safe
def one_live(request: HttpRequest, key: UUID) -> HttpResponse:
    """Its numbers and what broke, anew."""
    source = _source(request, key)
    return live.answer(request, "console/connections/one.html", _now(request, source))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def show_hook(request: HttpRequest, key: UUID) -> HttpResponse:
    """The page with the secret address of the webhook, once; that it was looked at is recorded.
    Whoever comes back to it, without having asked anew, gets the page without."""
    source = _source(request, key)
    if request.method != "POST":
        return redirect("connection", source.id)
    _record(request, source, "showed_webhook_address")
    return _one(request, source, shown=True)


def _one(request: HttpRequest, source: Source, *, shown: bool) -> HttpResponse:
    given = {
        "source": source,
        "sender": isinstance(source, Sender),
        "kind": health_words.kind(source),
        "part": live.part(request, "console/connections/one.html", _now(request, source)),
        "hook": _hook(source, shown=shown),
        "hook_shown": shown,
        "price": prices.form(source) if _texts(source) else None,
        **(_stages(request, source) if isinstance(source, Connection) else {}),
        **(_meanings(source) if isinstance(source, Connection) else {}),
    }
    return render(request, "console/connection.html", given)


def _texts(source: Source) -> bool:
    return isinstance(source, Sender) and source.channel == "sms"


def _meanings(source: Connection) -> dict[str, Any]:
    """What its fields are taken to say."""
    return {**consent_rules.shown(source), **anchor_rules.shown(source)}


def _source(request: HttpRequest, key: UUID) -> Source:
    """A connection or a sender of the member's organization. Raises Http404."""
    try:
        return own(request, Connection, key)
    except Http404:
        return own(request, Sender, key)


def _hook(source: Source, *, shown: bool) -> str:
    """The address its webhooks come to. Who knows it may knock: masked unless it is `shown`."""
    kind = "channel" if isinstance(source, Sender) else "ats"
    token = source.token if shown else f"{'•' * 12}{source.token[-4:]}"
    return f"{settings.PUBLIC_URL}/hooks/{kind}/{token}"


# --- what broke ----------------------------------------------------------------------------------


class Parked(NamedTuple):
    """Something that needs a person: what it is, why, and about whom (those the member sees)."""

    key: UUID
    what: str
    why: str
    at: datetime
    about: Sequence[Candidate]
    external_id: str = ""


def _now(request: HttpRequest, source: Source) -> dict[str, Any]:
    found = health.of(source)
    return {
        "one": _shown(found),
        "elsewhere": _elsewhere(request, found),
        "sender": isinstance(source, Sender),
        "events": _parked_events(request, source),
        "write_backs": _parked_write_backs(request, source),
        "most": MOST,
        "page_url": reverse("connection", args=[source.id]),
    }


def _parked_events(request: HttpRequest, source: Source) -> list[Parked]:
    rows = list(_events(source).order_by("id")[:MOST])
    about = _about(request, source, rows) if isinstance(source, Connection) and rows else {}
    return [
        Parked(one.id, one.get_kind_display(), health_words.fault(one.outcome), one.received_at,
               about.get(one.id, ()))
        for one in rows
    ]  # fmt: skip


def _events(source: Source) -> QuerySet[RawEvent]:
    ours = RawEvent.objects.filter(organization_id=source.organization_id, state="parked")
    return ours.filter(source_id=source.id)


def _about(
    request: HttpRequest, source: Connection, rows: Iterable[RawEvent]
) -> dict[UUID, list[Candidate]]:
    """Whom parked events are about, as far as they can be read and the member sees them."""
    named = {one.id: _external_ids(source, one) for one in rows}
    wanted = {key for keys in named.values() for key in keys}
    if not wanted or not may(request, "candidates"):
        return {}
    mine = scopes.applications(request.member).filter(connection=source)  # type: ignore[attr-defined]
    found = mine.filter(external_id__in=wanted).select_related("candidate")
    people = {one.external_id: one.candidate for one in found}
    return {key: [people[one] for one in keys if one in people] for key, keys in named.items()}


def _external_ids(source: Connection, row: RawEvent) -> list[str]:
    """The applications an event is about; none when it cannot even be read so far."""
    try:
        hints = registry.adapter(source.kind).hints(row.headers, bytes(row.body))
    except Exception:  # whatever parked it
        return []
    return [one.external_id for one in hints]


def _parked_write_backs(request: HttpRequest, source: Source) -> list[Parked]:
    if isinstance(source, Sender):
        return []
    found = _write_backs(request, source).select_related("application__candidate")
    sees = may(request, "candidates")
    return [
        Parked(one.id, one.kind, health_words.fault(one.problem), one.created_at,
               [one.application.candidate] if sees else (), one.application.external_id)
        for one in found.order_by("id")[:MOST]
    ]  # fmt: skip


def _elsewhere(request: HttpRequest, found: Health) -> int:
    """How many parked write-backs are about people the member does not work with."""
    if scopes.requisitions(request.member) is None or not found.parked_write_backs:  # type: ignore[attr-defined]
        return 0
    return found.parked_write_backs - _write_backs(request, found.source).count()


def _write_backs(request: HttpRequest, source: Source) -> QuerySet[WriteBack]:
    """The parked ones about people the member works with."""
    mine = scopes.applied(request.member)  # type: ignore[attr-defined]
    ours = WriteBack.objects.filter(organization_id=source.organization_id, state="parked")
    return ours.filter(mine, connection_id=source.id)


# --- putting it back -----------------------------------------------------------------------------


@require_POST
def put_back_event(request: HttpRequest, key: UUID) -> HttpResponse:
    """Let one parked event be worked off again."""
    row = own(request, RawEvent, key)
    _tell(request, again.events([row.id], actor=_actor(request), at=clock.now()))
    return back(request, otherwise="connections")


@require_POST
def put_back_write_back(request: HttpRequest, key: UUID) -> HttpResponse:
    """Let one parked write-back be sent again."""
    row = own(request, WriteBack, key, within=scopes.applied)
    _tell(request, again.write_backs([row.id], actor=_actor(request), at=clock.now()))
    return back(request, otherwise="connections")


@require_POST
def put_all_back(request: HttpRequest, key: UUID) -> HttpResponse:
    """Let everything of a connection that is parked be tried again."""
    source, given = _source(request, key), {"actor": _actor(request), "at": clock.now()}
    events = _events(source).values_list("id", flat=True)[: again.AT_ONCE]
    notes = _write_backs(request, source).values_list("id", flat=True)[: again.AT_ONCE]
    _tell(request, again.events(events, **given) + again.write_backs(notes, **given))
    return back(request, otherwise=reverse("connection", args=[source.id]))


def _tell(request: HttpRequest, count: int) -> None:
    if not count:
        tell(request, _("Somebody put it back already."))
        return
    text = ngettext(
        "%(n)s put back; it is tried now.", "%(n)s put back; they are tried now.", count
    )
    tell(request, text % {"n": count})


def _actor(request: HttpRequest) -> Actor:
    return Actor("member", str(request.member.id))  # type: ignore[attr-defined]


def _record(request: HttpRequest, source: Source, verb: str) -> None:
    facts.record(
        organization_id=source.organization_id,
        actor=_actor(request),
        verb=verb,
        subject_kind="sender" if isinstance(source, Sender) else "connection",
        subject_id=source.id,
    )


# --- its stages ----------------------------------------------------------------------------------


class Unmapped(NamedTuple):
    """A stage of the ATS without a meaning: how many stand there, and some of them."""

    name: str
    count: int
    people: Sequence[Candidate]


class Mapped(NamedTuple):
    """A stage of the ATS, what it means here, and how many stand there."""

    name: str
    meaning: str
    count: int


def _stages(request: HttpRequest, source: Connection) -> dict[str, Any]:
    """What each stage of the ATS means, and which have no meaning yet."""
    mine = scopes.applications(request.member)  # type: ignore[attr-defined]
    standing = mine.filter(connection=source).values_list("ats_stage", "stage")
    here: Counter[str] = Counter()
    unmapped: dict[str, int] = {}
    for name, stage, count in standing.annotate(n=Count("id")):
        here[name] += count
        if stage == Stage.UNMAPPED:
            unmapped[name] = count
    mappings = sorted(source.mappings.all(), key=_by_meaning)
    return {
        "mappings": [
            Mapped(one.ats_stage, one.get_stage_display(), here[one.ats_stage]) for one in mappings
        ],
        "unmapped": _unmapped(request, source, unmapped),
    }


def _by_meaning(mapping: StageMapping) -> tuple[int, str]:
    """In the order of our stages."""
    return Stage.values.index(mapping.stage), mapping.ats_stage


def _unmapped(
    request: HttpRequest, source: Connection, counted: Mapping[str, int]
) -> list[Unmapped]:
    people: dict[str, list[Candidate]] = {}
    if counted and may(request, "candidates"):
        mine = scopes.applications(request.member).filter(connection=source)  # type: ignore[attr-defined]
        there = mine.filter(stage=Stage.UNMAPPED).select_related("candidate").order_by("-id")
        for one in there[: MOST * NAMED]:
            people.setdefault(one.ats_stage, []).append(one.candidate)
    ordered = sorted(counted, key=lambda name: -counted[name])
    return [Unmapped(name, counted[name], people.get(name, [])[:NAMED]) for name in ordered]
