"""`followthrough map`: what it says, how it ends, and that files come back as they went in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from config import cli
from followthrough.accounts.models import Member, Organization, Role, User
from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.journeys import documents, versions
from followthrough.journeys.lint.organization import setting
from followthrough.journeys.models import MapProposal, MessageMap, Version
from followthrough.people.models import Connection, Site, StageMapping
from tests import world

CLEAN = """\
# Kept in git.
schema: 2
name: 'Visits'   # in quotes
stages:
    applied:
        touches:
        -   key: thanks
            # The first thing they hear.
            trigger: {stage_entered: {}}
            channels: [sms]
            content: {sms: {en: {body: "{{ company }}: thanks! Questions? Reply STOP to stop."}}}
"""
WARNED = CLEAN.replace("Questions?", "Reply YES to go on.")
FAILED = CLEAN.replace("Questions?", "Reply CANCEL to cancel your visit. Questions?")
UNFIT = CLEAN.replace("stage_entered: {}", "stage_entered: {after: soon}").replace(
    "{{ company }}", "{{ compny }}"
)


class Shell:
    """Runs the command in a folder."""

    def __init__(self, folder: Path, capfd: Any) -> None:
        self.folder, self.capfd = folder, capfd
        self.out = self.err = ""

    def file(self, name: str, text: str) -> str:
        (self.folder / name).write_bytes(text.encode())
        return str(self.folder / name)

    def run(self, *given: str) -> int:
        self.capfd.readouterr()
        code: Any = 0
        try:
            call_command("map", *given)
        except SystemExit as ended:
            code = ended.code
        self.out, self.err = self.capfd.readouterr()
        return int(code or 0)


@pytest.fixture
def shell(tmp_path: Path, capfd: Any) -> Shell:
    return Shell(tmp_path, capfd)


# --- lint ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (CLEAN, [], 0), (CLEAN, ["--strict"], 0), (WARNED, [], 0), (WARNED, ["--strict"], 1),
        (FAILED, [], 2), (UNFIT, [], 2), ("a: \x00", [], 2),
    ],
)  # fmt: skip
def test_lint_ends_as_ci_wants_it(shell: Shell, text: str, options: list[str], code: int) -> None:
    assert shell.run("lint", shell.file("visits.yaml", text), *options) == code


def test_lint_says_file_line_and_code(shell: Shell) -> None:
    name = shell.file("visits.yaml", WARNED)
    shell.run("lint", name)
    assert shell.out.startswith(f"{name}:11: warning: thanks, sms, en, body: It asks for “YES”")
    assert shell.out.rstrip().endswith("[taken_word]")
    assert "1 warning." in shell.err


def test_lint_says_all_that_is_wrong_at_once(shell: Shell) -> None:
    name = shell.file("visits.yaml", UNFIT)
    shell.run("lint", name)
    assert [line.split(": ")[0] for line in shell.out.splitlines()] == [f"{name}:9", f"{name}:11"]


def test_a_syntax_error_is_found_in_the_line_of_the_file(shell: Shell) -> None:
    body = "|\n                Hi,\n                {% if company %}yes\n                and no.\n"
    text = CLEAN.replace(
        '{sms: {en: {body: "{{ company }}: thanks! Questions? Reply STOP to stop."}}}',
        f"\n              sms:\n               en:\n                body: {body}",
    )
    name = shell.file("visits.yaml", text)
    assert shell.run("lint", name) == 2
    line = int(shell.out.split(":")[1])
    assert "{% if company %}" in text.split("\n")[line - 1]
    shell.run("lint", shell.file("visits.yaml", text.replace("{% if company %}", "{{ compny }}")))
    assert (
        "compny"
        in text.replace("{% if company %}", "{{ compny }}").split("\n")[
            int(shell.out.split(":")[1]) - 1
        ]
    )


def test_lint_tells_other_programs(shell: Shell) -> None:
    shell.run("lint", "--json", shell.file("visits.yaml", WARNED))
    (found,) = json.loads(shell.out)["findings"]
    assert (found["line"], found["code"], found["touch"]) == (11, "taken_word", "thanks")
    assert (found["channel"], found["locale"], found["part"]) == ("sms", "en", "body")


def test_a_file_that_cannot_be_read_is_said(shell: Shell) -> None:
    assert shell.run("lint", "nowhere.yaml") == 2
    assert "nowhere.yaml:1: error" in shell.out
    (shell.folder / "latin.yaml").write_bytes("name: Más\nschema: 2\n".encode("latin-1"))
    assert shell.run("lint", str(shell.folder / "latin.yaml")) == 2
    assert "not UTF-8" in shell.out


# --- diff ----------------------------------------------------------------------------------------


def test_diff_says_it_in_words(shell: Shell) -> None:
    before = shell.file("a.yaml", CLEAN)
    after = shell.file("b.yaml", CLEAN.replace("stage_entered: {}", "stalled: {for: P2D}"))
    assert shell.run("diff", before, after) == 1
    assert "~ applied · thanks: Nothing heard for 2 days" in shell.out
    assert "When it goes: On entering → Nothing heard for 2 days" in shell.out
    assert shell.run("diff", before, before) == 0
    assert "They say the same." in shell.err


def test_diff_shows_texts_line_by_line(shell: Shell) -> None:
    after = shell.file("b.yaml", CLEAN.replace("thanks!", "thank you!"))
    shell.run("diff", shell.file("a.yaml", CLEAN), after)
    assert "+{{ company }}: thank you! Questions?" in shell.out
    assert "-{{ company }}: thanks! Questions?" in shell.out


# --- publish and export --------------------------------------------------------------------------


@pytest.fixture
def northwind(db: None) -> Organization:
    return Organization.objects.create(name="Northwind", slug="northwind", country="US")


def member(organization: Organization, role: Role, email: str) -> Member:
    user = User.objects.create(email=email, name=email)
    return Member.objects.create(organization=organization, user=user, role=role)


@pytest.mark.parametrize(
    "text",
    [CLEAN, CLEAN.replace("\n", "\r\n"), "\ufeff" + CLEAN, CLEAN.rstrip("\n"), CLEAN + "\n\n# ñ\n"],
    ids=["plain", "CRLF", "BOM", "no end", "end"],
)
def test_the_same_bytes_come_out_after_in(shell: Shell, northwind: Any, text: str) -> None:
    assert shell.run("publish", shell.file("visits.yaml", text), "--note", "First", "--new") == 0
    out = shell.folder / "out.yaml"
    assert shell.run("export", "visits", str(out)) == 0
    assert out.read_bytes() == text.encode()
    assert shell.run("export", "visits") == 0
    assert shell.out == text.replace("\r\n", "\n") or shell.out.encode() == text.encode()


def test_what_was_edited_in_the_console_is_all_that_differs(shell: Shell, northwind: Any) -> None:
    shell.run("publish", shell.file("visits.yaml", CLEAN), "--note", "First", "--new")
    first = Version.objects.get()
    raw = versions.document(first.id).dump()
    raw["stages"]["applied"]["touches"][0]["priority"] = 3
    versions.publish(map=first.map, document=documents.check(raw), author_id="", at=clock.now())
    shell.run("export", "visits", str(shell.folder / "out.yaml"))
    found = (shell.folder / "out.yaml").read_text()
    assert found == CLEAN.replace("channels: [sms]\n", "channels: [sms]\n            priority: 3\n")
    shell.run("export", "visits", "--version", "1", str(shell.folder / "one.yaml"))
    assert (shell.folder / "one.yaml").read_text() == CLEAN


def test_publishing_twice_is_publishing_once(shell: Shell, northwind: Any) -> None:
    name = shell.file("visits.yaml", CLEAN)
    shell.run("publish", name, "--note", "First", "--new")
    assert shell.run("publish", name, "--note", "Again") == 0
    assert "Nothing to publish" in shell.out
    assert Version.objects.count() == 1


def test_nobody_publishes_over_what_they_have_not_seen(shell: Shell, northwind: Any) -> None:
    before = shell.file("before.yaml", CLEAN)
    name = shell.file("visits.yaml", CLEAN)
    shell.run("publish", name, "--note", "First", "--new")
    shell.file("visits.yaml", CLEAN.replace("thanks!", "thank you!"))
    assert shell.run("publish", name, "--note", "Kinder") == 2
    assert "--expect 1" in shell.err
    assert shell.run("publish", name, "--note", "Kinder", "--expect", before) == 0
    shell.file("visits.yaml", CLEAN.replace("thanks!", "many thanks!"))
    assert shell.run("publish", name, "--note", "Kinder", "--expect", "1") == 2
    assert "version 2 is the newest" in shell.err
    assert shell.run("publish", name, "--note", "Kinder", "--expect", before) == 2
    assert shell.run("publish", name, "--note", "Kinder", "--expect", "2") == 0
    shell.file("visits.yaml", CLEAN)
    assert shell.run("publish", name, "--note", "Back", "--force") == 0
    assert [one.number for one in Version.objects.order_by("number")] == [1, 2, 3, 4]


def test_it_says_what_becomes_of_those_under_way(shell: Shell, northwind: Any) -> None:
    name = shell.file("visits.yaml", CLEAN)
    shell.run("publish", name, "--note", "First", "--new")
    shell.file("visits.yaml", CLEAN.replace("thanks!", "thank you!"))
    given = ("publish", name, "--note", "Kinder", "--expect", "1")
    with pytest.raises(CommandError, match="choose from"):
        shell.run(*given, "--running", "sometime")
    assert shell.run(*given, "--running", "next") == 0
    assert "they move with their next stage" in shell.out
    chosen = Fact.objects.filter(verb="chose_for_running_runs").latest("id")
    assert chosen.why["choice"] == "next"


def test_a_version_names_who_published_it(shell: Shell, northwind: Organization) -> None:
    name = shell.file("visits.yaml", CLEAN)
    ada = member(northwind, Role.OPERATIONS, "ada@example.com")
    member(northwind, Role.RECRUITER, "ben@example.com")
    given = ("publish", name, "--note", "First", "--new")
    assert shell.run(*given, "--as", "ben@example.com") == 2
    assert shell.run(*given, "--as", "eve@example.com") == 2
    assert not MessageMap.objects.exists()
    assert shell.run(*given, "--as", "Ada@example.com") == 0
    assert Version.objects.get().author_id == str(ada.id)


def test_a_map_that_asks_for_a_second_person_does_so_here_too(shell: Shell, northwind: Any) -> None:
    name = shell.file("visits.yaml", CLEAN)
    shell.run("publish", name, "--note", "First", "--new")
    MessageMap.objects.update(second_roles=["owner"])
    member(northwind, Role.OPERATIONS, "ada@example.com")
    shell.file("visits.yaml", CLEAN.replace("thanks!", "thank you!"))
    given = ("publish", name, "--note", "Kinder", "--expect", "1")
    assert shell.run(*given) == 2  # else whoever ran it could agree to their own
    assert "waits for a second person" in shell.err
    assert "--as" in shell.err
    assert not MapProposal.objects.exists()
    assert shell.run(*given, "--as", "ada@example.com") == 0
    assert "waits for a second person" in shell.out
    assert Version.objects.count() == 1
    assert MapProposal.objects.get().note == "Kinder"


def test_what_is_not_fit_to_run_is_not_published(shell: Shell, northwind: Any) -> None:
    assert shell.run("publish", shell.file("visits.yaml", UNFIT), "--note", "x", "--new") == 2
    assert "visits.yaml:9: error" in shell.err
    assert not MessageMap.objects.exists()


def test_a_map_that_is_not_there_is_not_made_by_mistake(shell: Shell, northwind: Any) -> None:
    shell.run("publish", shell.file("visits.yaml", CLEAN), "--note", "First", "--new")
    assert shell.run("publish", shell.file("visit.yaml", CLEAN), "--note", "x") == 2
    assert "Did you mean visits?" in shell.err
    assert shell.run("export", "nothing") == 2


def test_which_organization_must_be_said_where_there_are_several(shell: Shell, db: None) -> None:
    for slug in ("one", "two"):
        Organization.objects.create(name=slug, slug=slug, country="US")
    name = shell.file("visits.yaml", CLEAN)
    assert shell.run("publish", name, "--note", "x", "--new") == 2
    assert "--organization: one, two" in shell.err
    assert shell.run("publish", name, "--note", "x", "--new", "--organization", "two") == 0


def test_diff_compares_with_what_is_published(shell: Shell, northwind: Any) -> None:
    name = shell.file("visits.yaml", CLEAN)
    shell.run("publish", name, "--note", "First", "--new")
    assert shell.run("diff", name) == 0
    shell.file("visits.yaml", CLEAN.replace("thanks!", "thank you!"))
    assert shell.run("diff", name, "--version", "1") == 1
    assert shell.run("diff", name, "--version", "7") == 2


def test_an_organization_is_what_lint_judges_by(shell: Shell, northwind: Organization) -> None:
    Site.objects.create(organization=northwind, name="Austin", country="US", region="TX")
    connection = Connection.objects.create(organization=northwind)
    StageMapping.objects.create(
        organization=northwind, connection=connection, ats_stage="New", stage="screen"
    )
    world.application(world.candidate(connection, locale="vi"))
    found = setting(northwind)
    assert (found.places, found.stages) == ((("US", "TX"),), frozenset({"screen"}))
    assert (found.locales, found.channels, found.company) == ({"vi": 1}, None, "Northwind")
    shell.run("lint", shell.file("visits.yaml", CLEAN), "--organization", "northwind")
    codes = {line.rpartition("[")[2].rstrip("]") for line in shell.out.splitlines()}
    assert codes == {"dead_stage", "silent_stage", "unspoken_locale"}


@pytest.mark.parametrize(
    ("given", "needs"),
    [
        ("lint a.yaml b.yaml --strict", False), ("diff a.yaml b.yaml", False), ("", False),
        ("lint a.yaml --organization x", True), ("diff a.yaml", True), ("publish --help", False),
        ("diff a.yaml --version 2", True), ("export x", True), ("publish a.yaml --note x", True),
    ],
)  # fmt: skip
def test_files_alone_need_no_database(given: str, needs: bool) -> None:
    assert cli._needs_the_database(["followthrough", "map", *given.split()]) == needs
