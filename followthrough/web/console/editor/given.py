"""What a form holds, by the names of its fields: read from a request, or made from a document.

A browser sends text, so what a document says otherwise (a number, a list, `PT36H`) would come back
as something else. Each part that could keeps beside its fields what they were made from (`was`):
where the fields still say that, it is returned as it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict

Wrong = dict[str, str]  # by field: what is wrong with it, and what to do


class Given(dict[str, list[str]]):
    """The values of fields, by name."""

    @classmethod
    def of(cls, query: QueryDict) -> Given:
        """What was sent; lines end as they do in documents, and there are no NULs."""
        return cls({name: [_plain(one) for one in values] for name, values in query.lists()})

    @classmethod
    def made(cls, values: Mapping[str, str | Iterable[str]]) -> Given:
        """From single values and lists of them."""
        return cls(
            {
                name: [value] if isinstance(value, str) else list(value)
                for name, value in values.items()
            }
        )

    def one(self, name: str, otherwise: str = "") -> str:
        """The value of a field, or its last one."""
        values = self.get(name)
        return values[-1] if values else otherwise

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return self.get(name, [])

    def on(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.one(name))

    def same(self, made: Given, names: Iterable[str]) -> bool:
        """Whether these fields say what `made` says, as far as a browser can send it."""
        return all(
            (self.all(name) or [""]) == ([_plain(one) for one in made.all(name)] or [""])
            for name in names
        )


def was(value: Any) -> str:
    """What a hidden field keeps."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def read_was(text: str) -> Any:
    """What a hidden field kept; None when it is empty or somebody wrote something else there."""
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\x00", "")
