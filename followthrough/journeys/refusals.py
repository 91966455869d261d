"""Why an edit of a draft is refused: somebody else came first, or a name has been published."""

from __future__ import annotations

from typing import Any

from followthrough.core.errors import Explained
from followthrough.journeys.models import Draft


class Conflict(Explained):
    """Somebody changed a part since it was opened. `mine` and `theirs` are what it would say and
    what it says; None where it would be taken away, or was."""

    def __init__(self, part: str, mine: Any, theirs: Any, draft: Draft) -> None:
        super().__init__(
            f"The {part.partition(':')[0]}",
            reason="Somebody else changed it since you opened it.",
            remedy="Look at both, and keep one.",
        )
        self.part, self.mine, self.theirs, self.draft = part, mine, theirs, draft


class NotTheLast(Explained):
    """An edit after which there were others: it cannot be taken back alone."""

    def __init__(self) -> None:
        super().__init__(
            "This edit",
            reason="Something else was changed after it, or it was taken back already.",
            remedy="Take back what came after it first.",
        )


class Published(Explained):
    """A key that a published version has: receipts and runs know the touch by it."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"The touch {key!r}",
            reason="It was published under this name: messages and receipts know it by it.",
            remedy="Copy it, name the copy, and remove this one.",
        )


class StillUsed(Explained):
    """A map that cannot be removed yet."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__("The map", reason=reason, remedy=remedy)
