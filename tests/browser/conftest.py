"""The running product and the browser, once for all tests of this folder.

They are gone when its last test is: a synchronous Playwright keeps an event loop running in the
thread, under which Django refuses its database to the tests that follow.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import browsing, chromium, product
from tests.browser.browsing import Visitors
from tests.browser.pages import STRANGER
from tests.browser.product import Product

APPLICATIONS = 20
HANDOFFS = 6  # each test that sees to one takes it away from the others
BUSY = 15_000  # milliseconds until something that is expected has not come


def pytest_itemcollected(item: pytest.Item) -> None:
    """All of them in one xdist worker, so that one product is started."""
    item.add_marker(pytest.mark.browser)
    item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def _program() -> None:
    """Before anything is started: without a browser there is nothing to wait for."""
    try:
        chromium.find()
        return
    except chromium.NoChromium as problem:
        said = str(problem)
    pytest.fail(said, pytrace=False)


@pytest.fixture(scope="package")
def running(_program: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("product")
    with product.running(folder, applications=APPLICATIONS, handoffs=HANDOFFS) as found:
        yield found


@pytest.fixture(scope="package")
def visitors(running: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitors]:
    expect.set_options(timeout=BUSY)
    with browsing.visitors(running, tmp_path_factory.mktemp("pictures")) as found:
        yield found


@pytest.fixture
def owner(visitors: Visitors) -> Iterator[Page]:
    """A page of the company's owner, who has signed in."""
    with visitors.page() as page:
        yield page


@pytest.fixture
def stranger(visitors: Visitors) -> Iterator[Page]:
    """A page of somebody who has not."""
    with visitors.page(STRANGER) as page:
        yield page
