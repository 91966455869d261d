"""Options and fixtures of the tests that cross packages."""

import os

import pytest
from django.test import TransactionTestCase
from hypothesis import HealthCheck, Phase, settings

from config import worker
from tests.emptied import empty

# A company's life takes most of a second, so a failing one is printed as it was drawn, unless
# HYPOTHESIS_PROFILE=shrink asks for the smallest (minutes). CI draws the same lives every time.
LIFE = {"deadline": None, "suppress_health_check": list(HealthCheck), "print_blob": True}
DRAWN = (Phase.explicit, Phase.reuse, Phase.generate)
settings.register_profile(
    "drawn", **LIFE, derandomize=True, phases=DRAWN, report_multiple_bugs=False
)
settings.register_profile("shrink", **LIFE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "drawn"))


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
