"""A small HTTP server on loopback that stands for an ATS: real requests, real answers."""

import asyncio
import contextlib
import threading

from aiohttp import web


class Simulator:
    """Answers as `answers` says, by method and path: (status, JSON, headers), an exception to hang
    up with, or a function of the request's record. Keeps what it was asked in `asked`."""

    def __init__(self):
        self.answers = {}
        self.asked = []
        self.url = ""

    async def handle(self, request):
        body = await request.read()
        record = {
            "method": request.method, "path": request.path, "query": dict(request.query),
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "body": body,
        }  # fmt: skip
        self.asked.append(record)
        answer = self.answers.get((request.method, request.path), (404, {"error": "unknown"}))
        if callable(answer):
            answer = answer(record)
        if answer is None:
            request.transport.abort()
            return web.Response()
        status, document, *headers = answer
        return web.json_response(document, status=status, headers=headers[0] if headers else None)

    def paths(self, method="GET"):
        return [record["path"] for record in self.asked if record["method"] == method]


@contextlib.contextmanager
def simulated():
    """A Simulator that answers on `simulator.url` within the block."""
    simulator, started, stop = Simulator(), threading.Event(), None

    def run():
        nonlocal stop
        loop = asyncio.new_event_loop()
        stop = loop, asyncio.Event()

        async def serve():
            app = web.Application(client_max_size=2**20)
            app.router.add_route("*", "/{path:.*}", simulator.handle)
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            simulator.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
            started.set()
            await stop[1].wait()
            await runner.cleanup()

        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(5)
    try:
        yield simulator
    finally:
        loop, event = stop
        loop.call_soon_threadsafe(event.set)
        thread.join(5)
