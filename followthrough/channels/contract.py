"""What a channel adapter is: it gets a frozen envelope, answers from a closed set, parses events.

An adapter knows nothing of people, maps or policies. Errors say whether the message definitively
did not go out (then another attempt or channel may follow) or whether nobody knows.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Protocol
from uuid import UUID

from followthrough.core.hooks import Headers, Hook


@dataclass(frozen=True, slots=True)
class SenderConfig:
    """The account a message leaves from; `secrets` never reach a log."""

    id: UUID
    adapter: str
    channel: str
    address: str
    config: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, Any] = field(default_factory=dict, repr=False)


NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Envelope(NamedTuple):
    """One message, ready to go. `key` is the idempotency key: the same for the same touch."""

    key: str
    sender: SenderConfig
    to: str
    body: str
    subject: str = ""
    headers: Mapping[str, str] = NO_HEADERS
    not_after: float = math.inf  # time.monotonic() at which handing over must have begun
    preheader: str = ""  # of a mail: what inboxes show beside the subject

    def __repr__(self) -> str:
        return f"Envelope(key={self.key!r})"  # the rest is personal, and logs show this

    def check_in_time(self) -> None:
        """Raise Throttled when hand-over has not begun in time: the decision is too old.

        An adapter that queues (threads, a pool of connections) calls it when its turn comes.
        """
        if time.monotonic() > self.not_after:
            raise Throttled("not_begun_in_time", after=0)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has taken the message; delivery reports will name `provider_id`."""

    provider_id: str


class SendError(Exception):
    """Why a message was not accepted. `code` is the provider's own, or ours in snake_case."""

    kind: ClassVar[str]

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{self.kind} {code} {detail}".strip())
        self.code, self.detail = code, detail


class Unreachable(SendError):
    """Definitively not sent: nobody can be reached at this address on this channel."""

    kind = "unreachable"


class Throttled(SendError):
    """Definitively not sent, for now: try the same again after `after` seconds."""

    kind = "throttled"

    def __init__(self, code: str, detail: str = "", *, after: float) -> None:
        super().__init__(code, detail)
        self.after = after


class Rejected(SendError):
    """Definitively not sent: the provider refuses this message."""

    kind = "rejected"


class OptedOut(SendError):
    """Definitively not sent: the provider knows of an opt-out that we did not have."""

    kind = "opted_out"


class Misconfigured(SendError):
    """Definitively not sent: the sender itself is set up wrongly; an operator must act."""

    kind = "misconfigured"


class OutcomeUnknown(SendError):
    """It may have gone out: never retried blindly, but reconciled, or shown to a person."""

    kind = "outcome_unknown"


@dataclass(frozen=True, slots=True)
class Inbound:
    """Something a candidate wrote. `automatic` marks machines' answers (RFC 3834)."""

    provider_id: str
    sender_address: str = field(repr=False)
    body: str = field(repr=False)
    subject: str = field(default="", repr=False)
    at: datetime | None = None
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What the provider says became of a message: delivered, undelivered, bounced, complained."""

    provider_id: str
    status: str
    code: str = ""
    permanent: bool = False
    at: datetime | None = None


ChannelEvent = Inbound | DeliveryReport


class Adapter(Protocol):
    """One provider on one channel. One instance serves all senders; it keeps no state of theirs."""

    name: ClassVar[str]
    channel: ClassVar[str]
    can_look_up: ClassVar[bool]  # whether `look_up` can tell if a message went out
    timeout: ClassVar[float]  # seconds after which a call's outcome is unknown

    async def send(self, envelope: Envelope) -> Accepted:
        """Hand the message over. Raises a SendError when it was not accepted."""
        ...

    async def look_up(self, envelope: Envelope) -> Accepted | None:
        """Ask the provider about a message of unknown outcome; None: it definitely has none.

        Raises SendError when the provider cannot be asked now.
        """
        ...

    def receive(self, headers: Headers, body: bytes, sender: SenderConfig) -> Hook:
        """Verify a webhook of this sender. Raises BadSignature or Malformed."""
        ...

    def parse(self, headers: Headers, body: bytes) -> Sequence[ChannelEvent]:
        """The events in a webhook that `receive` let in."""
        ...
