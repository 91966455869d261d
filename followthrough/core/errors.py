"""Errors that a person can act on."""


class Explained(Exception):
    """An error that names the thing, the reason and the remedy, each as a plain sentence part."""

    def __init__(self, thing: str, *, reason: str, remedy: str) -> None:
        super().__init__(f"{thing}: {reason} {remedy}".strip())
        self.thing, self.reason, self.remedy = thing, reason, remedy
