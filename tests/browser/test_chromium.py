"""Without a browser the tests fail and say what to do; they are never left out in silence."""

from __future__ import annotations

import pytest

from tests.browser import chromium


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(chromium.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", "/nowhere")


def test_without_one_it_says_how_to_get_one() -> None:
    with pytest.raises(chromium.NoChromium) as caught:
        chromium.find()
    assert "The browser tests" in str(caught.value)
    assert "apt-get install chromium" in str(caught.value)
    assert chromium.VARIABLE in str(caught.value)


def test_one_that_is_named_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(chromium.VARIABLE, "/nowhere/chrome")
    with pytest.raises(chromium.NoChromium, match="/nowhere/chrome"):
        chromium.find()


def test_one_that_is_named_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(chromium.VARIABLE, "/bin/sh")
    assert chromium.find() == "/bin/sh"
