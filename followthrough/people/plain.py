"""Texts as they are sorted and searched: words without case, accents and punctuation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db import models

from followthrough.core.tokens import plain

LONGEST = 200  # characters that are kept: an index takes no row of more than 2,700 bytes
_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """The words of `text`: `Núñez-Ríos, José` has nunez, rios and jose."""
    return _WORD.findall(plain(text))


def plain_text(*texts: str) -> str:
    """The words of all `texts` in order, a space between two; at most LONGEST characters."""
    return " ".join(words(" ".join(texts)))[:LONGEST].rstrip()


_ALWAYS = {"max_length": LONGEST, "default": "", "editable": False, "db_collation": "C"}


class PlainField(models.CharField):
    """The plain words of other fields of the row, kept beside them for indexes.

    Whoever saves a row by the ORM need not think of it; set-based SQL writes `plain_text` itself.
    It is compared byte by byte (collation C), so that a prefix is found by an ordinary index.
    """

    def __init__(self, of: str = "", **options: Any) -> None:
        self.of = of.split()
        super().__init__(**{**_ALWAYS, **options})

    def pre_save(self, row: models.Model, add: bool) -> str:
        """The words as the row has them now."""
        found = plain_text(*_texts(row, self.of))
        setattr(row, self.attname, found)
        return found

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, given, options = super().deconstruct()
        return name, path, given, {**options, "of": " ".join(self.of)}


class PlainWords(models.Func):
    """The plain words of a column as PostgreSQL searches them: exactly these, whatever language."""

    template = "array_to_tsvector(string_to_array(%(expressions)s, ' '))"
    output_field = SearchVectorField()


@PlainField.register_lookup
class HasWords(models.Lookup):
    """`plain_name__has_words=["ays", "yil"]`: each begins a word of it, in whatever order.

    It is said twice. The index of words finds a few; where PostgreSQL walks the rows in order until
    it has enough, it looks at the text first, which costs a tenth of making words of it.
    """

    lookup_name = "has_words"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        text, given = compiler.compile(self.lhs)
        split, split_given = compiler.compile(PlainWords(self.lhs))
        wanted = [one for text in self.rhs for one in words(text)]
        begins = f"({text} LIKE %s OR {text} LIKE %s)"
        conditions = [*(begins for _ in wanted), f"{split} @@ %s::tsquery"]
        patterns = [[*given, f"{one}%", *given, f"% {one}%"] for one in wanted]
        query = " & ".join(f"'{one}':*" for one in wanted)  # a plain word need not be quoted
        return " AND ".join(conditions), [*chain(*patterns), *split_given, query]


def _texts(row: models.Model, names: Iterable[str]) -> Iterable[str]:
    return (getattr(row, name) for name in names)
