"""Small words for the demo's templates: clocks on the wall, threads, what came of a move."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.core.zones import local
from followthrough.demo import clockwork, whom
from followthrough.demo.models import ClockMove
from followthrough.web.console.sentences import Wall

register = template.Library()

THREADS = {"sms": gettext_noop("Texts"), "email": gettext_noop("Mail")}


@register.filter
def thread_name(channel: str) -> str:
    """What a thread is called on the phone."""
    return _(THREADS.get(channel, channel))


@register.filter
def clock_at(at: datetime, zone: str) -> str:
    """`14:05` by the wall clock of `zone`."""
    return local(at, zone).strftime("%H:%M")


@register.filter
def day_at(at: datetime, zone: str) -> str:
    """`Tue 4 Jun` by the wall calendar of `zone`."""
    return date_format(local(at, zone).replace(tzinfo=None), "D j M")


@register.filter
def came_of(move: ClockMove, wall: Wall) -> str:
    """What a move of the clock brought."""
    return clockwork.told(move, wall)


@register.filter
def hour(fit: whom.Fit) -> str:
    """What time it is where somebody applied."""
    return whom.hour_at(fit.application)
