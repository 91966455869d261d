"""A home in a folder of its own for each test, and no server left behind."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config import postgres
from config.postgres import places, postmaster


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for clusters that every user can reach, unlike pytest's; they are stopped after."""
    with _base() as folder:
        monkeypatch.setenv(places.HOME_VARIABLE, str(folder))
        yield folder


@pytest.fixture(scope="session")
def kept() -> Iterator[Path]:
    """A base for `made`: initdb is by far the slowest part of a first start."""
    with _base() as folder:
        yield folder


@pytest.fixture
def made(kept: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A base whose cluster "main" was made before and does not run."""
    monkeypatch.setenv(places.HOME_VARIABLE, str(kept))
    postgres.ensure(durable=False)
    postgres.stop()
    return kept


@pytest.fixture(scope="module")
def shared() -> Iterator[postgres.Cluster]:
    """One running cluster for the tests that only look at it."""
    with _base() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv(places.HOME_VARIABLE, str(folder))
        yield postgres.ensure("shared", durable=False)


@contextmanager
def _base() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="followthrough-test-", dir="/tmp")).resolve()
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        _stop_all(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _stop_all(folder: Path) -> None:
    for data in folder.glob("**/data"):
        found = places.Places(data.parent)
        if server := postmaster.running(found):
            postmaster.stop(server, found)
        if found.socket.parent == Path("/tmp"):
            shutil.rmtree(found.socket, ignore_errors=True)
