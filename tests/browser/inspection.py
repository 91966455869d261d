"""Looking at a page as it is now. Each check returns what is wrong, a line for each finding."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {
    "runOnly": {"type": "tag", "values": WCAG},
    "rules": {"target-size": {"enabled": True}},  # WCAG 2.2; axe leaves it out unless asked
    "resultTypes": ["violations"],
}
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
_RUN = "async (options) => (await axe.run(options)).violations"

_SIDEWAYS = """() => {
  const root = document.documentElement, width = root.clientWidth;
  if (root.scrollWidth <= width) return [];
  const wide = [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > width + 1)
    .slice(0, 3).map((one) => one.cloneNode(false).outerHTML.slice(0, 120));
  return [`is ${root.scrollWidth} px wide, ${width} would fit: ${wide.join(" ")}`];
}"""

# Whoever got here by keyboard sees the focus; a script's focus() right after a Tab counts as such.
_UNSEEN_FOCUS = """() => {
  const fields = "button, input:not([type=hidden]), select, textarea";
  const controls = `a[href], ${fields}, summary, [tabindex='0']`;
  const marks = (one) => {
    const style = getComputedStyle(one);
    const outline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    const { boxShadow, borderColor, backgroundColor } = style;
    return [outline ? style.outline : "", boxShadow, borderColor, backgroundColor].join();
  };
  return [...document.querySelectorAll(controls)]
    .filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.disabled)
    .filter((one) => {
      document.activeElement.blur();
      const before = marks(one);
      one.focus();
      return document.activeElement === one && marks(one) === before;
    }).map((one) => `no visible focus: ${one.cloneNode(false).outerHTML.slice(0, 160)}`);
}"""


def violations(page: Page, rules: dict[str, Any] = EVERYTHING) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA and its own best practices.

    Run through the browser's own protocol: the pages' policy lets no script of ours in.
    """
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(_RUN, rules)
    return [_line(rule, node) for rule in found for node in rule["nodes"]]


def _line(rule: dict[str, Any], node: dict[str, Any]) -> str:
    why = " ".join(node["failureSummary"].split())
    return f"{rule['id']} ({rule['help']}): {node['html'][:200]} {why}"


def sideways(page: Page) -> list[str]:
    """Whether the page must be scrolled to the right, and what sticks out."""
    return page.evaluate(_SIDEWAYS)


def unseen_focus(page: Page) -> list[str]:
    """Controls that look the same with the keyboard's focus as without."""
    page.keyboard.press("Tab")
    return page.evaluate(_UNSEEN_FOCUS)
