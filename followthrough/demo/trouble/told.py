"""What a trouble's card says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Told(NamedTuple):
    """What happened and what it proves. `kind` is one of the four meanings, `state` its word;
    `numbers` are counted from rows; `see` is an application to look at, `page` another page."""

    kind: str
    state: str
    said: str
    numbers: Sequence[tuple[str, object]] = ()
    see: str = ""
    page: str = ""
