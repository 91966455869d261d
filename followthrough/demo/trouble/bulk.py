"""Many at once: an import that the guard holds together until somebody says yes."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import close_old_connections
from django.urls import reverse
from django.utils.translation import gettext as _

from followthrough.core import clock
from followthrough.core.canonical import iso
from followthrough.core.ids import uuid7
from followthrough.demo import ats
from followthrough.demo.models import AtsApplication, Trouble
from followthrough.demo.trouble import crowd
from followthrough.demo.trouble.told import Told
from followthrough.messages.models import Touch
from followthrough.people.models import Application

PEOPLE, OLD = 80, 4  # every so many had applied long before
LONG_AGO = timedelta(days=2)
AT_ONCE = 8  # calls of the ATS


class Seen(NamedTuple):
    """What the rows say: how many were imported, of their messages how many left, wait for a yes
    or ended otherwise; and the batch they wait in, or waited."""

    people: int
    arrived: int
    left: int
    waiting: int
    ended: int
    batch: UUID | None


def begin(organization_id: UUID) -> Trouble | None:
    """They come into the ATS, which tells the product of all of them as fast as it can."""
    people = crowd.gather(organization_id, PEOPLE)
    if not people:
        return None
    old = iso(clock.now() - LONG_AGO)
    told = [
        one if number % OLD else ats.changed(one, stage_changed_at=old)
        for number, one in enumerate(people)
    ]
    trouble = Trouble.objects.create(
        organization_id=organization_id, kind=Trouble.Kind.BULK, begun_at=clock.wall(),
        about={"people": [one.external_id for one in people]},
    )  # fmt: skip
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(_tell, told))
    return trouble


def _tell(application: AtsApplication) -> None:
    """As an import does it: it notes nothing about a single one."""
    body, link = ats.webhook(application), application.connection
    try:
        ats.deliver_webhook(link, body, ats.signed(link, body, str(uuid7())))
    finally:
        close_old_connections()


def told(trouble: Trouble) -> Told:
    """What happened, by the rows."""
    return said(_seen(trouble))


def _seen(trouble: Trouble) -> Seen:
    keys = trouble.about["people"]
    known = Application.objects.filter(
        organization_id=trouble.organization_id, external_id__in=keys
    )
    ours = Touch.objects.filter(
        organization_id=trouble.organization_id, application__in=known, cause_id__isnull=False
    )
    states = Counter(ours.values_list("state", flat=True))
    batch = ours.exclude(batch_id=None).values_list("batch_id", flat=True).first()
    waiting = states["planned"] + states["sending"]
    return Seen(
        len(keys), known.count(), states["sent"], waiting,
        states.total() - waiting - states["sent"], batch,
    )  # fmt: skip


def said(seen: Seen) -> Told:
    """Pure: the card."""
    numbers = (
        (_("imported"), seen.people),
        (_("read by the product"), seen.arrived),
        (_("messages that have left"), seen.left),
        (_("messages that wait"), seen.waiting),
        (_("ended unsent, with a receipt"), seen.ended),
    )
    page = reverse("batch", args=(seen.batch,)) if seen.batch else ""
    return Told(*_stage(seen), numbers, page=page)


def _stage(seen: Seen) -> tuple[str, str, str]:
    if seen.arrived < seen.people or not seen.batch:
        return "held", _("Underway"), _("They are being read.")
    if seen.waiting:
        text = _("They are held together: Today asks for your yes, and shows which are stale.")
        return "held", _("Waits for a yes"), text
    return "kept", _("Decided"), _("Somebody decided, and it was done.")
