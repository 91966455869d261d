"""The examples of docs/webhooks.md are what people copy first, so they must do as they stand."""

from __future__ import annotations

import io
import re
import urllib.request
from pathlib import Path

import pytest

from followthrough.intake.ats.generic import GENERIC

PAGE = Path(__file__).parents[4] / "docs" / "webhooks.md"


def test_the_python_example_sends_a_whole_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    example = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert example
    sent: list[urllib.request.Request] = []
    answer = lambda request: sent.append(request) or io.BytesIO(b"{}")  # noqa: E731
    monkeypatch.setattr(urllib.request, "urlopen", answer)
    monkeypatch.setenv("SECRET", "s3cret")
    monkeypatch.setenv("TOKEN", "address")
    exec(example[1], {})
    headers, body = {name.lower(): value for name, value in sent[0].header_items()}, sent[0].data
    GENERIC.receive(headers, body, ["s3cret"])
    snapshot = GENERIC.hints(headers, body)[0].snapshot
    assert (snapshot.stage, list(snapshot.anchors)) == ("Onsite", ["interview_start"])
