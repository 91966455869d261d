"""The asks of one application, as `messages.Ask` holds them."""

from __future__ import annotations

from typing import NamedTuple

from followthrough.journeys.events import CloseAsk, OpenAsk


class Asked(NamedTuple):
    """`answer` None: it waits for one; '' when there never was one."""

    key: str
    occurrence: str
    answer: str | None


class Asks:
    """Every ask of a run, the newest last."""

    def __init__(self) -> None:
        self._all: list[Asked] = []

    def open(self, ask: OpenAsk) -> None:
        """Ask; the same again changes nothing."""
        if not any(one[:2] == (ask.key, ask.occurrence) for one in self._all):
            self._all.append(Asked(ask.key, ask.occurrence, None))

    def close(self, close: CloseAsk) -> None:
        """Stop waiting: for one touch's answer, or for all."""
        self._all = [
            one._replace(answer=close.answer) if _closes(close, one) else one for one in self._all
        ]

    @property
    def waiting(self) -> Asked | None:
        """The newest that waits for an answer."""
        return next((one for one in reversed(self._all) if one.answer is None), None)

    @property
    def confirmed(self) -> bool:
        """Whether the newest was answered with a yes."""
        return bool(self._all) and self._all[-1].answer == "confirmed"


def _closes(close: CloseAsk, one: Asked) -> bool:
    return one.answer is None and close.key in (None, one.key)
