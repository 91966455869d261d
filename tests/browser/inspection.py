"""Looking at a page as it is now. Each check returns what is wrong, a line for each finding."""

from __future__ import annotations

import re
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

# Rectangles of lines of text, as far as what scrolls or clips around them lets them be seen.
_OVERLAPS = """() => {
  const clipped = (box, parent) => {
    for (; parent && parent !== document.body; parent = parent.parentElement) {
      if (getComputedStyle(parent).overflow === "visible") continue;
      const edge = parent.getBoundingClientRect();
      box = {left: Math.max(box.left, edge.left), right: Math.min(box.right, edge.right),
             top: Math.max(box.top, edge.top), bottom: Math.min(box.bottom, edge.bottom)};
    }
    return box;
  };
  const above = (one) => {  // what floats over the page lies on nothing but itself
    for (; one; one = one.parentElement) {
      const floats = ["fixed", "sticky"].includes(getComputedStyle(one).position);
      if (floats || one.matches(":popover-open, dialog[open]")) return one;
    }
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), lines = [];
  for (let text; (text = texts.nextNode()); ) {
    const one = text.parentElement;
    if (!text.data.trim() || !one.checkVisibility({visibilityProperty: true})) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const line of range.getClientRects()) lines.push([text, clipped(line, one), above(one)]);
  }
  const across = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2;
  const down = (a, b) => Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5;
  const found = [];
  lines.forEach(([one, box, on], at) => {
    for (const [other, its, itsOn] of lines.slice(at + 1))
      if (one !== other && on === itsOn && across(box, its) && down(box, its))
        found.push(`text over text: ${one.data.trim().slice(0, 60)} / ${other.data.trim()}`);
  });
  return found.slice(0, 5);
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


_MACHINE = re.compile(r"\w+ object \(.{8}|%\(\w+\)s|<function .{8}|<QuerySet")


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


def overlaps(page: Page) -> list[str]:
    """Texts that lie on each other."""
    return page.evaluate(_OVERLAPS)


def machine_words(page: Page) -> list[str]:
    """What only a program says: an object by its class, a sentence that was not filled in."""
    words = page.locator("main").all_inner_texts()
    return [f"machine words: {one}" for text in words for one in _MACHINE.findall(text)]


def unseen_focus(page: Page) -> list[str]:
    """Controls that look the same with the keyboard's focus as without."""
    page.keyboard.press("Tab")
    return page.evaluate(_UNSEEN_FOCUS)
