"""Start, find again, and stop the cluster."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import binaries, conf, connect, postmaster
from .account import Account, check_reach, server_account
from .database import open_database
from .errors import PostgresError, StartError
from .places import HOME_VARIABLE, PROJECT, SOCKET, Places, make_home, make_private, places

if sys.platform != "win32":
    import fcntl

LOCK_SECONDS = 180.0
Say = Callable[[str], object]


@dataclass(frozen=True)
class Cluster:
    """A running cluster; `started`: this call started it; `pid`: the server's process."""

    dsn: str
    pid: int
    version: str
    started: bool


@dataclass(frozen=True)
class Status:
    """What is known of a cluster without touching it; `pid` is None while it does not run."""

    home: Path
    initialised: bool
    pid: int | None
    state: str
    major: int | None
    socket: Path
    log: Path


def ensure(name: str = "main", *, durable: bool = True, say: Say | None = None) -> Cluster:
    """Make the cluster if it is missing, start it if it does not run, and see to its database.

    Any number of processes may call it at one moment. `durable=False` (tests only) gives up every
    guarantee after a crash of the machine. `say` is told what takes time. Raises PostgresError.
    """
    found = places(name)
    account = server_account()
    try:
        tree = binaries.choose(found)
        make_home(found.home)
        check_reach(account, found.home)
        with _locked(found):
            return _ensure(found, account=account, tree=tree, durable=durable, say=say or _silent)
    except OSError as error:
        raise PostgresError(
            thing=f"The embedded PostgreSQL in {found.home}",
            reason=str(error),
            remedy=f"check space and permissions there, or set {HOME_VARIABLE} to another folder",
        ) from error


def _silent(_: str) -> None:
    pass


def _ensure(
    found: Places, *, account: Account, tree: binaries.Tree, durable: bool, say: Say
) -> Cluster:
    server = _reattach(found, durable=durable)
    started = server is None
    if server is None:
        tree = binaries.runnable(tree)
        _initialise(found, account=account, tree=tree, durable=durable, say=say)
        server = _start(found, account=account, tree=tree, durable=durable)
    postmaster.trim_logs(found)
    version = open_database(found)
    if started:
        say(f"PostgreSQL {version} started (process {server.pid}, data in {found.data})")
    dsn = connect.url(found, user=connect.ROLE, database=connect.DATABASE)
    return Cluster(dsn=dsn, pid=server.pid, version=version, started=started)


def _reattach(found: Places, *, durable: bool) -> postmaster.Postmaster | None:
    server = postmaster.settled(found)
    if server is None:
        return None
    if not (found.socket / SOCKET).exists():
        postmaster.stop(server, found)  # something swept /tmp: it runs, but nobody can reach it
        return None
    if durable and not conf.is_durable(found):
        os.sync()  # what was written without fsync
        conf.write(found, durable=True)
        postmaster.reload(server)
    return server


def _initialise(
    found: Places, *, account: Account, tree: binaries.Tree, durable: bool, say: Say
) -> None:
    for left in found.home.glob("initdb-*"):  # of a run that was killed; its initdb may still run
        shutil.rmtree(left, ignore_errors=True)
    if found.data.exists():
        return
    say(f"Making a PostgreSQL {tree.major} cluster in {found.home} (once)")
    work = Path(tempfile.mkdtemp(prefix="initdb-", dir=found.home))
    try:
        _initdb(found, work, account=account, tree=tree, durable=durable)
        (work / "data").rename(found.data)
        _sync_folder(found.home)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _write_about(found, tree)


def _initdb(
    found: Places, work: Path, *, account: Account, tree: binaries.Tree, durable: bool
) -> None:
    secret = work / "password"
    secret.touch(mode=0o600)
    secret.write_text(connect.password(found))
    if account.drop:
        os.chown(secret, account.uid, account.gid)
        os.chown(work, account.uid, account.gid)
    command: list[str | Path] = [tree.bin / "initdb", "-D", work / "data"]
    command += [f"--username={connect.ADMINISTRATOR}"]
    command += [f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8"]
    # PostgreSQL's own C.UTF-8: a libc's collation may change with the system, and break indexes.
    command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = account.run(command if durable else [*command, "--no-sync"])
    if done.returncode:
        raise StartError(
            thing=f"The new PostgreSQL cluster in {found.home}",
            reason="initdb failed:\n" + "\n".join(done.stdout.splitlines()[-8:]),
            remedy="put right what it names (free disk space is the usual one) and start again",
        )


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_about(found: Places, tree: binaries.Tree) -> None:
    found.about.write_text(
        f"The database of the Followthrough in {PROJECT}\n"
        f"Made with PostgreSQL {tree.major} from {binaries.WHEEL}=={binaries.wheel_version()}\n"
    )


def _start(
    found: Places, *, account: Account, tree: binaries.Tree, durable: bool
) -> postmaster.Postmaster:
    for folder in (found.socket, found.log):
        make_private(folder, uid=account.uid, gid=account.gid)
    postmaster.clear_stale(found)
    conf.write(found, durable=durable)
    return postmaster.start(found, tree=tree, account=account)


@contextmanager
def _locked(found: Places) -> Iterator[None]:
    """One process at a time starts or stops this cluster; a lock dies with its process."""
    handle = os.open(found.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + LOCK_SECONDS
        while not _try_lock(handle):
            if time.monotonic() > deadline:
                raise postmaster.failed(
                    found, f"another process has held {found.lock} for {LOCK_SECONDS:.0f} s"
                )
            time.sleep(0.01)
        yield
    finally:
        os.close(handle)


def _try_lock(handle: int) -> bool:
    if sys.platform != "win32":
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def stop(name: str = "main") -> bool:
    """Stop the server (fast shutdown) and wait until it is gone; False if it did not run."""
    found = places(name)
    server_account()  # raises on Windows
    if not found.home.exists():
        return False
    with _locked(found):
        server = postmaster.running(found)
        if server:
            postmaster.stop(server, found)
        return server is not None


def status(name: str = "main") -> Status:
    """What is known of the cluster, without starting or changing anything."""
    found = places(name)
    server = postmaster.running(found)
    major = binaries.data_major(found)
    return Status(
        home=found.home,
        initialised=major is not None,
        pid=server.pid if server else None,
        state=server.state if server else "stopped",
        major=major,
        socket=found.socket,
        log=found.log,
    )
