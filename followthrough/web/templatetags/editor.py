"""The pieces that the map editor's forms are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from followthrough.journeys.definition import CHANNELS
from followthrough.web.console import map_words
from followthrough.web.templatetags.components import icon

register = template.Library()


@register.simple_tag(takes_context=True)
def note(context: Mapping[str, Any], name: str, *, oob: bool = False) -> SafeString:
    """What is said beside the field `name`; empty it waits for what the next save finds. `oob`:
    sent to the place where it stands already."""
    said = context["notes"].get(name, "")
    swap = mark_safe(' hx-swap-oob="true"') if oob else ""
    shown = format_html("{} {}", icon("person"), said) if said else ""
    return format_html('<span class="wrong" id="wrong-{}"{}>{}</span>', name, swap, shown)


@register.simple_tag(takes_context=True)
def saves_itself(context: Mapping[str, Any]) -> SafeString:
    """The attributes of a form that saves itself as somebody writes: its answer is the status."""
    return format_html(
        'data-previews="saved" hx-post="{}" hx-trigger="input delay:800ms, change delay:300ms"'
        ' hx-sync="this:queue last" hx-target="#saved" hx-swap="outerHTML"',
        context["request"].path,
    )


@register.filter
def back(values: Mapping[str, str], short: str) -> dict[str, Any]:
    """What the ATS is told after an answer: the values of its fields, and their names."""
    names = {"kind": f"{short}_back"} | {
        part: f"{short}_back_{part}" for part in ("text", "field", "value", "was")
    }
    return {part: values.get(name, "") for part, name in names.items()} | {"names": names}


@register.filter
def reply(values: Mapping[str, str], short: str) -> bool:
    """Whether any field of the reply to an answer has something in `values`."""
    starts = tuple(f"{short}_{channel}_" for channel in CHANNELS)
    return any(value for name, value in values.items() if name.startswith(starts))


@register.filter
def written(writings: Iterable[Any]) -> str:
    """The languages in which anything is written."""
    said = [one.language for one in writings if any(field.value for field in one.fields)]
    return ", ".join(dict.fromkeys(said))


@register.filter
def language(locale: str) -> str:
    """`Spanish`."""
    return map_words.language(locale)


@register.filter
def time_of_day(at: datetime) -> str:
    """`14:02` for whoever looks."""
    return date_format(timezone.localtime(at), "H:i")
