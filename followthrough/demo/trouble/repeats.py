"""Duplicate webhooks: the last one is sent five times more, twice of these under new ids."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.demo import ats
from followthrough.demo.models import AtsApplication, AtsEvent, Trouble
from followthrough.demo.trouble.told import Told
from followthrough.intake.models import RawEvent
from followthrough.messages.models import Touch
from followthrough.people.models import StageChange

SAME, RENAMED = 3, 2


class Effects(NamedTuple):
    """What the product has made of an application: rows, counted."""

    stage_changes: int
    messages: int


class Seen(NamedTuple):
    """What became of the repetitions: how many were taken, stored and worked off, and the
    effects before and since."""

    taken: int
    stored: int
    waiting: int
    before: Effects
    now: Effects


def begin(chosen: AtsApplication) -> Trouble | None:
    """Send the ATS's last webhook about it again; None when it never sent one."""
    sent = chosen.events.filter(kind="webhook", problem="").order_by("-id").first()
    if sent is None:
        return None
    before, body = effects(chosen), _body(chosen, sent)
    keys = [sent.key] * SAME + [str(uuid7()) for _one in range(RENAMED)]
    taken = [not _again(chosen, body, key) for key in keys]
    return Trouble.objects.create(
        organization_id=chosen.organization_id, kind=Trouble.Kind.REPEATS, begun_at=clock.wall(),
        about={"application": str(chosen.id), "what": sent.what, "keys": keys[SAME - 1 :],
               "taken": sum(taken), "before": before},
    )  # fmt: skip


def _body(chosen: AtsApplication, sent: AtsEvent) -> bytes:
    """The very bytes that were sent, as the product has kept them."""
    kept = RawEvent.objects.filter(source_id=chosen.connection_id, dedupe_key=_key(sent.key))
    body = kept.values_list("body", flat=True).first()
    return bytes(body) if body is not None else ats.webhook(chosen)


def _again(chosen: AtsApplication, body: bytes, key: str) -> str:
    connection = chosen.connection
    return ats.deliver_webhook(connection, body, ats.signed(connection, body, key))


def _key(event_id: str) -> str:
    return f"event:{event_id}"


def effects(chosen: AtsApplication) -> Effects:
    """What the product has made of it so far."""
    about = {
        "application__connection": chosen.connection_id,
        "application__external_id": chosen.external_id,
    }
    return Effects(
        StageChange.objects.filter(**about).count(), Touch.objects.filter(**about).count()
    )


def told(trouble: Trouble) -> Told:
    """What happened, by the rows."""
    about = trouble.about
    chosen = AtsApplication.objects.get(id=UUID(about["application"]))
    keys = [_key(key) for key in about["keys"]]
    raw = RawEvent.objects.filter(source_id=chosen.connection_id, dedupe_key__in=keys)
    states = list(raw.values_list("state", flat=True))
    seen = Seen(
        about["taken"], len(states) - 1, states.count("stored"), Effects(*about["before"]),
        effects(chosen),
    )  # fmt: skip
    return said(seen, what=about["what"], see=chosen.external_id)


def said(seen: Seen, *, what: str, see: str) -> Told:
    """Pure: the card."""
    numbers = (
        (_("sent again"), SAME + RENAMED),
        (_("acknowledged"), seen.taken),
        (_("known by their id, not stored"), SAME + RENAMED - seen.stored),
        (_("under new ids, stored and read"), seen.stored),
        (_("new stage changes"), seen.now.stage_changes - seen.before.stage_changes),
        (_("new messages"), seen.now.messages - seen.before.messages),
    )
    kind, state, text = _stage(seen)
    return Told(kind, state, text % {"what": what}, numbers, see)


def _stage(seen: Seen) -> tuple[str, str, str]:
    if seen.waiting:
        return "held", _("Underway"), _("“%(what)s” was sent again; the copies are being read.")
    if seen.taken == SAME + RENAMED and seen.now == seen.before:
        text = _("“%(what)s” was acknowledged each time, and changed nothing more.")
        return "kept", _("No second effect"), text
    text = _("“%(what)s” was sent again, and something has changed since: by a copy, or by"
             " something else that happened.")  # fmt: skip
    return "held", _("Changed since"), text
