"""Who may enter: nobody without the password, no other user at all; no folder is opened for it."""

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config import postgres
from config.postgres import account, binaries, connect, places

root_only = pytest.mark.skipif(not places.is_root(), reason="needs root to become another user")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def _ancestors_of(*paths: Path) -> Iterator[tuple[Path, int, int]]:
    for path in paths:
        for folder in path.parents:
            if folder.exists():
                found = folder.stat()
                yield folder, found.st_mode, found.st_uid


def test_no_ancestor_is_changed(base: Path) -> None:
    wheel = binaries.trees()[-1].bin
    found = places.places("main")
    watched = (base / "any", wheel / "postgres", Path(postgres.__file__))
    before = list(_ancestors_of(*watched))
    postgres.ensure(durable=False)
    assert list(_ancestors_of(*watched)) == before
    assert _mode(found.home) == (0o711 if places.is_root() else 0o700)


def test_files_and_folders_are_private(shared: postgres.Cluster) -> None:
    found = places.places("shared")
    assert _mode(found.pgpass) == 0o600
    assert found.pgpass.stat().st_uid == os.geteuid()
    server = account.server_account()
    for folder in (found.socket, found.data, found.log):
        assert (_mode(folder), folder.stat().st_uid) == (0o700, server.uid)
    assert (found.socket / places.SOCKET).stat().st_uid == server.uid
    assert stat.S_IMODE((found.socket / places.SOCKET).stat().st_mode) == 0o700
    assert not list(found.home.glob("initdb-*"))  # where initdb read the password from


def test_server_knows_neither_tcp_nor_trust(shared: postgres.Cluster) -> None:
    with psycopg.connect(shared.dsn) as opened:
        assert opened.execute("SHOW listen_addresses").fetchone() == ("",)
        assert opened.execute("SHOW jit").fetchone() == ("off",)
        assert opened.execute("SHOW TimeZone").fetchone() == ("UTC",)
    assert places.places("shared").hba.read_text() == "local all all scram-sha-256\n"


@pytest.mark.parametrize("user", [connect.ROLE, connect.ADMINISTRATOR, "postgres"])
@pytest.mark.parametrize("password", ["", "wrong"])
def test_no_entry_without_the_password(shared: postgres.Cluster, user: str, password: str) -> None:
    wanted = postgres.settings("shared")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(
            host=wanted["HOST"],
            user=user,
            dbname="postgres",
            password=password,
            passfile="/dev/null",
        )


def test_application_is_no_superuser_but_may_make_databases(shared: postgres.Cluster) -> None:
    with psycopg.connect(shared.dsn, autocommit=True) as opened:
        opened.execute("CREATE DATABASE another")
        opened.execute("DROP DATABASE another")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            opened.execute("COPY (SELECT 1) TO PROGRAM 'true'")


def test_words_are_compared_beyond_ascii(shared: postgres.Cluster) -> None:
    query = "SELECT lower('ÄÖÇ'), 'Åsa' ILIKE 'åSA', to_tsvector('simple', 'ÉLODIE Übel')::text"
    with psycopg.connect(shared.dsn) as opened:
        assert opened.execute(query).fetchone() == ("äöç", True, "'élodie':1 'übel':2")


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_password_is_in_no_command_line_and_no_environment(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_STARTER", "hush")
    cluster = postgres.ensure(durable=False)
    password = postgres.settings()["PASSWORD"]
    process = Path(f"/proc/{cluster.pid}")
    assert password not in (process / "cmdline").read_text()
    environment = (process / "environ").read_text()
    assert password not in environment
    assert "SECRET_OF_THE_STARTER" not in environment
    for log in (*places.places("main").log.iterdir(), places.places("main").start_log):
        assert password not in log.read_text()


@root_only
def test_server_is_not_root_and_cannot_change_its_configuration(
    shared: postgres.Cluster,
) -> None:
    found = places.places("shared")
    server = account.server_account()
    assert Path(f"/proc/{shared.pid}").stat().st_uid == server.uid != 0
    script = 'for path in "$@"; do [ -w "$path" ] && exit 9; done; [ ! -r "$0" ]'
    paths = (found.home, found.hba, found.conf, *_tree_copy())
    assert server.run(["/bin/sh", "-c", script, found.pgpass, *paths]).returncode == 0


def _tree_copy() -> tuple[Path, Path]:
    copy = binaries.runnable(binaries.trees()[-1])
    return copy.root, copy.bin / "postgres"


@root_only
def test_another_user_cannot_connect_even_with_the_password(shared: postgres.Cluster) -> None:
    stranger = account.Account(uid=65534, gid=65534, drop=True)
    psql = binaries.runnable(binaries.trees()[-1]).bin / "psql"
    told = stranger.run([psql, shared.dsn, "-c", "SELECT 1"])
    assert told.returncode != 0
    assert "Permission denied" in told.stdout
    found = places.places("shared")
    for path in (found.pgpass, found.start_log, found.socket / places.SOCKET, found.data):
        assert stranger.run(["/bin/cat", path]).returncode != 0


@root_only
def test_home_that_the_server_user_cannot_reach_is_explained(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base.chmod(0o700)
    with pytest.raises(postgres.PostgresError, match="ancestor's permissions") as told:
        postgres.ensure(durable=False)
    assert places.HOME_VARIABLE in told.value.remedy
    assert _mode(base) == 0o700


@root_only
def test_missing_useradd_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "ROOTS_SERVER_USER", "followthrough-no-such-user")
    monkeypatch.setattr(account.shutil, "which", lambda *_, **__: None)
    with pytest.raises(postgres.AccountError, match="no useradd") as told:
        account.server_account()
    assert "DATABASE_URL" in told.value.remedy


def test_psql_env_lets_the_shell_in(shared: postgres.Cluster) -> None:
    from config.postgres.__main__ import show_environment

    script = show_environment("shared") + "\npsql -Atc 'SELECT current_user'"
    told = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout == "followthrough\n"
    assert postgres.settings("shared")["PASSWORD"] not in script
