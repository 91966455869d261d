"""Batches in words: what caused them, what they would do, why something in them is stale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from followthrough.governance import phrases, reasons
from followthrough.journeys.models import Version
from followthrough.people.models import Connection
from followthrough.runs.burst.batch_counts import Counts, Old
from followthrough.runs.burst.batch_outlook import NOW, Sample
from followthrough.runs.burst.batches import Choice, State
from followthrough.runs.models import Batch
from followthrough.web.templatetags.console import grouped, short

STATES: Mapping[str, tuple[str, str | Promise]] = {
    State.HELD: ("held", gettext_lazy("Waits for a yes")),
    State.STOPPED: ("held", gettext_lazy("Stopped on the way")),
    State.DROPPING: ("quiet", gettext_lazy("About to leave")),
    State.LEAVING: ("kept", gettext_lazy("Leaving now")),
    State.LEFT: ("kept", gettext_lazy("Released")),
    State.CANCELLING: ("stopped", gettext_lazy("Being cancelled")),
    State.CANCELLED: ("stopped", gettext_lazy("Cancelled")),
}
DONE: Mapping[str, str | Promise] = {
    Choice.ALL: gettext_lazy("They leave now, one after another. You can stop the rest here."),
    Choice.FRESH: gettext_lazy(
        "What is stale was left out; the others leave now, one after another. You can stop the rest"
        " here."
    ),
    Choice.CANCEL: gettext_lazy(
        "Cancelled: none of them goes out. Each has a receipt that says so."
    ),
}


def state(batch: Batch) -> tuple[str, str]:
    """The meaning of a batch's colour, and its state."""
    meaning, said = STATES[batch.state]
    return meaning, str(said)


def causes(batches: Sequence[Batch]) -> Mapping[UUID, str]:
    """What each came from: `What “Greenhouse” sent`, `Version 7 of “Retail”`."""
    ids = [one.cause_id for one in batches]
    links = dict(Connection.objects.filter(id__in=ids).values_list("id", "name"))
    maps = Version.objects.filter(id__in=ids).values_list("id", "number", "map__name")
    versions = {key: (number, name) for key, number, name in maps}
    return {one.id: _cause(one, links, versions) for one in batches}


def _cause(
    batch: Batch, links: Mapping[UUID, str], versions: Mapping[UUID, tuple[int, str]]
) -> str:
    if batch.cause_id in versions:
        number, name = versions[batch.cause_id]
        return _("Publishing version %(n)s of “%(name)s”") % {"n": number, "name": name}
    name = links.get(batch.cause_id, _("an ATS"))
    return _("A bulk move or import in “%(name)s”") % {"name": name}


def would(batch: Batch, counts: Counts) -> str:
    """`It would write to 1,843 people; 312 of the messages are stale.`"""
    if not counts.waiting:
        return _("Nothing of it waits any more.")
    people = ngettext(
        "It would write to %(n)s person", "It would write to %(n)s people", counts.waiting_people
    ) % {"n": grouped(counts.waiting_people)}
    return f"{people}{_besides(counts)}{_stale(counts)}"


def _besides(counts: Counts) -> str:
    """How many messages they are, and when, unless it is one for each and now."""
    n, later = grouped(counts.waiting), counts.waiting - counts.now
    if later:
        told = {"n": n, "now": grouped(counts.now), "later": grouped(later)}
        return _(" (%(n)s messages: %(now)s now, %(later)s later)") % told
    if counts.waiting == counts.waiting_people:
        return ""
    return _(" (%(n)s messages)") % {"n": n}


def _stale(counts: Counts) -> str:
    if not counts.stale:
        return _("; nothing is stale.")
    if counts.stale == counts.waiting:
        return _("; all of it is stale.")
    text = ngettext("; %(n)s message is stale.", "; %(n)s of the messages are stale.", counts.stale)
    return text % {"n": grouped(counts.stale)}


def why_stale(old: Old, now: datetime) -> str:
    """When it was meant, or that it is of no more use."""
    if old.useful_until and old.useful_until <= now:
        return _("of no more use since %(at)s") % {"at": short(old.useful_until)}
    return _("was meant to go out %(at)s") % {"at": short(old.meant_at)}


def when(sample: Sample) -> str:
    """When somebody would get it."""
    if sample.what == NOW:
        return _("Leaves once you say yes")
    given = {"at": short(sample.until), "why": reasons.label(sample.code)}
    return _("Waits until %(at)s: %(why)s") % given


def messages_by(channel: str) -> str:
    """A channel as the name of its messages."""
    return _(phrases.CHANNELS[channel]) if channel in phrases.CHANNELS else channel
