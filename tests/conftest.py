"""Options and fixtures of the tests that cross packages."""

import pytest
from django.test import TransactionTestCase

from config import worker
from tests.emptied import empty


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--story-print", action="store_true", help="print each story, message by message"
    )


@pytest.fixture(scope="session", autouse=True)
def duties() -> None:
    """Whatever a worker does, `engine.drain()` does in these tests."""
    worker.load_duties()


@pytest.fixture(autouse=True)
def quickly_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a test with real commits, delete the few rows there are."""
    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: empty())
