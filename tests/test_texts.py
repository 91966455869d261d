"""Every text a person reads goes through gettext: no template has words of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted(ROOT.glob("followthrough/**/templates/**/*.html"))
TRANSLATED = re.compile(r"{% (blocktranslate|comment).*?{% end\1 %}", re.S)
TAGS = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.S)
# What is kept as it is: names, keys on a keyboard, and what a command is called.
LITERAL = re.compile(r"<(code|kbd|svg|script|style)\b.*?</\1>|<!doctype html>|Followthrough", re.S)
READ = re.compile(r'(?:placeholder|aria-label|title|alt|content)="([^"]*)"')
NOT_READ = {"width=device-width, initial-scale=1", "light dark"}
LETTERS = re.compile(r"[^\W\d_]{2,}")
EXAMPLES = {  # made-up people
    "components.html": {"Ayşe Yılmaz", "Store associate", "Can my sister come too?"},
}


def bare(source: str) -> list[str]:
    """The words that stand in a template as they are."""
    source = re.sub(r"{% block body_class %}.*?{% endblock %}", "", source)
    left = TAGS.sub(" ", TRANSLATED.sub(" ", source))
    left = LITERAL.sub(" ", left)
    attributes = [text for text in READ.findall(left) if text not in NOT_READ]
    texts = re.split(r"<[^>]*>", left)
    return [text.strip() for text in (*texts, *attributes) if LETTERS.search(text)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    found = bare(path.read_text())
    assert [text for text in found if text not in EXAMPLES.get(path.name, ())] == []


@pytest.mark.parametrize(
    "source",
    ["<p>Hello there</p>", '<a title="Open it">{{ x }}</a>', "<p>{{ name }} is gone</p>"],
)
def test_bare_words_are_found(source: str) -> None:
    assert bare(source)


def test_translated_words_are_not() -> None:
    assert not bare(
        '<p>{% translate "Hello" %} {% blocktranslate %}there {{ x }}{% endblocktranslate %}</p>'
    )
