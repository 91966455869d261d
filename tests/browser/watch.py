"""What a page must never do: complain, fail to load something, or ask another machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Error, Page, Request, Response, WebSocket

COMPLAINTS = {"error", "warning", "assert"}  # kinds of console messages
NOT_LOADED = "Failed to load resource"
LEFT = "net::ERR_ABORTED"  # the page was left meanwhile: the browser's doing, not a failure
# What htmx says of a request whose place a later one took; a real failure has a word of its own.
REPLACED = ("htmx:sendAbort,", "htmx:afterRequest,")
INSIDE = {"data", "blob", "about"}  # schemes of what a page has with it


@dataclass
class Watch:
    """Listens to a page from its first request on. `status` is what its document may answer."""

    page: Page
    host: str  # with its port
    status: int
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", self._raised)
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)
        self.page.on("requestfailed", self._failed)
        self.page.on("websocket", self._connected)

    def _said(self, message: ConsoleMessage) -> None:
        where = message.location["url"]
        if message.type in COMPLAINTS and not self._expected(message.text, urlsplit(where).path):
            self.problems.append(f"console {message.type}: {message.text} ({where})")

    def _expected(self, text: str, path: str) -> bool:
        """What a page may complain of: its own status, which `_answered` looks at; the icon that
        browsers ask for by themselves when a page is left before they know of its own; and a
        request that a later one replaced."""
        if text.startswith(NOT_LOADED):
            return self.status != 200 or path == "/favicon.ico"
        return text.startswith(REPLACED)

    def _raised(self, error: Error) -> None:
        self.problems.append(f"uncaught: {error.message}")

    def _asked(self, request: Request) -> None:
        self._check_host(request.url)

    def _connected(self, socket: WebSocket) -> None:
        self._check_host(socket.url)

    def _check_host(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in INSIDE and parts.netloc != self.host:
            self.problems.append(f"asked another machine: {url}")

    def _answered(self, response: Response) -> None:
        document = response.request.is_navigation_request() and response.status == self.status
        if response.status >= 400 and not document:
            self.problems.append(f"answered {response.status}: {response.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT:
            self.problems.append(f"failed ({request.failure}): {request.url}")
