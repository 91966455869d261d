"""`followthrough audit verify` and `followthrough audit seal`."""

import sys
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from followthrough.audit import sealer, verification, words


class Command(BaseCommand):
    help = "Verify the sealed audit trail, or seal what is new."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("seal", help="seal everything that has committed")
        verify = actions.add_parser("verify", help="compare every block; exit 1 on tampering")
        verify.add_argument("--organization", type=UUID, help="only this organization's id")
        verify.add_argument("--json", action="store_true", help="for other programs")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "seal":
            self.stdout.write(f"{sealer.seal()} blocks made.")
        else:
            self._verify(organization=options["organization"], as_json=options["json"])

    def _verify(self, *, organization: UUID | None, as_json: bool) -> None:
        report = verification.verify(organization)
        if as_json:
            self.stdout.write(verification.as_json(report).decode())
        else:
            self.stdout.writelines(f"{line}\n" for line in words.lines(report))
        if not report.intact:
            sys.exit(1)
