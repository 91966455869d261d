"""The web process: `/hooks/` goes to the webhooks' door, everything else to Django."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django = get_asgi_application()

from followthrough.governance import rulepacks  # noqa: E402 (after Django is set up)
from followthrough.web.webhooks.door import PREFIX, Door  # noqa: E402

rulepacks.packs()  # one that cannot be read is said now, not on some page

Asgi = Callable[[Any, Any, Any], Awaitable[None]]


def beside(door: Door, pages: Asgi) -> Asgi:
    """An ASGI application of both, which opens and closes the door with the server."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _live(door, receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await door(scope, receive, send)
        else:
            await pages(scope, receive, send)

    return application


async def _live(door: Door, receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            door.open()
            await send({"type": "lifespan.startup.complete"})
        else:
            await door.close()
            await send({"type": "lifespan.shutdown.complete"})
            return


application = beside(Door(), django)
