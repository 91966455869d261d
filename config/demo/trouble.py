"""What can keep the demo from running, said so that a person can act on it."""


class Trouble(Exception):
    """The demo cannot run: the thing, the reason and the remedy."""

    def __init__(self, thing: str, *, reason: str, remedy: str) -> None:
        super().__init__(f"{thing}: {reason}\nRemedy: {remedy}")
