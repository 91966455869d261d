"""Which browser the tests use: one that is installed, never one that is downloaded."""

from __future__ import annotations

import os
import shutil

from followthrough.core.errors import Explained

VARIABLE = "FOLLOWTHROUGH_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
# A page that asks for another machine gets no answer, whatever it tries.
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"


class NoChromium(Explained):
    """There is no browser to test with."""


def find() -> str:
    """The path of a Chromium or Chrome. Raises NoChromium."""
    if named := os.environ.get(VARIABLE):
        return _named(named)
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NoChromium(
            "The browser tests",
            reason=f"need Chromium, and none of {', '.join(NAMES)} is on the PATH.",
            remedy="Debian: apt-get install chromium. Elsewhere: install Chrome or Chromium and "
            f"set {VARIABLE} to its program. To do without for now: pytest -m 'not browser'.",
        )
    return found


def _named(named: str) -> str:
    found = shutil.which(named)
    if found is None:
        raise NoChromium(
            VARIABLE,
            reason=f"names {named}, which is no program that can be run.",
            remedy="Set it to the program of a Chrome or Chromium, or unset it.",
        )
    return found
