"""The ground the demo stands on: whether a database is bare, half seeded or someone else's."""

from __future__ import annotations

from django.db import connection

from followthrough.demo.seed import plant


def bare() -> bool:
    """Whether there are no tables yet."""
    return "django_migrations" not in connection.introspection.table_names()


def half_seeded() -> bool:
    """Whether a seeding was cut short: the company is there, the mark at its end is not."""
    tables = connection.introspection.table_names()
    if "demo_seeding" not in tables or plant.planted():
        return False
    return plant.Organization.objects.exists()


def clear() -> None:
    """Forget everything. Raises NotOurs when the database holds anything but the demo's company."""
    tables = connection.introspection.table_names()
    if "accounts_organization" in tables:
        plant.check_ours()
    elif tables:
        raise plant.not_ours()
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS dbos CASCADE")
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
