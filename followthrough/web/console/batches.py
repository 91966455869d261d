"""Messages that wait for a yes: what one import, bulk move or publish would send, and deciding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.core.cache import cache
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from followthrough.accounts.models import Member
from followthrough.core import clock
from followthrough.governance import policies, reasons
from followthrough.intake import raw
from followthrough.messages.models import Touch
from followthrough.people import scopes
from followthrough.people.models import Candidate
from followthrough.people.stages import Stage
from followthrough.runs.burst import batch_counts, batch_outlook, batches
from followthrough.runs.burst.batch_counts import Counts, Kind, Old
from followthrough.runs.burst.batch_outlook import LATER, NEVER, NOW, Outlook, Sample
from followthrough.runs.burst.batches import Choice, State
from followthrough.runs.models import Batch
from followthrough.web.console import batch_words, live, names, sentences
from followthrough.web.console.access import may, own
from followthrough.web.console.frame import back, tell
from followthrough.web.templatetags.console import grouped

PART = "console/batches/live.html"
MOST_ROWS, MOST_STALE = 50, 10
KEPT = 20  # seconds that an outlook is good for


def seen_by(member: Member) -> Q:
    """For batches: those with a message to somebody the member may see."""
    if scopes.requisitions(member) is None:
        return Q()
    theirs = Touch.objects.filter(scopes.about(member), batch_id__isnull=False)
    return Q(id__in=theirs.values("batch_id"))


def decides(request: HttpRequest) -> bool:
    """Whether the member may decide: about messages to all of these people, so only somebody who
    works for the whole company."""
    member: Member = request.member  # type: ignore[attr-defined]
    return may(request, "release-batches") and scopes.requisitions(member) is None


class Row(NamedTuple):
    """A batch with its numbers and in words; `by` is who decided, or ''."""

    batch: Batch
    counts: Counts
    name: str
    meaning: str
    state: str
    said: str
    by: str


def rows(found: Iterable[Batch]) -> list[Row]:
    """Batches of one organization, each in words, in their order."""
    known, now = list(found), clock.now()
    counts, causes = batch_counts.of(known, now=now), batch_words.causes(known)
    who = names.of_members(one.decided_by for one in known)
    return [
        Row(
            one, counts[one.id], causes[one.id], *batch_words.state(one),
            batch_words.would(one, counts[one.id]),
            names.named(one.decided_by, who) if one.decided_by else "",
        )
        for one in known
    ]  # fmt: skip


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every batch there was, what waits first."""
    member: Member = request.member  # type: ignore[attr-defined]
    mine = Batch.objects.filter(seen_by(member), organization_id=member.organization_id)
    shown = rows(mine.order_by("-id")[:MOST_ROWS])
    waiting = [row for row in shown if row.batch.state in batches.DECIDABLE]
    others = [row for row in shown if row.batch.state not in batches.DECIDABLE]
    limit = policies.of(member.organization_id).hold_above
    given = {"waiting": waiting, "others": others, "limit": limit}
    return render(request, "console/batches.html", given)


@require_safe
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """One batch: what it would send, to whom, when, and what is stale."""
    batch = own(request, Batch, key, within=seen_by)
    now = clock.now()
    shown = {
        "part": live.part(request, PART, _now(request, batch)),
        "batch": batch,
        "name": batch_words.causes([batch])[batch.id],
        "decides": decides(request),
        **_looked_into(request, batch, now),
    }
    return render(request, "console/batch.html", shown)


@require_safe
def changes(request: HttpRequest, key: UUID) -> HttpResponse:
    """What is different about it."""
    return live.answer(request, PART, _now(request, own(request, Batch, key, within=seen_by)))


def _now(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    (row,), now = rows([batch]), clock.now()
    waits = batch.state in batches.DECIDABLE
    connected = batch.cause_kind == Batch.Cause.CONNECTION
    return {
        "row": row, "counts": row.counts, "batch": batch, "waits": waits,
        "behind": raw.waiting(batch.cause_id) if waits and connected else 0,
        "leaving": batch.state in batches.STOPPABLE and row.counts.waiting > 0,
        "late": batch.leaves_until and batch.leaves_until > now,
        "share": _share(row.counts), "decides": decides(request),
        "minutes": minutes(row.counts.waiting), "choices": Choice,
    }  # fmt: skip


def _share(counts: Counts) -> int:
    """How many in a hundred have ended."""
    done = counts.messages - counts.waiting
    return 100 * done // counts.messages if counts.messages else 0


def minutes(messages: int) -> int:
    """In how many minutes so many leave, at the pace of a release."""
    return max(1, -(-messages * batches.PACE // timedelta(minutes=1)))


# --- looked into ---------------------------------------------------------------------------------


class Line(NamedTuple):
    """Messages that say the same in the same place, in words."""

    kind: Kind
    what: str
    stage: str


class Text(NamedTuple):
    """What somebody would get; `name` is '' for whom the member does not see."""

    sample: Sample
    name: str
    touch: str
    when: str


class Stale(NamedTuple):
    """A stale message and why it is."""

    old: Old
    name: str
    touch: str
    why: str


def _looked_into(request: HttpRequest, batch: Batch, now: datetime) -> dict[str, Any]:
    waits = batch.state not in (State.LEFT, State.CANCELLED)
    found = batch_counts.kinds(batch, now=now, waiting=waits)
    old = batch_counts.stale(batch, now=now, most=MOST_STALE) if waits else []
    outlook = _outlook(batch, now) if batch.state in batches.DECIDABLE else None
    samples = outlook.samples if outlook else []
    who = _names(request, [*(s.candidate_id for s in samples), *(o.candidate_id for o in old)])
    return {
        "kinds": [Line(one, sentences.touch_name(one.key), _stage(one.stage)) for one in found],
        "stale": [
            Stale(one, who.get(one.candidate_id, ""), sentences.touch_name(one.key),
                  batch_words.why_stale(one, now))
            for one in old
        ],
        "samples": [
            Text(one, who[one.candidate_id], sentences.touch_name(one.key), batch_words.when(one))
            for one in samples
            if one.candidate_id in who
        ],
        "outlook": outlook and _told(outlook),
        "stale_days": policies.of(batch.organization_id).stale_after.days,
    }  # fmt: skip


def _stage(code: str) -> str:
    return str(Stage(code).label) if code in Stage.values else code or _("no stage")


def _names(request: HttpRequest, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """The names of those whom the member may see."""
    member: Member = request.member  # type: ignore[attr-defined]
    found = Candidate.objects.filter(scopes.person(member), id__in=ids)
    return {one.id: one.name for one in found.filter(organization_id=member.organization_id)}


def _outlook(batch: Batch, now: datetime) -> Outlook:
    """The same for whoever asks again soon, as long as nothing joined or left."""
    there = batches.remaining(batch.id)
    key = f"batch:{batch.id}:{there}:{clock.shift()}".replace(" ", "")
    return cache.get_or_set(key, lambda: batch_outlook.of(batch, now=now), KEPT)


class Told(NamedTuple):
    """An outlook in numbers and words."""

    outlook: Outlook
    now: int
    later: int
    never: int
    held: Sequence[tuple[str, int]]
    dropped: Sequence[tuple[str, int]]
    channels: Sequence[tuple[str, int]]


def _told(found: Outlook) -> Told:
    return Told(
        found, found.total(NOW), found.total(LATER), found.total(NEVER),
        [(reasons.label(code), n) for code, n in found.of(LATER).most_common()],
        [(reasons.label(code), n) for code, n in found.of(NEVER).most_common()],
        [(batch_words.messages_by(code), n) for code, n in found.channels.most_common()],
    )  # fmt: skip


# --- acts ----------------------------------------------------------------------------------------


@require_POST
def decide(request: HttpRequest, key: UUID) -> HttpResponse:
    """Send all of them, leave out what is stale, or cancel them."""
    batch = own(request, Batch, key, within=seen_by)
    choice = request.POST.get("choice", "")
    if not decides(request):
        tell(request, _("Only somebody who works for the whole company decides about these."))
    elif choice in Choice.values:
        tell(request, _decided(request, batch, choice))
    return back(request, otherwise=reverse("batch", args=(batch.id,)))


def _decided(request: HttpRequest, batch: Batch, choice: str) -> str:
    seen = request.POST.get("seen", "")
    try:
        done = batches.decide(
            batch.id, choice,
            by=f"member:{request.member.id}",  # type: ignore[attr-defined]
            note=request.POST.get("note", "").replace("\x00", "").strip()[:300],
            at=clock.now(), seen=int(seen) if seen.isdecimal() else 0,
        )  # fmt: skip
    except batches.Grown:
        return _("More have joined meanwhile, so nothing was decided. Look at what waits now.")
    return batch_words.DONE[choice] if done else _decided_before(batch)


def _decided_before(batch: Batch) -> str:
    batch.refresh_from_db()
    who = names.named(batch.decided_by, names.of_members([batch.decided_by]))
    return _("%(who)s has decided about these already: nothing was changed.") % {"who": who}


@require_POST
def stop(request: HttpRequest, key: UUID) -> HttpResponse:
    """Stop what has not left yet."""
    batch = own(request, Batch, key, within=seen_by)
    if not decides(request):
        tell(request, _("Only somebody who works for the whole company decides about these."))
        return back(request, otherwise=reverse("batch", args=(batch.id,)))
    by = f"member:{request.member.id}"  # type: ignore[attr-defined]
    if batches.stop(batch.id, by=by, at=clock.now()):
        left = batches.remaining(batch.id)
        said = ngettext(
            "Stopped: %(n)s message has not left.", "Stopped: %(n)s messages have not left.", left
        )
        tell(request, said % {"n": grouped(left)})
    else:
        tell(request, _("Nothing of it was left to stop."))
    return back(request, otherwise=reverse("batch", args=(batch.id,)))
