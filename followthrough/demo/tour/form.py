"""A form as a browser sends it: everything that is filled in, and the button that was pressed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from followthrough.demo.tour.page import Element
from followthrough.demo.tour.proof import Failed

TICKED = ("checkbox", "radio")
Pair = tuple[str, str]


class Submission(NamedTuple):
    """Where it goes ('' for the page it stands on), and what with."""

    action: str
    pairs: tuple[Pair, ...]

    def having(self, given: Mapping[str, str]) -> Submission:
        """The same, with other values in these fields; '' where a box is not ticked any more."""
        kept = [pair for pair in self.pairs if pair[0] not in given]
        return Submission(self.action, (*kept, *(pair for pair in given.items() if pair[1])))


def pressed(page: Element, words: str) -> Submission:
    """What is sent when the first button that says `words` is pressed. Raises Failed without."""
    for form in page.every("form"):
        for button in form.every("button"):
            if words in button.text:
                return Submission(form.attributes.get("action", ""), _sent(form, button))
    raise Failed(f"No button says “{words}”: {page.text[:2000]}")


def _sent(form: Element, button: Element) -> tuple[Pair, ...]:
    fields = (one for one in form.every("input", "select", "textarea") if _counts(one))
    pairs = [(one.attributes["name"], value) for one in fields for value in _values(one)]
    name = button.attributes.get("name", "")
    return (*pairs, *([(name, button.attributes.get("value", ""))] if name else []))


def _counts(field: Element) -> bool:
    given = field.attributes
    unticked = given.get("type") in TICKED and "checked" not in given
    return bool(given.get("name")) and "disabled" not in given and not unticked


def _values(field: Element) -> Iterator[str]:
    if field.tag == "select":
        options = list(field.every("option"))
        chosen = [one for one in options if "selected" in one.attributes] or options[:1]
        yield from (one.attributes.get("value", one.text) for one in chosen)
    elif field.tag == "textarea":
        yield field.text
    else:
        yield field.attributes.get("value", "on" if field.attributes.get("type") in TICKED else "")
