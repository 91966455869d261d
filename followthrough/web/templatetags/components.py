"""The pieces that pages are made of: icons, tags, empty states. `/components` shows them all."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

# What a colour means, and nothing else: sent/kept, held/waiting, dropped/stopped, needs a person.
MEANINGS = ("kept", "held", "quiet", "stopped", "person")


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing of static/web/icons.svg. It says nothing by itself: a word stands beside it."""
    return _drawn(name)


@lru_cache(maxsize=200)  # a page has hundreds of a few
def _drawn(name: str) -> SafeString:
    source = f"{static('web/icons.svg')}#{name}"
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', source
    )


@register.simple_tag
def tag(kind: str, text: str) -> SafeString:
    """A short state: its colour, its icon (one of MEANINGS) and its word. No template of its own:
    a list has one in every row."""
    assert kind in MEANINGS, kind
    return format_html('<span class="tag {}">{} {}</span>', kind, _drawn(kind), text)


@register.inclusion_tag("components/empty.html")
def empty(text: str, name: str = "") -> dict[str, str]:
    """What stands where nothing is, with the icon `name`: what it is for, and what to do."""
    return {"text": text, "name": name}
