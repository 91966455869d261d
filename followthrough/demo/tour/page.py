"""A page as somebody reads it: its texts, its list items, its links and its forms.

By text and by what an element is, never by class or id: those are the designers' own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "input", "br", "img", "hr", "source", "wbr"})
UNREAD = frozenset({"script", "style", "template"})
ITEMS = ("li", "tr", "article", "section")  # what holds one thing among several


@dataclass
class Element:
    """A part of a page: elements and texts, in order."""

    tag: str
    attributes: dict[str, str]
    parts: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that can be read in it, with single spaces."""
        if self.tag in UNREAD:
            return ""
        said = (one if isinstance(one, str) else f" {one.text} " for one in self.parts)
        return " ".join("".join(said).split())

    def every(self, *tags: str) -> Iterator[Element]:
        """The elements within it of these kinds, in order."""
        for one in self.parts:
            if isinstance(one, Element):
                if one.tag in tags:
                    yield one
                yield from one.every(*tags)

    def item(self, *words: str) -> Element | None:
        """The smallest item that says all of `words`; None when none does."""
        found = [one for one in self.every(*ITEMS) if all(word in one.text for word in words)]
        return min(found, key=lambda one: len(one.text), default=None)

    def link(self, *words: str) -> str:
        """Where the first link that says all of `words` leads; '' when there is none."""
        links = (one for one in self.every("a") if all(word in one.text for word in words))
        return next((one.attributes.get("href", "") for one in links), "")

    def action(self, ending: str) -> str:
        """Where the first form goes whose address has this ending; '' when there is none."""
        actions = (one.attributes.get("action", "") for one in self.every("form"))
        return next((one for one in actions if one.endswith(ending)), "")

    def token(self) -> str:
        """What a form of this page must bring along to be taken."""
        fields = (one.attributes for one in self.every("input"))
        named = (one for one in fields if one.get("name") == "csrfmiddlewaretoken")
        return next((one.get("value", "") for one in named), "")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].parts.append(made)
        if tag not in VOID:
            self._open.append(made)

    def handle_endtag(self, tag: str) -> None:
        """Close it, and whatever was left open in it."""
        while any(one.tag == tag for one in self._open[1:]):
            if self._open.pop().tag == tag:
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].parts.append(data)


def read(html: str) -> Element:
    """The page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root
