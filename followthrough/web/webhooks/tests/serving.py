"""A real uvicorn on loopback, in a thread, with the application that production runs."""

import asyncio
import contextlib
import json
import threading
import time

import aiohttp
import uvicorn

from followthrough.core import clock
from followthrough.core.hooks import sign


class Served:
    """Where the server is, and how to ask it."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"

    def post(self, path, body, headers=None):
        """(status, JSON, headers) of one POST."""
        return self.post_all([(path, body, headers or {})])[0]

    def post_all(self, requests, method="POST"):
        """The answers to many requests at once, in order."""

        async def one(session, path, body, headers):
            async with session.request(
                method, self.url + path, data=body, headers=headers
            ) as answer:
                return answer.status, await answer.json(), answer.headers

        async def everything():
            connector = aiohttp.TCPConnector(limit=100)
            async with aiohttp.ClientSession(connector=connector) as session:
                return await asyncio.gather(*(one(session, *request) for request in requests))

        return asyncio.run(everything())


@contextlib.contextmanager
def serving():
    """Serve `config.asgi` with a door of its own until the block ends."""
    from config import asgi
    from followthrough.web.webhooks.door import Door

    config = uvicorn.Config(
        asgi.beside(Door(), asgi.django), port=0, http="httptools", loop="uvloop",
        log_level="warning", lifespan="on",
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.005)
    try:
        yield Served(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(10)


def signed(body, *, secret="webhook-secret", at=None):
    """The headers of a generic webhook."""
    seconds = int((at or clock.wall()).timestamp())
    signature = sign(secret, f"{seconds}.".encode() + body)
    return {
        "Content-Type": "application/json",
        "Followthrough-Signature": f"t={seconds},v1={signature}",
    }


def application(identity="a1", stage="Applied", **given):
    """The body of a webhook about a whole application."""
    document = {
        "id": identity, "updated_at": "2026-06-03T17:00:00Z", "stage": stage,
        "candidate": {"id": f"c-{identity}"}, **given,
    }  # fmt: skip
    return json.dumps({"event": "application.updated", "application": document}).encode()
