"""`followthrough rulepacks`: which legal floors count, and whether one's own can be used."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from followthrough.core.places import named
from followthrough.governance import rulepacks
from followthrough.governance.packs import RulePack, RulePackError

WIDTH = 14


class Command(BaseCommand):
    help = "List the rule packs that count, or check files of one's own."
    requires_system_checks: list[str] = []  # it says itself what they would

    def add_arguments(self, parser: CommandParser) -> None:
        said = "only say whether these can be used; exit 1 when one cannot"
        parser.add_argument("--check", nargs="+", type=Path, metavar="FILE", default=[], help=said)

    def handle(self, *args: Any, check: list[Path], **options: Any) -> None:
        if check:
            fine = [self._fine(path) for path in check]
            sys.exit(not all(fine))
        try:
            packs = rulepacks.packs()
        except RulePackError as problem:
            self._refuse(problem)
            sys.exit(1)
        for pack in packs:
            self.stdout.write(_line(pack))

    def _fine(self, path: Path) -> bool:
        try:
            pack = rulepacks.read(path)
        except RulePackError as problem:
            self._refuse(problem)
            return False
        self.stdout.write(f"{path}: fine. {_line(pack)}")
        return True

    def _refuse(self, problem: RulePackError) -> None:
        for one in problem.problems:
            self.stderr.write(f"{problem.file}: {one.path}: {one.reason} {one.remedy}")


def _line(pack: RulePack) -> str:
    where, first = named((pack.country, pack.region)), pack.sources[0]
    dates = "".join(
        f" {word} {day}" for word, day in (("from", pack.begins), ("until", pack.until)) if day
    )
    return (
        f"{pack.id:<{WIDTH}} v{pack.version}  {where:<6} {pack.title}{dates}."
        f" {first.url} (seen {first.seen}, {first.confidence})"
    )
