"""The provider's side of the demo: it reports each message that reached a phone as delivered."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from followthrough.channels.models import SandboxMessage
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.demo import phone, post
from followthrough.runs.engine import every

AT_ONCE = 50
UNDERWAY = timedelta(seconds=2)  # what a phone takes to say that it has a message
_reported: UUID = uuid7()  # what came before this process began was reported by another


@every(seconds=1)
def report() -> None:
    """Send the delivery reports of what arrived since the last turn."""
    global _reported
    arrived = SandboxMessage.objects.filter(id__gt=_reported, id__lt=_key_of(UNDERWAY))
    for message in arrived.select_related("sender").order_by("id")[:AT_ONCE]:
        body, sender = post.encoded(phone.delivered(message.key)), message.sender
        post.deliver(f"/hooks/channel/{sender.token}", body, phone.signed(sender, body))
        _reported = message.id


def _key_of(ago: timedelta) -> UUID:
    """The lowest key that is made `ago`, by the real clock."""
    return UUID(int=int((clock.wall() - ago).timestamp() * 1000) << 80)
