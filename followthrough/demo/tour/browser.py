"""HTTP as an outsider has it: cookies, forms with their token, and no JavaScript."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from followthrough.demo.tour.form import pressed
from followthrough.demo.tour.page import Element, read
from followthrough.demo.tour.proof import check

TIMEOUT = 20.0  # seconds


class Answer(NamedTuple):
    """What came back, whatever its status."""

    status: int
    text: str


class Browser:
    """Somebody at an address. Refusals are answers like others; only silence raises (OSError)."""

    def __init__(self, address: str) -> None:
        self.address = address
        # The product is told that it is behind TLS, and this is the other side of it.
        kept = CookieJar(DefaultCookiePolicy(secure_protocols=("http", "https")))
        self._opener = build_opener(HTTPCookieProcessor(kept))
        self._token = ""  # of the forms on the page looked at last

    def get(self, path: str) -> Answer:
        """GET `path`."""
        return self._ask(path)

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """POST `body` as it is."""
        return self._ask(path, body, headers)

    def page(self, path: str) -> Element:
        """The page at `path`, read. Raises Failed when there is none."""
        answer = self.get(path)
        check(answer.status == 200, f"{path} answers {answer.status}")
        found = read(answer.text)
        self._token = found.token() or self._token
        return found

    def press(self, path: str, **fields: str) -> Answer:
        """Send a form of a page that was looked at. Raises Failed when it is refused."""
        given = {"csrfmiddlewaretoken": self._token, **fields}
        answer = self._ask(path, urlencode(given).encode(), {"Referer": self.address + path})
        check(answer.status < 400, f"POST {path} answers {answer.status}")
        return answer

    def submit(self, path: str, words: str, **fields: str) -> Element:
        """Press the button that says `words` on the page at `path`, with these values in fields of
        its form; the page that comes then. Raises Failed when it is refused."""
        sent = pressed(self.page(path), words).having(fields)
        there = sent.action or path
        body = urlencode(sent.pairs).encode()
        answer = self._ask(there, body, {"Referer": self.address + there})
        found = read(answer.text)
        check(answer.status < 400, f"POST {there} answers {answer.status}: {found.text[:2000]}")
        return found

    def _ask(
        self, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        given = {"Accept-Language": "en", **(headers or {})}
        request = Request(self.address + path, body, given)  # noqa: S310  (an address we were given)
        try:
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                return Answer(answer.status, answer.read().decode())
        except HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, refusal.read().decode())
