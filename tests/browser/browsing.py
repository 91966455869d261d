"""One browser for all tests, and a context for each kind of visitor."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import acts, chromium
from tests.browser.pages import COLLEAGUE, OWNER, STRANGER
from tests.browser.product import Product
from tests.browser.watch import Watch

DESK, PHONE = 1280, 360  # CSS pixels
HEIGHT = 800
CLOSES = 20  # seconds
_pictures = count(1)


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    scheme: str  # light or dark
    width: int

    def __str__(self) -> str:
        return f"{self.scheme}, {self.width} px"

    def put_on(self, page: Page) -> None:
        """Show the page so."""
        page.set_viewport_size({"width": self.width, "height": HEIGHT})
        page.emulate_media(color_scheme=self.scheme)


LIGHT, DARK = Look("light", DESK), Look("dark", DESK)
LIGHT_PHONE, DARK_PHONE = Look("light", PHONE), Look("dark", PHONE)


@dataclass
class Visitors:
    """People at the running product. Whoever has signed in stays so between tests."""

    browser: Browser
    product: Product
    folder: Path  # pictures of pages on which something went wrong
    known: dict[str, BrowserContext] = field(default_factory=dict)

    def link(self) -> str:
        """A one-time link of the owner that nobody has used."""
        return self.product.links.pop()

    @contextmanager
    def page(self, who: str = OWNER, *, status: int = 200) -> Iterator[Page]:
        """A page for a visitor, watched. Raises AssertionError for what it must not have done."""
        context = self._context(who)
        page = context.new_page()
        LIGHT.put_on(page)
        watch = Watch(page, urlsplit(self.product.address).netloc, status)
        try:
            yield page
        except Exception as problem:
            problem.add_note(self._picture(page))
            raise
        finally:
            _close(page, run_before_unload=False, reason=None)
            if context not in self.known.values():
                _close(context, reason=None)
        assert not watch.problems, "\n".join(watch.problems)

    def _context(self, who: str) -> BrowserContext:
        if who == STRANGER:
            return self._new()
        if who not in self.known:
            self.known[who] = self._signed_in(who)
        return self.known[who]

    def _new(self) -> BrowserContext:
        return self.browser.new_context(
            base_url=self.product.address, locale="en-US", timezone_id="America/Los_Angeles",
            reduced_motion="reduce", service_workers="block",
        )  # fmt: skip

    def _signed_in(self, who: str) -> BrowserContext:
        context = self._new()
        page = context.new_page()
        if who == COLLEAGUE:
            page.goto(self.product.paths["sign-in"])
            acts.enter(page, **self.product.colleague)
        else:
            acts.sign_in(page, self.link() if who == OWNER else self.product.outsider_link)
        page.close()
        return context

    def _picture(self, page: Page) -> str:
        path = self.folder / f"wrong-{next(_pictures)}.png"
        page.screenshot(path=path)
        return f"What the page looked like: {path}"


def _close(what: Page | BrowserContext, **given: Any) -> None:
    """Close a page or a context. Once in some thousand times the browser never says that it has,
    and Playwright would wait for that for ever."""
    with suppress(TimeoutError):
        what._sync(asyncio.wait_for(what._impl_obj.close(**given), CLOSES))


@contextmanager
def visitors(product: Product, folder: Path) -> Iterator[Visitors]:
    """Start the browser. Raises NoChromium."""
    program = chromium.find()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=[chromium.ALONE])
        try:
            yield Visitors(browser, product, folder)
        finally:
            browser.close()
