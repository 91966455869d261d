"""Databases to be unkind to: on the server the tests use anyway, or on Debian's PostgreSQL 15."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

DEBIAN = Path("/usr/lib/postgresql/15/bin")


def debian_installed() -> bool:
    """Whether Debian's PostgreSQL 15 is here and we may start it as somebody who is not root."""
    return (DEBIAN / "initdb").exists() and (os.getuid() != 0 or _account() is not None)


@contextmanager
def server(kind: str) -> Iterator[str]:
    """The URL of a database on the server `kind` (given or debian), from which others are made."""
    if kind == "debian":
        with _debian() as url:
            yield url
    else:
        yield _given()


def _given() -> str:
    if url := os.environ.get("DATABASE_URL"):
        return url
    from config import postgres

    name = os.environ.get("FOLLOWTHROUGH_POSTGRES", "test")
    postgres.ensure(name, durable=False)
    return postgres.dsn(name)


@contextmanager
def database(url: str, name: str) -> Iterator[str]:
    """A fresh database called `name` on the server of `url`, dropped at the end; its URL."""
    with psycopg.connect(url, autocommit=True) as admin:
        drop(admin, name)
        admin.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(url, autocommit=True) as admin:
            drop(admin, name)


def drop(admin: psycopg.Connection, name: str) -> None:
    """Drop a database. One that is just being vacuumed by the server itself is soon free."""
    for _ in range(40):
        with suppress(psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            return
        time.sleep(0.25)
    raise TimeoutError(f"The database {name} is in use and cannot be dropped.")


@contextmanager
def _debian() -> Iterator[str]:
    """A throwaway cluster on loopback with a password, run by the account `postgres`."""
    home = Path(tempfile.mkdtemp(prefix="followthrough-pg15-"))
    password, port = secrets.token_urlsafe(16), _free_port()
    try:
        _initialise(home, password)
        with (home / "log").open("w") as log:
            running = subprocess.Popen(
                [DEBIAN / "postgres", "-D", home / "data", "-p", str(port), "-c", "fsync=off",
                 "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={home}",
                 "-c", "max_connections=200"],
                stdout=log, stderr=log, **_as_account(),
            )  # fmt: skip
        url = f"postgresql://ft:{password}@127.0.0.1:{port}/postgres"
        try:
            _wait(url)
            yield url
        finally:
            running.send_signal(2)  # a fast shutdown
            running.wait(30)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _initialise(home: Path, password: str) -> None:
    secret = home / "password"
    secret.write_text(password)
    if account := _account():
        for path in (home, secret):
            os.chown(path, account.pw_uid, account.pw_gid)
    subprocess.run(
        [DEBIAN / "initdb", "-D", home / "data", "-U", "ft", "-A", "scram-sha-256",
         f"--pwfile={secret}", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"],
        check=True, capture_output=True, **_as_account(),
    )  # fmt: skip
    secret.unlink()


def _account() -> pwd.struct_passwd | None:
    """The account that runs the cluster: nobody else's business but root's."""
    try:
        return pwd.getpwnam("postgres") if os.getuid() == 0 else None
    except KeyError:
        return None


def _as_account() -> dict[str, object]:
    account = _account()
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "cwd": "/"}


def _wait(url: str, *, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
