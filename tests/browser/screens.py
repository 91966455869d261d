"""Pictures of every page of the running product, and the README's.

They go to docs/screens as <page>-<light|dark|360>.png, with few colours to keep them small.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from PIL import Image
from playwright.sync_api import Page as Tab

from tests.browser import acts, browsing, product
from tests.browser.browsing import DARK, LIGHT, LIGHT_PHONE, Visitors
from tests.browser.pages import PAGES, Page

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
README = "demo.png"
LOOKS = {"light": LIGHT, "dark": DARK, "360": LIGHT_PHONE}
DARKLY = ("today", "inbox", "candidate", "map", "edit-map")  # dark looks alike everywhere
TALLEST = 1000  # CSS pixels; a longer page goes on like its beginning
COLOURS = 48
SEEN_THROUGH = 8_000  # milliseconds in which an answer is answered, delivered and written back


def take(*, applications: int, only: str) -> list[Path]:
    """Start the product and take the pictures whose names begin with `only`.

    With all of them taken, those of pages that are no more are removed.
    """
    own = settings.VAR_DIR / "screens"  # the product's logs, and pictures of what went wrong
    own.mkdir(parents=True, exist_ok=True)
    with (
        product.running(own, applications=applications) as running,
        browsing.visitors(running, own) as visitors,
    ):
        taken = list(_all(visitors, only))
    if not only:
        for path in {*FOLDER.glob("*.png")} - {*taken}:
            path.unlink()
    return taken


def _all(visitors: Visitors, only: str) -> Iterator[Path]:
    for page in PAGES:
        if page.name.startswith(only):
            yield from _of(visitors, page)
    if README.startswith(only):
        yield _for_the_readme(visitors)


def _of(visitors: Visitors, page: Page) -> Iterator[Path]:
    with visitors.page(page.who, status=page.status) as tab:
        page.arrive(tab, visitors.product.paths[page.name])
        acts.settled(tab)
        for name in _looks(page):
            LOOKS[name].put_on(tab)
            yield _saved(_shot(tab), f"{page.name}-{name}.png")


def _looks(page: Page) -> tuple[str, ...]:
    """A state of a page that has pictures of its own is taken once."""
    if _is_state(page):
        return ("light",)
    return ("light", "dark", "360") if page.name in DARKLY else ("light", "360")


def _is_state(page: Page) -> bool:
    """Whether it is another page in some state: `receipts-none` is `receipts`."""
    return any(page.name.startswith(f"{one.name}-") for one in PAGES)


def _shot(tab: Tab) -> bytes:
    """As on a screen that is tall enough for all of it, within reason."""
    width, height = tab.evaluate("() => [innerWidth, document.documentElement.scrollHeight]")
    tab.set_viewport_size({"width": width, "height": min(height, TALLEST)})
    return tab.screenshot()


def _for_the_readme(visitors: Visitors) -> Path:
    """In the middle of the guided walk: the answer is understood, and what follows is seen."""
    with visitors.page() as tab:
        tab.set_viewport_size({"width": 1440, "height": 1000})
        acts.walk_to_the_answer(tab)
        tab.wait_for_timeout(SEEN_THROUGH)
        return _saved(tab.screenshot(), README)


def _saved(png: bytes, name: str) -> Path:
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    path = FOLDER / name
    picture.quantize(palette=_palette(picture), dither=Image.Dither.NONE).save(path, optimize=True)
    return path


def _palette(picture: Image.Image) -> Image.Image:
    """Its most frequent colours as they are: pages are flat, and a tint would be seen."""
    counted = sorted(picture.getcolors(picture.width * picture.height), reverse=True)
    found = Image.new("P", (1, 1))
    found.putpalette([part for _count, colour in counted[:COLOURS] for part in colour])
    return found
