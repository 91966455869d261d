"""What a row of the list says of an application, in words."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models.functions import Left
from django.utils.translation import gettext as _

from followthrough.accounts.models import Member
from followthrough.conversations.models import Handoff
from followthrough.messages.models import Message, Touch
from followthrough.people.models import Application
from followthrough.people.stages import Stage
from followthrough.web.console import reach
from followthrough.web.console.listing import activity
from followthrough.web.console.listing.filters import standing_freezes
from followthrough.web.console.sentences import held_for, touch_name
from followthrough.web.templatetags.console import short

LINE = 160  # characters of a message that are shown


class Line(NamedTuple):
    """A message in one line: what it says or is called, and when; why it waits beyond that."""

    text: str
    when: str
    held: str = ""


@dataclass(frozen=True)
class Row:
    """An application. `again`: of the same person as the row above. `need`: why a person is
    needed ('' when nobody is)."""

    candidate_id: UUID
    name: str
    again: bool
    opening: str
    site: str
    stage: str
    since: str
    said: Line | None
    planned: Line | None
    need: str
    silent: bool


def load(member: Member, keys: Sequence[UUID]) -> list[Row]:
    """The rows of applications, in the order of their keys."""
    applications = _applications(keys)
    before = [None, *(one.candidate_id for one in applications)]
    known = _known(member, applications)
    return [
        _row(one, known, again=one.candidate_id == above)
        for one, above in zip(applications, before, strict=False)
    ]


class _Known(NamedTuple):
    said: dict[UUID, Line]  # by message
    planned: dict[UUID | None, Line]  # by application
    needs: dict[UUID, str]  # by application, or by candidate
    silent: set[UUID]  # applications, candidates and maps


def _known(member: Member, applications: Sequence[Any]) -> _Known:
    people = {one.candidate_id for one in applications}
    closed = reach.closed(people, organization_id=member.organization_id)
    return _Known(
        _said(applications), _planned(applications, closed), _needs(member, applications),
        _silent(member, applications),
    )  # fmt: skip


def _row(one: Any, known: _Known, *, again: bool) -> Row:
    opening = one.requisition
    return Row(
        candidate_id=one.candidate_id,
        name=one.candidate.name,
        again=again,
        opening=opening.title if opening else _("No opening yet"),
        site=opening.site.name if opening and opening.site else "",
        stage=str(Stage(one.stage).label),
        since=_("since %(at)s") % {"at": short(one.stage_since)},
        said=known.said.get(one.latest),
        planned=known.planned.get(one.id),
        need=known.needs.get(one.id) or known.needs.get(one.candidate_id, ""),
        silent=not known.silent.isdisjoint(_subjects(one)),
    )


_SHOWN = (
    "stage", "stage_since", "candidate__given_name", "candidate__family_name",
    "requisition__title", "requisition__site__name", "run__version__map",
)  # fmt: skip


def _applications(keys: Sequence[UUID]) -> list[Any]:
    related = ("candidate", "requisition__site", "run__version")
    found = Application.objects.filter(id__in=keys).select_related(*related).only(*_SHOWN)
    by_key = {one.id: one for one in found.annotate(latest=activity.latest())}
    return [by_key[key] for key in keys if key in by_key]


def _said(applications: Iterable[Any]) -> dict[UUID, Line]:
    """The latest messages, by key."""
    keys = [one.latest for one in applications if one.latest]
    found = Message.objects.filter(id__in=keys).annotate(line=Left("body", LINE))
    rows = found.values_list("id", "direction", "line", "at")
    return {key: _line(direction, line, short(at)) for key, direction, line, at in rows}


def _line(direction: str, text: str, at: str) -> Line:
    when = _("They wrote %(at)s") if direction == "in" else _("We wrote %(at)s")
    return Line(" ".join(text.split()) or _("(no text)"), when % {"at": at})


def _planned(
    applications: Iterable[Application], closed: Container[UUID]
) -> dict[UUID | None, Line]:
    """The next planned message of each application; of those who are `closed` it comes to nothing,
    and why is said."""
    waiting = Touch.about(applications).filter(state="planned").order_by("-due_at", "-id")
    shown = waiting.only("application", "candidate", "key", "due_at", "held_for")
    nothing = Line(reach.nothing(reach.why_closed([])), "")
    return {
        one.application_id: nothing if one.candidate_id in closed else _next(one) for one in shown
    }


def _next(one: Touch) -> Line:
    return Line(touch_name(one.key), short(one.due_at), held_for(one))


def _needs(member: Member, applications: Iterable[Application]) -> dict[UUID, str]:
    """Why a person is needed: by application, or by the person where it is about no application."""
    people = {one.candidate_id for one in applications}
    opened = Handoff.objects.filter(organization=member.organization_id, resolved_at=None)
    latest_first = opened.filter(candidate__in=people).order_by("-opened_at")
    return {
        one.application_id or one.candidate_id: one.get_reason_display() for one in latest_first
    }


def _silent(member: Member, applications: Iterable[Application]) -> set[UUID]:
    """The subjects among them that automation is silent for."""
    subjects = {key for one in applications for key in _subjects(one)}
    standing = standing_freezes(member).filter(subject_id__in=subjects)
    return set(standing.values_list("subject_id", flat=True))


def _subjects(one: Application) -> set[UUID]:
    """What a freeze may be on, for the application to be silent: itself, its person, its map."""
    return {one.id, one.candidate_id, *([one.run.version.map_id] if hasattr(one, "run") else ())}
