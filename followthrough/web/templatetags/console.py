"""Small words for templates: local times, labels, delivery."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from followthrough.core.zones import local
from followthrough.messages.models import Message, Receipt
from followthrough.web.console import names, sentences

register = template.Library()
register.filter("label", sentences.label)
register.filter("delivery", sentences.delivery)
register.filter("place", sentences.place)
register.filter("dated", sentences.dated)
register.filter("touch_name", sentences.touch_name)
register.filter("unusable", sentences.unusable)
register.filter("shown", sentences.shown)
register.filter("named", names.named)


_LINK = re.compile(r"(/messages/(?:off/)?)[\w-]{43}")


@register.filter
def unlinked(text: str) -> str:
    """A text without what opens a candidate's own page: whoever reads it here is somebody else."""
    return _LINK.sub(r"\1…", text)


CHANNELS = {"sms": gettext_noop("Text message"), "email": gettext_noop("Mail")}


@register.filter
def delivery_meaning(row: Message) -> str:
    """What the state of an outgoing message means: it went well, or a person is needed."""
    return "person" if row.delivery in ("undelivered", "bounced", "complained") else "kept"


VERDICTS = {"hold": "held", "fail": "person", "unknown": "person"}


@register.filter
def verdict_meaning(row: Receipt) -> str:
    """What a receipt's verdict means: it waits, it was stopped, or a person is needed."""
    return VERDICTS.get(row.verdict, "quiet")


@register.filter
def channel(name: str) -> str:
    """A channel as people call it."""
    return _(CHANNELS.get(name, name))


@register.filter
def short(at: datetime | None) -> str:
    """`Tue 4 Jun, 14:00` for whoever looks."""
    return date_format(timezone.localtime(at), "D j M, H:i") if at else ""


@register.filter
def grouped(n: int) -> str:
    """`1,843`."""
    return number_format(n, force_grouping=True)


@register.filter
def there(at: datetime | None, zone: str) -> str:
    """`Tue 4 Jun, 14:00` by the wall clock of `zone`."""
    return sentences.moment(at, zone) if at else ""


@register.filter
def elsewhere(zone: str) -> bool:
    """Whether `zone` is not the zone of whoever looks."""
    return zone != timezone.get_current_timezone_name()


@register.filter
def span(length: timedelta) -> str:
    """A length of time in its two largest units: `2 days 3 hours`."""
    minutes = int(abs(length).total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [
        ngettext("%(n)d day", "%(n)d days", days) % {"n": days} if days else "",
        ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours} if hours else "",
        ngettext("%(n)d minute", "%(n)d minutes", rest) % {"n": rest} if rest else "",
    ]
    return " ".join([part for part in parts if part][:2]) or _("less than a minute")


@register.filter
def ago(at: datetime, now: datetime) -> str:
    """How long before `now` it was."""
    return span(now - at)


@register.filter
def until(at: datetime, now: datetime) -> str:
    """How long after `now` it will be."""
    return span(at - now)


@register.filter
def clock(at: datetime, wall: sentences.Wall) -> str:
    """`14:00` by a clock on a wall."""
    return date_format(local(at, wall.zone).replace(tzinfo=None), "H:i")
