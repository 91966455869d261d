"""The list by the latest message of each application, in or out; those without any come last.

No column has it: it would be written with every message. Of a few applications each one's latest
message is looked up. Of many, all messages are walked from the newest, leaving out those that a
newer one of the same application follows: a page is full after a few hundred of them.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from followthrough.messages.models import Message
from followthrough.people.models import Application
from followthrough.web.console.listing.asked import Rows, Stretch

NONE = "-"  # before the key of an application without a message, in its place


class Place(NamedTuple):
    """A message, or an application that has none, or (neither) the list's beginning or end."""

    message: UUID | None = None
    application: UUID | None = None


def latest() -> Subquery:
    """The key of an application's latest message, in a query of applications."""
    theirs = _said().filter(candidate=OuterRef("candidate_id"), application=OuterRef("id"))
    return Subquery(theirs.order_by("-id").values("id")[:1])


def _said() -> QuerySet[Message]:
    return Message.objects.exclude(delivery="not_sent")


def _place(text: str) -> Place:
    try:
        key = UUID(text.removeprefix(NONE)) if text else None
    except ValueError:
        return Place()
    return Place(application=key) if text.startswith(NONE) else Place(message=key)


def _written(key: UUID, message: UUID | None) -> tuple[UUID, str]:
    return key, str(message) if message else f"{NONE}{key}"


# --- a few -------------------------------------------------------------------------------------


def of_few(found: QuerySet[Application], part: Stretch) -> Rows:
    """A page of so few that all of them can be looked at."""
    every = found.annotate(latest=latest()).filter(_beyond(_place(part.place), part.backwards))
    upwards = (F("latest").asc(nulls_first=True), "id")
    downwards = (F("latest").desc(nulls_last=True), "-id")
    rows = every.order_by(*(upwards if part.backwards else downwards)).values_list("id", "latest")
    return [_written(*row) for row in rows[: part.limit]]


def _beyond(place: Place, backwards: bool) -> Q:
    if place.message:
        older = Q(latest__lt=place.message) | Q(latest=None)
        return Q(latest__gt=place.message) if backwards else older
    if place.application:
        above = Q(latest__isnull=False) | Q(id__gt=place.application)
        return above if backwards else Q(latest=None, id__lt=place.application)
    return Q()


# --- many --------------------------------------------------------------------------------------


def of_many(found: QuerySet[Application], part: Stretch) -> Rows:
    """A page of so many that one need not look far for the next."""
    place = _place(part.place)
    steps = [_without, _walk] if part.backwards else [_walk, _without]
    if place.message if part.backwards else place.application:
        steps = steps[1:]  # the place lies beyond the first of them
    rows: Rows = []
    for step in steps:
        if (left := part.limit - len(rows)) > 0:
            rows += step(found, place, part._replace(limit=left))
    return rows


def _walk(found: QuerySet[Application], place: Place, part: Stretch) -> Rows:
    newer = _said().filter(
        candidate=OuterRef("candidate_id"), application=OuterRef("application_id"),
        id__gt=OuterRef("id"),
    )  # fmt: skip
    last = _said().filter(~Exists(newer), application__in=found.order_by().values("id"))
    chosen = _from(last, place.message, part).values_list("application_id", "id")
    return [_written(*row) for row in chosen]


def _without(found: QuerySet[Application], place: Place, part: Stretch) -> Rows:
    theirs = _said().filter(candidate=OuterRef("candidate_id"), application=OuterRef("id"))
    chosen = _from(found.filter(~Exists(theirs)), place.application, part)
    return [_written(key, None) for key in chosen.values_list("id", flat=True)]


def _from(rows: QuerySet[Any], key: UUID | None, part: Stretch) -> QuerySet[Any]:
    """The next ones beyond `key`, newest first (seen backwards: oldest first)."""
    beyond = rows.filter(**{"id__gt" if part.backwards else "id__lt": key}) if key else rows
    return beyond.order_by("id" if part.backwards else "-id")[: part.limit]
