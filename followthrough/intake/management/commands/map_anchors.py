"""`followthrough map_anchors`: say which date fields of an ATS are named times maps may hang on."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from followthrough.intake import anchors, mappings


class Command(BaseCommand):
    help = "Set which date fields of a connection are named times (docs/webhooks.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--connection", required=True, type=UUID, help="its id")
        parser.add_argument("file", type=Path, help="YAML: names with their fields; {} for none")

    def handle(self, *args: Any, **asked: Any) -> None:
        source = mappings.connection(asked["connection"])
        rules = dict(mappings.from_file(asked["file"], anchors.read, otherwise={}))
        mappings.put(source, anchors.KEY, rules, verb="mapped_anchors")
        self.stdout.write(f"{source.name}: {len(rules)} named times are in force.\n")
