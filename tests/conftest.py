"""Options and fixtures of the tests that cross packages."""

import pytest

from config import worker


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--story-print", action="store_true", help="print each story, message by message"
    )


@pytest.fixture(scope="session", autouse=True)
def duties() -> None:
    """Whatever a worker does, `engine.drain()` does in these tests."""
    worker.load_duties()
