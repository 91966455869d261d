"""The provider's side of the demo: it reports each message that reached a phone as delivered."""

from __future__ import annotations

from uuid import UUID

from followthrough.channels.models import SandboxMessage
from followthrough.core.ids import uuid7
from followthrough.demo import phone, post
from followthrough.runs.engine import every

AT_ONCE = 50
_reported: UUID = uuid7()  # what came before this process began was reported by another


@every(seconds=1)
def report() -> None:
    """Send the delivery reports of what arrived since the last turn."""
    global _reported
    new = SandboxMessage.objects.filter(id__gt=_reported).select_related("sender").order_by("id")
    for message in new[:AT_ONCE]:
        body = post.encoded(phone.delivered(message.key))
        post.deliver(
            f"/hooks/channel/{message.sender.token}", body, phone.signed(message.sender, body)
        )
        _reported = message.id
