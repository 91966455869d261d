"""The simulated ATS's API on a port of its own, while the history is played and no web is up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


@contextmanager
def serving() -> Iterator[str]:
    """Serve within the block; gives the base URL of the API."""
    with make_server("127.0.0.1", 0, WSGIHandler(), handler_class=_Quiet) as server:
        thread = threading.Thread(target=_serve, args=(server,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/demo/ats/api"
        finally:
            server.shutdown()
            thread.join()


def _serve(server: object) -> None:
    try:
        server.serve_forever(poll_interval=0.05)  # type: ignore[attr-defined]
    finally:
        connection.close()  # this thread's own
