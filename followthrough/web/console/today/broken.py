"""Things that broke, or that nothing happens to until somebody says what they mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Min, QuerySet, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followthrough.accounts.models import Member
from followthrough.channels.models import Sender
from followthrough.core import clock
from followthrough.intake.models import RawEvent
from followthrough.journeys.models import Version
from followthrough.messages.models import Receipt, Touch
from followthrough.people import scopes
from followthrough.people.models import Candidate, WriteBack
from followthrough.people.stages import Stage
from followthrough.web import permissions
from followthrough.web.console import mapless
from followthrough.web.console.mapless import Mapless
from followthrough.web.console.sentences import label, touch_name
from followthrough.web.console.today.lists import MOST, Shown, first

LATELY = timedelta(days=7)
OF_A_KIND = 10


class Broken(NamedTuple):
    """One line: its kind in a word, what happened and why, who it is about (if it is about one),
    where something can be done about it, for those who may go to `place` (`maps`, `organization`),
    and where everybody it is about is listed."""

    kind: str
    said: str
    candidate: Candidate | None = None
    place: str = ""
    address: str = ""
    listed: str = ""


def things(member: Member) -> Shown:
    """All of them, the widest first. What is about the whole company is shown to whoever works
    for all of it."""
    everything = scopes.requisitions(member) is None
    whole = _of_all(member) if everything else []
    return _together([*whole, _write_backs(member), _unsent(member), _wordless(member)])


def _of_all(member: Member) -> list[Shown]:
    senders = list(Sender.objects.filter(organization=member.organization_id))  # never many
    return [
        first(_stages(member)),
        first(_paused(senders)),
        first(_no_address(member, senders)),
        _events(member),
        first(_mapless(member)),
    ]


def _together(lists: Sequence[Shown]) -> Shown:
    rows = [row for one in lists for row in one.rows]
    return Shown(rows[:MOST], sum(one.total for one in lists))


def _some(found: QuerySet[Any], said: Callable[[Any], Broken]) -> Shown:
    """The first OF_A_KIND of what may be much, and how many there are."""
    rows = list(found[: OF_A_KIND + 1])
    total = len(rows) if len(rows) <= OF_A_KIND else found.count()
    return Shown([said(one) for one in rows[:OF_A_KIND]], total)


def _stages(member: Member) -> list[Broken]:
    found = scopes.applications(member).filter(stage=Stage.UNMAPPED)
    counted = found.values("ats_stage", "connection_id").annotate(n=Count("id")).order_by("-n")
    kind, place = _("Stage without a meaning"), "connections"
    return [
        Broken(
            kind, _unmapped(one), None, place, reverse("connection", args=[one["connection_id"]])
        )
        for one in counted
    ]


def _unmapped(one: dict) -> str:
    text = ngettext(
        "%(n)s application stands in “%(name)s”: no message follows until the stage is mapped.",
        "%(n)s applications stand in “%(name)s”: no message follows until the stage is mapped.",
        one["n"],
    )
    return text % {"n": one["n"], "name": one["ats_stage"]}


def _mapless(member: Member) -> list[Broken]:
    """Families whose open applications nobody writes to."""
    kind = _("No message map")
    there = reverse("unassigned")
    return [
        Broken(kind, _without_map(one), None, "maps", there) for one in mapless.families(member)
    ]


def _without_map(one: Mapless) -> str:
    name = label(one.family) or _("no family")
    text = ngettext(
        "%(n)s open application in %(name)s has no message map: nobody writes to them.",
        "%(n)s open applications in %(name)s have no message map: nobody writes to them.",
        one.count,
    )
    return text % {"n": one.count, "name": name}


def _paused(senders: Sequence[Sender]) -> list[Broken]:
    found = [one for one in senders if not one.active]
    kind, text = _("Sender paused"), _("%(sender)s is paused: what it would send waits.")
    there = reverse("connections")
    return [Broken(kind, text % {"sender": one.name}, None, "connections", there) for one in found]


def _no_address(member: Member, senders: Sequence[Sender]) -> list[Broken]:
    """Mails without a postal address, for those who can add it."""
    if member.role not in permissions.roles("organization") or member.organization.postal_address:
        return []
    if not any(one.channel == "email" for one in senders):
        return []
    kind = _("No postal address")
    said = _("Mails leave without the company's postal address, which the law asks for.")
    return [Broken(kind, said, None, "organization", reverse("organization"))]


def _events(member: Member) -> Shown:
    found = RawEvent.objects.filter(organization=member.organization_id, state="parked")
    return _some(found.only("kind", "outcome").order_by("-id"), _event)


def _event(one: RawEvent) -> Broken:
    said = _("Could not be read: %(why)s") % {"why": one.outcome}
    return Broken(one.get_kind_display(), said, None, "connections", reverse("connections"))


def _write_backs(member: Member) -> Shown:
    found = WriteBack.objects.filter(organization=member.organization_id, state="parked")
    mine = found.filter(scopes.applied(member)).select_related("application__candidate")
    kind = _("Not written back to the ATS")
    return _some(
        mine.order_by("created_at"),
        lambda one: Broken(kind, one.problem, one.application.candidate),
    )


def _unsent(member: Member) -> Shown:
    """Messages that could not be sent, or of which nobody knows whether they were, lately."""
    found = Touch.objects.filter(
        organization=member.organization_id, state__in=("failed", "unknown")
    )
    lately = found.filter(ended_at__gt=clock.now() - LATELY).filter(scopes.about(member))
    return _some(lately.select_related("candidate").order_by("-ended_at"), _lost)


WORDLESS = ("empty_text", "template_problem")


def _wordless(member: Member) -> Shown:
    """Texts that came out empty, or could not be filled in, lately: a line for each touch of a
    version, however many people did not get it."""
    told = Receipt.objects.filter(
        organization_id=member.organization_id, verdict="drop", code__in=WORDLESS,
        at__gt=clock.now() - LATELY,
    )  # fmt: skip
    found = Touch.objects.filter(pk__in=told.values("touch_id")).filter(scopes.about(member))
    counted = found.values("version_id", "key").annotate(
        n=Count("candidate", distinct=True), one=Min(Cast("candidate", TextField()))
    )
    lines = list(counted.order_by("-n", "key"))
    shown = lines[:OF_A_KIND]
    people = Candidate.objects.in_bulk([UUID(line["one"]) for line in shown if line["n"] == 1])
    known = Version.objects.only("map_id").in_bulk([line["version_id"] for line in shown])
    return Shown([_without_words(one, people, known) for one in shown], len(lines))


def _without_words(
    line: dict[str, Any], people: Mapping[UUID, Candidate], versions: Mapping[UUID, Version]
) -> Broken:
    kind, told = _("No text"), {"name": touch_name(line["key"]), "n": line["n"]}
    if line["n"] == 1:
        said = _(
            "“%(name)s” was not sent: the map has no text for them, or it could not be filled in."
        )
        return Broken(kind, said % told, people[UUID(line["one"])])
    said = _(
        "“%(name)s” was not sent to %(n)s people: the map has no text for them, or it could not be"
        " filled in."
    )
    version = versions.get(line["version_id"])
    there = reverse("map", args=[version.map_id]) + f"#touch-{line['key']}" if version else ""
    listed = f"{reverse('receipts')}?verdict=drop&reason=text&when={LATELY.days}"
    return Broken(kind, said % told, None, "maps", there, listed)


def _lost(one: Touch) -> Broken:
    return Broken(one.get_state_display(), _message(one), one.candidate)


def _message(one: Touch) -> str:
    return _("“%(name)s” did not reach them.") % {"name": touch_name(one.key)}
