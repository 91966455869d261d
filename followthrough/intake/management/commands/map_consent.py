"""`followthrough map_consent`: say what an ATS's fields mean about consent, from a YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from followthrough.intake import consents, mappings


class Command(BaseCommand):
    help = "Set what fields of a connection say about consent (docs/webhooks.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--connection", required=True, type=UUID, help="its id")
        parser.add_argument("file", type=Path, help="YAML: a list of rules; [] for none")

    def handle(self, *args: Any, **asked: Any) -> None:
        source = mappings.connection(asked["connection"])
        rules = list(mappings.from_file(asked["file"], consents.read, otherwise=[]))
        mappings.put(source, consents.KEY, rules, verb="mapped_consent")
        self.stdout.write(f"{source.name}: {len(rules)} rules about consent are in force.\n")
