"""What an outsider is given before the tour: addresses, secrets, and a link to sign in."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Provider:
    """A messaging provider's account: the token of its hooks' address, and what it signs with."""

    token: str
    secret: str


@dataclass(frozen=True)
class Given:
    """Made by the set-up, read by the tour."""

    ats_token: str
    ats_secret: str
    texts: Provider
    mails: Provider
    sign_in: str  # the one-time token
    channels: dict[str, bool]  # whether the installation has anything for it, by channel

    def dump(self) -> str:
        """As JSON, to go through a pipe."""
        return json.dumps(asdict(self))


def read(text: str) -> Given:
    """From JSON."""
    raw = json.loads(text)
    return Given(**{**raw, "texts": Provider(**raw["texts"]), "mails": Provider(**raw["mails"])})
