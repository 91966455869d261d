"""Test databases by the dozen: one is migrated, the others are copies of it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.durability import servers
from tests.durability.processes import ROOT
from tests.durability.servers import drop


class Databases:
    """Made on the server of `url`, and dropped at the end."""

    def __init__(self, url: str) -> None:
        self.url, self.numbers, self.lock = url, count(1), threading.Lock()
        self.stack = ExitStack()

    def __enter__(self) -> Databases:
        name = f"test_mutants_{os.getpid()}"
        template = self.stack.enter_context(servers.database(self.url, name))
        self.template = name
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT, check=True, env={**os.environ, "DATABASE_URL": template},
        )  # fmt: skip
        return self

    def __exit__(self, *error: object) -> None:
        self.stack.close()

    @contextmanager
    def one(self) -> Iterator[str]:
        """The URL under which pytest finds a migrated, empty test database (`test_` is added)."""
        with self.lock:
            name = f"mutants_{os.getpid()}_{next(self.numbers)}"
            self._run(f'CREATE DATABASE "test_{name}" TEMPLATE "{self.template}"')
            self._run(f'CREATE DATABASE "{name}"')  # tests that make their own begin there
        try:
            yield urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))
        finally:
            with psycopg.connect(self.url, autocommit=True) as admin:
                drop(admin, f"test_{name}")
                drop(admin, name)

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as admin:
            admin.execute(statement)
