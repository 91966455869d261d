"""Links that let somebody in, kept out of the log.

Django logs the path of whatever it refuses, and the link may still be good: somebody may only have
chosen too short a password.
"""

from __future__ import annotations

import logging
import re

# What comes after one of these is as good as a password.
_SECRET = re.compile(r"(/(?:invitations|sign-in|password/new)/)[^\s?\"']+")


class QuietPaths(logging.Filter):
    """Takes the secret part of paths out of every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: the line is written, without the secret."""
        said = record.getMessage()
        quiet = _SECRET.sub(r"\1…", said)
        if quiet != said:
            record.msg, record.args = quiet, ()
        return True
