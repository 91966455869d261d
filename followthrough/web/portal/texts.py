"""The texts of the candidates' pages, in every language that candidates write STOP in.

They are written to candidates, so they do not follow the language of the console, nor wait for its
catalogs: one YAML file for each language, with the same names in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from ruamel.yaml import YAML

FOLDER = Path(__file__).parent / "texts"
LANGUAGES = ("en", "es", "fr", "pt")


class Texts:
    """The texts of one language; in a template `{{ t.title }}` is the text called `title`."""

    def __init__(self, language: str, blanks: Mapping[str, str]) -> None:
        self.language, self._blanks = language, blanks
        self._texts = table(language)

    def __getitem__(self, name: str) -> str:
        return self.say(name)

    def say(self, name: str, **blanks: str) -> str:
        """The text, filled in. Raises KeyError for one there is not, or a blank that is not."""
        return self._texts[name].format(**{**self._blanks, **blanks})

    def day(self, day: date) -> str:
        """`Monday 8 June`, in the language."""
        with translation.override(self.language):
            return date_format(day, self._texts["date"])


@lru_cache(maxsize=len(LANGUAGES))
def table(language: str) -> Mapping[str, str]:
    """All texts of a language, by their names."""
    found: dict[str, Any] = YAML(typ="safe", pure=True).load((FOLDER / f"{language}.yaml").open())
    return found


def of(language: str, **blanks: str) -> Texts:
    """The texts in a language; `blanks` are what any of them may mention."""
    return Texts(language, blanks)


def spoken(*wanted: str) -> str:
    """The first of some languages (`es-MX`, `fr` …) that the pages speak; else English."""
    short = (one.strip()[:2].lower() for one in wanted)
    return next((one for one in short if one in LANGUAGES), LANGUAGES[0])


def names() -> dict[str, str]:
    """Every language by its code, called as it calls itself."""
    return {one: table(one)["name"] for one in LANGUAGES}
