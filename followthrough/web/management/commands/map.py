"""`followthrough map`: message maps that are kept as files."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from followthrough.governance import policies
from followthrough.journeys import versions
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.lint import Setting
from followthrough.journeys.lint.organization import setting
from followthrough.journeys.models import Running
from followthrough.web.mapfiles import changes, files, publishing, report

SAME, DIFFERENT, TROUBLE = 0, 1, 2  # as diff(1) ends


class _AnyOrder(CommandParser):
    """Takes names and options in any order: `export MAP --version 3 FILE`."""

    _inside = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        if self._inside:  # by itself, for each half of them
            return super().parse_known_args(args, namespace)
        self._inside = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._inside = False


class Command(BaseCommand):
    help = "Look at, compare, publish and export message maps that are kept as files."
    requires_system_checks: list[str] = []  # most of it needs no database

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = parser.add_subparsers(
            dest="what", required=True, metavar="lint|diff|publish|export",
            parser_class=_AnyOrder,
        )  # fmt: skip
        _lint(kinds.add_parser("lint", help="say what a map would do that nobody meant"))
        _diff(kinds.add_parser("diff", help="say in words what differs"))
        _publish(kinds.add_parser("publish", help="make a new version of what a file says"))
        _export(kinds.add_parser("export", help="write a version as the file it came as"))

    def handle(self, *args: Any, what: str, **asked: Any) -> None:
        try:
            getattr(self, what)(asked)
        except CommandError as problem:
            self.stderr.write(str(problem))
            sys.exit(TROUBLE)

    # --- lint ------------------------------------------------------------------------------------

    def lint(self, asked: dict[str, Any]) -> None:
        """Exit 0: nothing, or warnings without --strict; 1: warnings with it; 2: errors."""
        where = _setting(asked["organization"])
        lines = [line for name in asked["files"] for line in report.of(files.read(name), where)]
        if asked["json"]:
            found = [line.plain() for line in lines]
            self.stdout.write(json.dumps({"findings": found}, ensure_ascii=False, indent=1))
        else:
            for line in lines:
                self.stdout.write(line.said())
            self.stderr.write(report.counted(lines))
        sys.exit(report.ends_with(lines, strict=asked["strict"]))

    # --- diff ------------------------------------------------------------------------------------

    def diff(self, asked: dict[str, Any]) -> None:
        """Exit 0: they say the same; 1: they differ."""
        one = publishing.documents_of(asked["file"])
        if asked["other"]:
            before, after = one, publishing.documents_of(asked["other"])
        else:
            before, after = _published(asked), one
        lines = list(changes.said(before, after))
        if asked["json"]:
            self.stdout.write(json.dumps({"changes": lines}, ensure_ascii=False, indent=1))
        else:
            for line in lines:
                self.stdout.write(line)
        if not lines:
            self.stderr.write("They say the same.")
        sys.exit(DIFFERENT if lines else SAME)

    # --- publish and export ----------------------------------------------------------------------

    def publish(self, asked: dict[str, Any]) -> None:
        made = publishing.publish(
            asked["file"],
            owner=publishing.organization(asked["organization"]),
            slug=asked["map"] or publishing.slug_of(asked["file"]),
            new=asked["new"],
            expect=asked["expect"],
            force=asked["force"],
            by=asked["by"],
            note=asked["note"],
            running=asked["running"],
        )
        if made.version is None:
            self.stdout.write("It waits for a second person, who agrees in the console.")
            return
        map, number = made.version.map.slug, made.version.number
        said = "Published as" if made.is_new else "Nothing to publish: it says the same as"
        self.stdout.write(f"{said} version {number} of {map}.")
        if made.is_new and number > 1:
            self.stdout.write(f"Those under way: {Running(asked['running']).label.lower()}.")

    def export(self, asked: dict[str, Any]) -> None:
        owner = publishing.organization(asked["organization"])
        version = publishing.version_of(
            publishing.map_of(owner, asked["slug"]), asked["version_number"]
        )
        found = publishing.exported(version)
        if asked["file"]:
            files.write(asked["file"], found.text)
        else:
            self.stdout._out.buffer.write(found.text.encode())
        self.stderr.write(f"Version {version.number} of {asked['slug']}."
                          f" Publish changes to it with --expect {version.number}.")  # fmt: skip
        if found.lost:
            self.stderr.write(_lost(found.comments))


def _lost(comments: tuple[str, ...]) -> str:
    said = "It was changed in the console in a way that could not keep the file's own layout."
    return f"{said} These comments are gone: {' '.join(comments)}" if comments else said


# --- what it is asked ----------------------------------------------------------------------------


def _lint(parser: CommandParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--strict", action="store_true", help="end with 1 when there are warnings")
    parser.add_argument("--json", action="store_true", help="for other programs")
    _of_organization(parser, "judge it by the policy, the sites and the candidates of this one;"
                             " without, by the default policy and the law of the US")  # fmt: skip


def _diff(parser: CommandParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the newer one, unless there are two")
    parser.add_argument("other", nargs="?", metavar="FILE2", help="the newer one of two files")
    _version(parser, "compare with this version instead of the newest")
    parser.add_argument("--map", default="", help="its slug; without, as the file is called")
    parser.add_argument("--json", action="store_true", help="for other programs")
    _of_organization(parser, "whose map; it can be left out where there is only one")


def _publish(parser: CommandParser) -> None:
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--note", required=True, help="what it changes, and why")
    parser.add_argument("--map", default="", help="its slug; without, as the file is called")
    parser.add_argument("--new", action="store_true", help="make the map, which is not there yet")
    parser.add_argument(
        "--expect", default="", metavar="N|FILE",
        help="the version that the file was made from, or a file with what that version says",
    )  # fmt: skip
    parser.add_argument("--force", action="store_true", help="whatever the newest version is")
    parser.add_argument(
        "--running", choices=Running.values, default=Running.STAY,
        help="what becomes of those under way: they stay (unless you say otherwise), or move with"
        " their next stage, or now",
    )  # fmt: skip
    parser.add_argument(
        "--as", dest="by", default="", metavar="MAIL", help="the member who does it"
    )
    _of_organization(parser, "whose map; it can be left out where there is only one")


def _export(parser: CommandParser) -> None:
    parser.add_argument("slug", metavar="MAP")
    parser.add_argument("file", nargs="?", metavar="FILE", help="without, to the standard output")
    _version(parser, "this version instead of the newest")
    _of_organization(parser, "whose map; it can be left out where there is only one")


def _version(parser: CommandParser, said: str) -> None:
    """Django has a --version of its own."""
    for action in [one for one in parser._actions if "--version" in one.option_strings]:
        parser._remove_action(action)
        parser._option_string_actions.pop("--version")
    parser.add_argument("--version", dest="version_number", type=int, metavar="N", help=said)


def _of_organization(parser: CommandParser, said: str) -> None:
    parser.add_argument("--organization", default="", metavar="SLUG", help=said)


def _setting(slug: str) -> Setting:
    if slug:
        return setting(publishing.organization(slug))
    return Setting(policy=policies.default(), at=datetime.now(UTC), places=(("US", ""),))


def _published(asked: dict[str, Any]) -> MapDocument:
    owner = publishing.organization(asked["organization"])
    map = publishing.map_of(owner, asked["map"] or publishing.slug_of(asked["file"]))
    return versions.document(publishing.version_of(map, asked["version_number"]).id)
