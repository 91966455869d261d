"""The pieces that maps and policies are shown with: texts with blanks, and strips of a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from followthrough.web.console import text_places
from followthrough.web.console.landing import Landing
from followthrough.web.console.preview import whose
from followthrough.web.console.publishing import second
from followthrough.web.console.ruler import Band
from followthrough.web.console.texts import Piece

register = template.Library()
register.filter("whose", whose.named)
register.filter("of_roles", second.of_roles)
register.filter("where", text_places.where)
register.simple_tag(second.choices, name="second_choices")


@register.simple_tag
def pieces(text: Iterable[Piece]) -> SafeString:
    """A text in which what is filled in later stands out; its Liquid is a hover away."""
    return format_html_join("", "{}", ((_piece(one),) for one in text))


def _piece(one: Piece) -> SafeString | str:
    if not one.source:
        return one.said
    kind = "blank rule" if one.rule else "blank"
    return format_html('<span class="{}" title="{}">{}</span>', kind, one.source, one.said)


@register.simple_tag
def day(bands: Sequence[Band], landing: Landing | None = None) -> SafeString:
    """A strip of 24 hours, with a message on it where `landing` says. It only draws: what it shows
    is said in words beside it."""
    drawn = format_html_join(
        "",
        '<rect class="band {}" x="{}" y="0" width="{}" height="10"/>',
        ((band.kind, band.start, band.length) for band in bands),
    )
    return format_html(
        '<svg class="ruler" viewBox="0 0 1440 10" preserveAspectRatio="none" aria-hidden="true"'
        ' focusable="false">{}{}</svg>',
        drawn,
        _mark(landing) if landing else "",
    )


def _mark(landing: Landing) -> SafeString:
    """Where it is due, and how long it waits."""
    return format_html(
        '<rect class="wait" x="{}" y="3.5" width="{}" height="3"/>'
        '<rect class="due" x="{}" y="0" width="16" height="10"/>',
        landing.due_minute,
        landing.wait,
        min(landing.due_minute, 1440 - 16),
    )


@register.filter
def at(rows: Mapping[Any, Any], key: Any) -> Any:
    """What a mapping has under a key."""
    return rows[key] if key in rows or hasattr(rows, "__missing__") else None


@register.filter
def clock(moment: Any) -> str:
    """`08:00`."""
    return f"{moment:%H:%M}"
