"""The demo as a newcomer runs it: real processes, its own database, and an end without leftovers.

These tests start everything themselves: they need no database from outside, and use none.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import psutil
import pytest

from config.demo import place
from config.demo.trouble import Trouble
from config.postgres import places, postmaster

PROJECT = Path(__file__).resolve().parents[3]
LINK = re.compile(r"(http://127\.0\.0\.1:\d+)(/sign-in/\S+)")


@dataclass
class Demo:
    """One run of the supervisor: its process, and what it said."""

    folder: Path
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    children: list[psutil.Process] = field(default_factory=list)

    def ready(self) -> tuple[str, str]:
        """Wait for the address and the path of the one-time link."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line)
            if found := LINK.search(line):
                self.children = psutil.Process(self.process.pid).children(recursive=True)
                return found[1], found[2]
        raise AssertionError("It ended before it was ready:\n" + "".join(self.said))

    def end(self, number: signal.Signals) -> int:
        """Send a signal and wait until it is over."""
        self.process.send_signal(number)
        return self.process.wait(120)

    def leftovers(self) -> list[str]:
        """Children that still run."""
        _, alive = psutil.wait_procs(self.children, timeout=30)
        return [" ".join(one.cmdline()) for one in alive]

    def database(self) -> postmaster.Postmaster | None:
        return postmaster.running(places.Places(self.folder / "postgres" / "demo"))


@pytest.fixture(scope="module")
def start() -> Iterator[Callable[..., Demo]]:
    """Starts demos in one folder of their own, and clears away whatever a failed test leaves."""
    folder = Path(tempfile.mkdtemp(prefix="followthrough-demo-", dir="/tmp"))
    folder.chmod(0o755)
    demos: list[Demo] = []

    def run(*options: str) -> Demo:
        demos.append(Demo(folder, _process(folder, *options)))
        return demos[-1]

    yield run
    for demo in demos:
        demo.process.kill()
        demo.process.wait()
        for child in demo.children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        if demo.process.stdout:
            demo.process.stdout.close()
    found = places.Places(folder / "postgres" / "demo")
    if server := postmaster.running(found):
        postmaster.stop(server, found)
    shutil.rmtree(folder, ignore_errors=True)


def _process(folder: Path, *options: str) -> subprocess.Popen[str]:
    dropped = {"DATABASE_URL", "FOLLOWTHROUGH_POSTGRES", "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    own = {
        "FOLLOWTHROUGH_VAR": str(folder / "var"),
        "FOLLOWTHROUGH_POSTGRES_HOME": str(folder / "postgres"),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "config.demo", "--applications", "10", *options],
        cwd=PROJECT, env=kept | own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


class Browser:
    """Just enough of one: cookies, forms with their token, and no JavaScript."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        with self._opener.open(self.address + path, timeout=20) as answer:
            return str(answer.read().decode())

    def post(self, path: str, form: str, **fields: str) -> str:
        """Send a form of the page at `form`."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(form))
        assert token
        body = urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
        request = Request(self.address + path, body, {"Referer": self.address + form})
        with self._opener.open(request, timeout=20) as answer:
            return str(answer.read().decode())

    def until(self, path: str, text: str) -> str:
        """Look at a page until it says `text`."""
        deadline = time.monotonic() + 90
        while text not in (page := self.get(path)):
            assert time.monotonic() < deadline, f"{text!r} is not in:\n{page}"
            time.sleep(0.2)
        return page


def test_a_newcomer_moves_somebody_and_sees_it_then_nothing_is_left(
    start: Callable[..., Demo],
) -> None:
    demo = start()
    address, link = demo.ready()
    assert "Seeding eight weeks of history … 100 %\n" in demo.said
    browser = Browser(address)
    home = browser.post(link, form=link)
    move = re.search(r'action="(/demo/ats/[^"]+/move)"', home)
    who = re.search(r'name="application" value="(A-\d+)"', home)
    assert move
    assert who
    page = f"/demo/?application={who[1]}"
    browser.post(move[1], form=page, stage="Offer")
    browser.until(page, "Stage: Offer")  # through the door, the worker and back
    assert "Not delivered" not in browser.get(page)
    assert demo.end(signal.SIGINT) == 0
    assert demo.leftovers() == []
    assert demo.database() is None


def test_the_second_start_is_quick_and_a_killed_one_leaves_no_child(
    start: Callable[..., Demo],
) -> None:
    demo = start()
    demo.ready()
    assert not any("Seeding" in line for line in demo.said)
    second = start()
    assert second.process.wait(60) == 1  # it runs already
    demo.end(signal.SIGKILL)
    assert demo.leftovers() == []
    again = start()
    again.ready()  # on the database that the killed one left running
    assert again.end(signal.SIGTERM) == 0
    assert again.leftovers() == []
    assert again.database() is None


def test_a_second_one_is_told_that_the_first_is_still_starting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FOLLOWTHROUGH_VAR", str(tmp_path))
    with place.only_one(), pytest.raises(Trouble, match="It is starting"), place.only_one():
        pass


def test_a_worker_that_is_killed_by_the_button_is_started_again_and_nothing_is_lost(
    start: Callable[..., Demo],
) -> None:
    demo = start()
    address, link = demo.ready()
    assert demo.process.stdout
    browser = Browser(address)
    browser.post(link, form=link)
    killed = _worker_of(demo)
    browser.post("/demo/trouble", form="/demo/", kind="killed")
    said = next(line for line in demo.process.stdout if "worker" in line)
    assert "was ended by signal 9; it is started again in 1 s" in said
    page = browser.until("/demo/", "Every mail has arrived, once.")
    assert f"Process {killed.pid} was killed (kill -9)" in page
    assert f"process {_worker_of(demo).pid} took over" in page
    demo.children = psutil.Process(demo.process.pid).children(recursive=True)
    demo.end(signal.SIGINT)
    assert demo.leftovers() == []  # nothing of the one that was killed either


def _worker_of(demo: Demo) -> psutil.Process:
    children = psutil.Process(demo.process.pid).children()
    return next(one for one in children if "config.demo.worker" in one.cmdline())


def test_stopping_during_the_seeding_leaves_nothing_and_it_begins_anew(
    start: Callable[..., Demo],
) -> None:
    cut_short = start("--reset")
    assert cut_short.process.stdout
    next(line for line in cut_short.process.stdout if "Seeding" in line)
    cut_short.children = psutil.Process(cut_short.process.pid).children(recursive=True)
    assert cut_short.end(signal.SIGINT) == 0
    assert cut_short.leftovers() == []
    assert cut_short.database() is None
    again = start()
    again.ready()
    # The signal may have come before anything was planted or, on a quick machine, after all was.
    if any("Forgetting" in line for line in again.said):
        assert any("100 %" in line for line in again.said)
    assert again.end(signal.SIGINT) == 0
