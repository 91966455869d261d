"""The provider's side of the demo: it can be down, and it reports what reached a phone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

from followthrough.channels import registry
from followthrough.channels.contract import Accepted, Envelope, Throttled
from followthrough.channels.models import SandboxMessage
from followthrough.channels.sandbox import shelf
from followthrough.channels.sandbox.adapter import Sandbox
from followthrough.core import clock
from followthrough.core.ids import earliest
from followthrough.demo import phone, post
from followthrough.demo.models import Seeding
from followthrough.demo.trouble import outage
from followthrough.runs.engine import every

AT_ONCE = 50
AGAIN = 5.0  # seconds: what a provider that is down says no sooner than, as ours would by HTTP
UNDERWAY = timedelta(seconds=2)  # what a phone takes to say that it has a message
OVERLAP = timedelta(minutes=1)  # a process that was killed may have left some unreported


class Provider(Sandbox):
    """The sandbox, which refuses everything while an outage lasts."""

    async def send(self, envelope: Envelope) -> Accepted:
        if await asyncio.wrap_future(shelf.ask(outage.is_down)):
            raise Throttled("down", after=AGAIN)
        return await super().send(envelope)


registry.register(Provider())


def _key_of(ago: timedelta) -> UUID:
    """The lowest key that is made `ago`, by the real clock."""
    return earliest(clock.wall() - ago)


_reported: UUID | None = None  # the last one, and before the first turn none


def _first() -> UUID:
    """Where to begin: a seeded history has reported its own."""
    done_at = Seeding.objects.values_list("done_at", flat=True).first()
    return max(_key_of(OVERLAP), earliest(done_at)) if done_at else _key_of(OVERLAP)


@every(seconds=1)
def report() -> None:
    """Send the delivery reports of what arrived since the last turn."""
    global _reported
    if _reported is None:
        _reported = _first()
    arrived = SandboxMessage.objects.filter(id__gt=_reported, id__lt=_key_of(UNDERWAY))
    for message in arrived.select_related("sender").order_by("id")[:AT_ONCE]:
        body, sender = post.encoded(phone.delivered(message.key)), message.sender
        post.deliver(f"/hooks/channel/{sender.token}", body, phone.signed(sender, body))
        _reported = message.id
