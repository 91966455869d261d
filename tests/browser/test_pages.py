"""Every page: for everyone, in light and dark, on a desk and on a phone, and all from here."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page as Tab

from tests.browser import acts, inspection
from tests.browser.browsing import DARK, DARK_PHONE, LIGHT, LIGHT_PHONE, PHONE, Look, Visitors
from tests.browser.pages import PAGES, Page

# Each scheme and each width once with every rule; the other two differ from those in colours only.
RULES = {
    LIGHT: inspection.EVERYTHING,
    DARK: inspection.COLOURS,
    DARK_PHONE: inspection.EVERYTHING,
    LIGHT_PHONE: inspection.COLOURS,
}
_STATUS = "() => performance.getEntriesByType('navigation')[0].responseStatus"


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_serves_everyone(visitors: Visitors, page: Page) -> None:
    with visitors.page(page.who, status=page.status) as tab:
        page.arrive(tab, visitors.product.paths[page.name])
        assert tab.evaluate(_STATUS) == page.status
        acts.settled(tab)
        found = [line for look in RULES for line in _wrong(tab, look)]
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def _wrong(tab: Tab, look: Look) -> list[str]:
    look.put_on(tab)
    found = inspection.violations(tab, RULES[look])
    if look.width == PHONE:
        found += inspection.sideways(tab)
    if look.scheme == "light":
        found += inspection.overlaps(tab)
        found += inspection.machine_words(tab)
        found += inspection.unseen_focus(tab)
    return [f"[{look}] {line}" for line in found]
