"""The product's worker with one more adapter: `null` accepts everything at once."""

from __future__ import annotations

import os

from followthrough.channels.contract import Accepted, Envelope


class Null:
    """Accepts without doing anything, so that everything else can be measured."""

    name = "null"
    channel = "sms"
    can_look_up = True
    timeout = 1.0

    async def send(self, envelope: Envelope) -> Accepted:
        return Accepted(envelope.key)

    async def look_up(self, envelope: Envelope) -> Accepted | None:
        return Accepted(envelope.key)


def main() -> None:
    """Register the adapter and be a worker."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from config import worker
    from followthrough.channels import registry

    registry.register(Null())
    worker.main()


if __name__ == "__main__":
    main()
