"""Provider down: for half a minute it refuses every message, while people apply."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from followthrough.core import clock
from followthrough.demo.models import Trouble
from followthrough.demo.trouble import crowd, tally
from followthrough.demo.trouble.tally import Tally
from followthrough.demo.trouble.told import Told

LASTS = timedelta(seconds=30)
PEOPLE = 8


def begin(organization_id: UUID) -> Trouble:
    """The provider goes down, and people apply."""
    people = crowd.gather(organization_id, PEOPLE)
    now = clock.wall()
    trouble = Trouble.objects.create(
        organization_id=organization_id, kind=Trouble.Kind.OUTAGE, begun_at=now,
        until=now + LASTS, about={"people": [one.external_id for one in people]},
    )  # fmt: skip
    for one in people:
        crowd.tell(one)
    return trouble


def is_down() -> bool:
    """Whether the provider refuses messages now."""
    return Trouble.objects.filter(kind=Trouble.Kind.OUTAGE, until__gt=clock.wall()).exists()


def told(trouble: Trouble) -> Told:
    """What happened, by the rows."""
    people = trouble.about["people"]
    assert trouble.until is not None
    left = trouble.until - clock.wall()
    return said(tally.of(trouble.organization_id, people), left=left, see=people[-1:])


def said(found: Tally, *, left: timedelta, see: list[str]) -> Told:
    """Pure: the card, `left` before the provider is back (negative: it is)."""
    numbers = (
        (_("applied meanwhile"), found.people),
        (_("tries refused"), found.refused),
        (_("mails waiting"), found.waiting),
        (_("mails arrived"), found.arrived),
        (_("lost"), found.lost),
        (_("arrived twice"), found.twice),
    )
    kind, state, text = _stage(found, left)
    return Told(kind, state, text, numbers, see[0] if see else "")


def _stage(found: Tally, left: timedelta) -> tuple[str, str, str]:
    if left > timedelta():
        seconds = {"n": int(left.total_seconds()) + 1}
        text = _("It refuses everything for %(n)s s more. What it refuses waits a little and is"
                 " tried again.") % seconds  # fmt: skip
        return "held", _("Down"), text
    if found.proved:
        return "kept", _("Nothing lost"), _("It is back, and every mail has arrived, once.")
    if found.settled:
        return "person", _("Look at this"), _("It is back, and not every mail arrived once.")
    text = _("It is back. What still waits is tried again within seconds.")
    return "held", _("Catching up"), text
