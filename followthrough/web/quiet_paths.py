"""What Django says of requests it refuses, without what does not belong in a log.

It logs the path, which may be a link that still lets somebody in: they may only have chosen too
short a password. And it logs where in the code a refusal was made, as if that were a fault.
"""

from __future__ import annotations

import logging
import re

from django.core.exceptions import PermissionDenied

# What comes after one of these is as good as a password.
_SECRET = re.compile(r"(/(?:invitations|sign-in|password/new|messages/off|messages)/)[^\s?\"']+")


class QuietPaths(logging.Filter):
    """Takes the secret part of paths out of every line, and the traceback out of a refusal."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: the line is written, without the secret."""
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
            record.exc_info = None
        said = record.getMessage()
        quiet = _SECRET.sub(r"\1…", said)
        if quiet != said:
            record.msg, record.args = quiet, ()
        return True
