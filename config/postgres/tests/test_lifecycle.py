"""Starting, finding again after every kind of death, stopping."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from config import postgres
from config.postgres import conf, places, postmaster

PROJECT = Path(__file__).resolve().parents[3]
OWNER = """
import sys, time
from config import postgres
cluster = postgres.ensure("main", durable=False)
print(cluster.pid, cluster.started, flush=True)
time.sleep(float(sys.argv[1]))
"""


def _owner(*, seconds: float) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", OWNER, str(seconds)]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)


def _value(dsn: str, query: str) -> object:
    with psycopg.connect(dsn) as opened:
        row = opened.execute(query).fetchone()
    assert row is not None
    return row[0]


def _gone(pid: int) -> bool:
    return not postmaster._command_line(pid)


def test_first_start_reattach_stop_and_warm_start(base: Path) -> None:
    said: list[str] = []
    first = postgres.ensure(say=said.append)
    assert first.started
    assert first.version.startswith("18.")
    assert len(said) == 2

    with psycopg.connect(first.dsn) as opened:
        opened.execute("CREATE TABLE kept (what text)")
        opened.execute("INSERT INTO kept VALUES ('this')")
    again = postgres.ensure(say=said.append)
    assert (again.pid, again.started, len(said)) == (first.pid, False, 2)
    assert _value(again.dsn, "SHOW fsync") == "on"

    assert postgres.stop()
    assert _gone(first.pid)
    assert not postgres.stop()
    warm = postgres.ensure()
    assert warm.started
    assert _value(warm.dsn, "SELECT what FROM kept") == "this"


def test_stop_and_status_of_nothing_touch_nothing(base: Path) -> None:
    assert not postgres.stop()
    found = postgres.status()
    assert (found.initialised, found.pid, found.state) == (False, None, "stopped")
    assert list(base.iterdir()) == []


def test_killed_server_is_started_again_with_its_data(made: Path) -> None:
    first = postgres.ensure()
    with psycopg.connect(first.dsn) as opened:
        opened.execute("CREATE TABLE kept AS SELECT 1 AS what")
        opened.commit()
        os.kill(first.pid, signal.SIGKILL)  # while a session is open
        second = postgres.ensure()
    assert second.started
    assert second.pid != first.pid
    assert _value(second.dsn, "SELECT what FROM kept") == 1


def test_stale_lock_files_that_name_a_living_stranger(made: Path) -> None:
    first = postgres.ensure(durable=False)
    os.kill(first.pid, signal.SIGKILL)
    # As after a restart of a container: our own process has the old server's number now.
    found = places.places("main")
    lines = (found.data / "postmaster.pid").read_text().splitlines()
    (found.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert postgres.status().pid is None
    assert postgres.ensure(durable=False).started


def test_empty_lock_file_after_a_power_cut(made: Path) -> None:
    first = postgres.ensure(durable=False)
    postgres.stop()
    found = places.places("main")
    (found.data / "postmaster.pid").touch()
    (found.socket / f"{places.SOCKET}.lock").touch()
    second = postgres.ensure(durable=False)
    assert second.started
    assert second.pid != first.pid


def test_server_outlives_its_killed_owner_and_holds_nothing_of_it(made: Path) -> None:
    owner = _owner(seconds=60)
    assert owner.stdout is not None
    pid = int(owner.stdout.readline().split()[0])
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    assert owner.stdout.read() == ""  # end of file: the server does not hold the owner's output
    assert os.getsid(pid) != os.getsid(0)
    again = postgres.ensure(durable=False)
    assert (again.pid, again.started) == (pid, False)


def test_four_processes_at_the_same_moment_start_one_server(base: Path) -> None:
    owners = [_owner(seconds=0) for _ in range(4)]
    said = [owner.communicate(timeout=20)[0].split() for owner in owners]
    assert len({pid for pid, _ in said}) == 1
    assert sorted(started for _, started in said) == ["False", "False", "False", "True"]


def test_owner_killed_in_the_middle_of_the_first_start(base: Path) -> None:
    owner = _owner(seconds=60)
    home = places.places("main").home
    assert postmaster.wait_until(lambda: bool(list(home.glob("initdb-*/data/*"))), seconds=10)
    os.kill(owner.pid, signal.SIGKILL)
    owner.communicate()
    assert postgres.ensure(durable=False).started


def test_a_durable_caller_makes_a_running_cluster_durable(made: Path) -> None:
    cluster = postgres.ensure(durable=False)
    assert _value(cluster.dsn, "SHOW fsync") == "off"
    assert not postgres.ensure().started
    assert conf.is_durable(places.places("main"))
    deadline = time.monotonic() + 5
    while _value(cluster.dsn, "SHOW fsync") != "on":
        assert time.monotonic() < deadline
    assert _value(cluster.dsn, "SHOW synchronous_commit") == "on"


def test_a_swept_socket_is_put_back(made: Path) -> None:
    first = postgres.ensure(durable=False)
    (places.places("main").socket / places.SOCKET).unlink()
    second = postgres.ensure(durable=False)
    assert second.started
    assert _gone(first.pid)


def test_failed_start_shows_the_end_of_the_log(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conf, "SETTINGS", "shared_buffers = 'much'\n")
    with pytest.raises(postgres.StartError, match='invalid value for parameter "shared_buffers"'):
        postgres.ensure(durable=False)


def test_large_log_is_emptied_and_the_server_writes_on(made: Path) -> None:
    postgres.ensure(durable=False)
    found = places.places("main")
    (log,) = found.log.glob("*.log")
    with log.open("ab") as file:
        file.truncate(2_000_000)
    postmaster.trim_logs(found, largest=1_000_000)
    postgres.stop()
    assert 0 < log.stat().st_size < 1_000
