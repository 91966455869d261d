"""A touch on its form: what was sent or is stored, what that says, and what fits it."""

from __future__ import annotations

from typing import NamedTuple

from followthrough.web.console.editor.common import Desk
from followthrough.web.console.editor.given import Given
from followthrough.web.console.editor.offered import Offered
from followthrough.web.console.editor.touch_form import Read


class Sheet(NamedTuple):
    """`given` are the fields, `read` is what they say."""

    desk: Desk
    key: str
    given: Given
    offered: Offered
    read: Read

    @property
    def part(self) -> str:
        """The part of the draft that it is, as `journeys.edits` names it."""
        return f"touch:{self.key}"
