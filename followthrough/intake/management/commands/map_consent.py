"""`followthrough map_consent`: say what an ATS's fields mean about consent, from a YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from ruamel.yaml import YAML, YAMLError

from followthrough.audit import facts
from followthrough.audit.facts import Actor
from followthrough.core.canonical import digest
from followthrough.intake import consents
from followthrough.people.models import Connection

OPERATOR = Actor("operator", "command line")


class Command(BaseCommand):
    help = "Set what fields of a connection say about consent (docs/webhooks.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--connection", required=True, type=UUID, help="its id")
        parser.add_argument("file", type=Path, help="YAML: a list of rules; [] for none")

    def handle(self, *args: Any, **asked: Any) -> None:
        connection = Connection.objects.filter(id=asked["connection"]).first()
        if connection is None:
            raise CommandError(
                f"There is no connection {asked['connection']}: its id is in its page's address."
            )
        rules = _rules(asked["file"])
        put(connection, rules)
        self.stdout.write(f"{connection.name}: {len(rules)} rules about consent are in force.\n")


def _rules(path: Path) -> list[Any]:
    """The rules in the file, checked. Raises CommandError."""
    try:
        given = YAML(typ="safe", pure=True).load(path.read_text()) or []
        consents.read(given)
    except (OSError, YAMLError) as problem:
        raise CommandError(f"{path} cannot be read: {problem}") from None
    except consents.BadMapping as problem:
        raise CommandError(str(problem)) from None
    return list(given)


@transaction.atomic
def put(connection: Connection, rules: list[Any]) -> None:
    """Put rules, which were checked, in force; that it was done is on record."""
    connection.config = {**connection.config, consents.KEY: rules}
    connection.save(update_fields=["config"])
    facts.record(
        organization_id=connection.organization_id, actor=OPERATOR, verb="mapped_consent",
        subject_kind="connection", subject_id=connection.id, why={"rules": digest(rules)},
    )  # fmt: skip
