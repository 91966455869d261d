"""Seeding from beginning to end; begun anew when it was cut short."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection as database
from django.utils import translation

from followthrough.accounts.models import Organization
from followthrough.channels.sandbox import shelf
from followthrough.core import clock
from followthrough.core.errors import Explained
from followthrough.demo.models import Seeding
from followthrough.demo.seed import company, days, founding, script
from followthrough.demo.seed.api_server import serving
from followthrough.demo.seed.play import Play
from followthrough.people.models import Connection

SEED = 5
APPLICATIONS = 360


class NotOurs(Explained):
    """The database holds something else than the demo's company."""


def planted() -> bool:
    """Whether the company is there, complete. Raises NotOurs when another company is."""
    check_ours()
    return Seeding.objects.filter(id=1).exists()


def check_ours() -> None:
    """Raise NotOurs when the database holds another organization than the demo's."""
    if Organization.objects.exclude(slug=company.SLUG).exists():
        raise not_ours()


def not_ours() -> NotOurs:
    """That the database must not be touched."""
    return NotOurs(
        "The database",
        reason="holds something else than the demo's company.",
        remedy="Give the demo a database of its own: unset DATABASE_URL, or name an empty one.",
    )


def plant(
    *,
    say: Callable[[float], object],
    seed: int = SEED,
    applications: int = APPLICATIONS,
    until: datetime | None = None,
) -> None:
    """Found the company and play its eight weeks; needs every duty loaded, and no worker at work.

    `say` hears how much is done, from 0 to 1.
    """
    end = until or clock.wall()
    with translation.override("en"):
        connection = _founded(end)
        _play(connection, end, seed=seed, applications=applications, say=say)
        founding.give_places(connection.organization)
        founding.note_who_was_here(connection.organization)
    with database.cursor() as cursor:
        cursor.execute("ANALYZE")
    Seeding.objects.create(number=seed, applications=applications, done_at=clock.wall())


def _founded(end: datetime) -> Connection:
    begin = days.begin(end) - timedelta(days=1)
    with clock.at(begin):
        return founding.found(at=begin)


def _play(
    connection: Connection, end: datetime, *, seed: int, applications: int,
    say: Callable[[float], object],
) -> None:  # fmt: skip
    stories = script.stories(seed=seed, applications=applications, until=end)
    with serving() as base_url, shelf.staying():
        connection.base_url = base_url
        connection.save(update_fields=["base_url"])
        Play(connection, stories, seed, end).run(say)


def answer_at(base_url: str) -> None:
    """Tell the product where the simulated ATS is reached now."""
    Connection.objects.filter(organization__slug=company.SLUG).update(base_url=base_url)
