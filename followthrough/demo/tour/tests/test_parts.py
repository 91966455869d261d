"""The tour's own parts: reading pages, taking messages, and telling a claim that is not so."""

from __future__ import annotations

import json
import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from followthrough.demo.tour import gateway, given, mailbox, rows, table
from followthrough.demo.tour.browser import Answer
from followthrough.demo.tour.checks import CHECKS, Check
from followthrough.demo.tour.checks.pages import absent
from followthrough.demo.tour.form import pressed
from followthrough.demo.tour.given import Given, Provider
from followthrough.demo.tour.page import Element, read
from followthrough.demo.tour.proof import Failed, until

PAGE = """<!doctype html><html><head><title>Today</title><script>let li = "<li>no</li>";</script>
<link rel="icon" href="x"></head><body><nav><a href="/reports/">Reports <b>new</b></a></nav>
<ul><li>Ada <p>waits<br>long<ul><li>✓ check</li></ul>
<form method="post" action="/handoffs/7/resolve"><input type="hidden" name="csrfmiddlewaretoken"
value="tok"><button>Done: <span>Ada</span></button></form></li><li>Ben waits</li></ul></body>"""


def test_a_page_is_read_by_what_it_says() -> None:
    page = read(PAGE)
    item = page.item("Ada", "waits")
    assert item
    assert item.text == "Ada waits long ✓ check Done: Ada"
    assert item.action("/resolve") == "/handoffs/7/resolve"
    assert page.item("check", "✓").text == "✓ check"  # type: ignore[union-attr]
    assert page.item("Ada", "Ben") is None
    assert page.link("Reports new") == "/reports/"
    assert page.link("Records") == ""
    assert page.token() == "tok"
    assert "let li" not in page.text


FORM = """<form action="/x"><input name="a" value="1"><input type="checkbox" name="b" value="y">
<input type="checkbox" name="c" checked><input name="d" value="2" disabled>
<select name="e"><option value="n">No<option value="s" selected>Some</select><textarea name="f">Why
</textarea><button name="act" value="see">See</button><button name="act" value="do">Do it</button>
</form>"""


def test_a_form_is_sent_as_a_browser_sends_it() -> None:
    sent = pressed(read(FORM), "Do it")
    filled = {"a": "1", "c": "on", "e": "s", "f": "Why", "act": "do"}
    assert (sent.action, dict(sent.pairs)) == ("/x", filled)
    other = dict(sent.having({"a": "9", "b": "y", "c": ""}).pairs)
    assert other == {"a": "9", "b": "y", "e": "s", "f": "Why", "act": "do"}
    with pytest.raises(Failed, match="No button says “Undo it”"):
        pressed(read(FORM), "Undo it")


def test_one_click_takes_both_headers_and_https() -> None:
    link = "List-Unsubscribe: <mailto:out@example.com>, <https://example.com/off/1>\n"
    post = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n"
    assert _mail(link + post).one_click == "https://example.com/off/1"
    for head in (link, post, link.replace("https:", "http:") + post, link + post.replace("=", "")):
        assert _mail(head).one_click == ""


def _mail(head: str) -> mailbox.Mail:
    box = mailbox.Mailbox()
    box.take("ada@example.com", f"{head}Subject: Hello\n\nHello".encode())
    return box.mails[0]


def test_the_gateway_takes_texts_from_who_has_the_key_and_hides_no_repeat() -> None:
    with gateway.serving("key") as (texts, url):
        for _ in range(2):
            _send(url, key="key")
        with pytest.raises(HTTPError, match="401"):
            _send(url, key="another")
        with urlopen(_request(f"{url}/messages?key=k-1", key="key")) as answer:
            assert json.load(answer) == {"messages": [{"id": "sms-1"}, {"id": "sms-2"}]}
    assert [one.body for one in texts.to("+15550100")] == ["Hello", "Hello"]


def _send(url: str, *, key: str) -> None:
    body = json.dumps({"from": "+1", "to": "+15550100", "text": "Hello"}).encode()
    with urlopen(_request(f"{url}/messages", key=key, body=body)):
        pass


def _request(url: str, *, key: str, body: bytes | None = None) -> Request:
    return Request(url, body, {"Authorization": f"Bearer {key}", "Idempotency-Key": "k-1"})


def test_the_mail_server_takes_mail_as_it_is_written() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "jobs@example.com", "ada@example.com"
    mail["Subject"], mail["Message-ID"] = "Your Bewerbung — ü", "<1@example.com>"
    mail.set_content("First.\n.A line that begins with a full stop.\n")
    with mailbox.serving() as (mails, port), smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(mail)
        client.noop()
        (found,) = mails.to("ada@example.com")
    assert (found.id, found.subject) == ("<1@example.com>", "Your Bewerbung — ü")
    assert found.body.splitlines() == ["First.", ".A line that begins with a full stop."]


def test_what_never_comes_is_told() -> None:
    seen = iter(["", "", "there"])
    assert until(lambda: next(seen), otherwise="x") == "there"
    with pytest.raises(Failed, match=r"No text \(waited 0 s\)"):
        until(lambda: "", otherwise="No text", seconds=0.1)


def _says(*evidence: str) -> Callable[[Any], list[str]]:
    return lambda _buyer: list(evidence)


def _fails(_buyer: Any) -> list[str]:
    raise Failed("No text for Ada")


def _breaks(_buyer: Any) -> list[str]:
    raise ConnectionRefusedError("nobody is there")


NOBODY: Any = None


@pytest.mark.parametrize(
    ("made", "state", "evidence"),
    [
        (Check(2, "A", _says("One.", "Two.")), "works", "One. Two."),
        (Check(5, "A", _says("One."), _says("Not yet: two.")), "not yet", "One. Not yet: two."),
        (Check(2, "A", _fails), "fails", "No text for Ada."),
        (Check(5, "A", _fails, _says("Not yet: two.")), "fails", "No text for Ada."),
        (Check(5, "A", _says("One."), _fails), "fails", "No text for Ada."),
        (Check(2, "A", _breaks), "fails", "ConnectionRefusedError: nobody is there"),
    ],
)
def test_a_row_says_what_was_seen_and_never_what_was_not(
    made: Check, state: str, evidence: str
) -> None:
    row = rows.made(NOBODY, made)
    assert (row.state, row.evidence) == (state, evidence)
    assert json.loads(rows.as_json([row])) == {
        str(made.number): {"name": "A", "state": state, "evidence": evidence}
    }


class _Console:
    """A console whose pages are given by path; others are not there."""

    def __init__(self, pages: dict[str, str]) -> None:
        self.pages = pages

    def page(self, path: str) -> Element:
        return read(self.pages[path])

    def get(self, path: str) -> Answer:
        return Answer(200 if path in self.pages else 404, "")


def _at(home: str, *paths: str) -> Any:
    """A buyer at a console with this first page, and something at `paths`."""
    return SimpleNamespace(console=_Console({"/": home, **dict.fromkeys(paths, "")}))


def test_a_place_that_is_there_after_all_is_told() -> None:
    without = _at("<a href='/maps/'>Maps</a>")
    assert (
        absent(without, "Reports", "/reports/") == "the console has no “Reports” (/reports/: 404)"
    )
    with pytest.raises(Failed, match="the console leads to “Reports”"):
        absent(_at("<a href='/r/'>Reports</a>"), "Reports", "/reports/")
    with pytest.raises(Failed, match="/reports/ answers 200"):
        absent(_at("", "/reports/"), "Reports", "/reports/")


def test_there_are_eight_checks_in_the_order_of_a_buyer() -> None:
    assert [one.number for one in CHECKS] == list(range(1, 9))


def test_the_table_keeps_its_columns() -> None:
    row = rows.Row(2, "Opt-out", "works", "STOP is | confirmed " * 5)
    first, *more = table.plain(row, width=90).splitlines()
    assert first.startswith("2 Opt-out")
    assert all(line.startswith(" " * table.HEAD.index("what was seen")) for line in more)
    assert first.index("STOP") == table.HEAD.index("what was seen")
    assert "STOP is \\| confirmed" in table.markdown([row])


def test_what_an_outsider_is_given_goes_through_a_pipe() -> None:
    made = Given("t", "s", Provider("a", "b"), Provider("c", "d"), "link", {"sms": True})
    assert given.read(made.dump()) == made
