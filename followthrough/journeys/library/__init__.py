"""Maps to begin with: six kinds of hiring, in English and Spanish, as YAML beside this file.

A team copies one and makes it its own; nothing here is used until it is published. See
docs/library.md.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from followthrough.core.errors import Explained
from followthrough.journeys import documents
from followthrough.journeys.definition import MapDocument

__all__ = ["Entry", "UnknownMap", "document", "entries", "source"]

_FOLDER = Path(__file__).parent


class Entry(NamedTuple):
    """A map of the library: its name, whom it is for, in which languages, with how many touches."""

    slug: str
    name: str
    description: str
    languages: tuple[str, ...]
    touches: int


class UnknownMap(Explained):
    """There is no map of that slug in the library."""


def entries() -> list[Entry]:
    """Every map of the library, by name."""
    found = [_entry(path.stem) for path in _FOLDER.glob("*.yaml")]
    return sorted(found, key=lambda entry: entry.name)


def source(slug: str) -> str:
    """The map as YAML, with its comments. Raises UnknownMap."""
    if slug not in _slugs():
        raise UnknownMap(
            f"The map {slug!r}",
            reason="It is not in the library.",
            remedy=f"Take one of: {', '.join(_slugs())}.",
        )
    return (_FOLDER / f"{slug}.yaml").read_text(encoding="utf-8")


@lru_cache(maxsize=32)
def document(slug: str) -> MapDocument:
    """The map, read and checked. Raises UnknownMap."""
    return documents.read_yaml(source(slug))


@lru_cache(maxsize=1)
def _slugs() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def _entry(slug: str) -> Entry:
    read = document(slug)
    return Entry(slug, read.name, read.description, _languages(read), len(read.touches))


def _languages(read: MapDocument) -> tuple[str, ...]:
    """Those in which everything is said, the default one first."""
    texts = [by_locale for content in read.contents.values() for by_locale in content.values()]
    every = set.intersection(*(set(by_locale) for by_locale in texts)) if texts else set()
    return tuple(sorted(every, key=lambda locale: (locale != read.default_locale, locale)))
