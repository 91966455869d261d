"""Faults by seed: the same seed and the same messages meet the same faults, in any order."""

from __future__ import annotations

import random

KINDS = ("lose", "throttle", "slow", "hang")
SLOW = 1.0  # seconds
# lose: recorded, then the connection breaks. throttle: 503 before anything is recorded.
# slow: recorded, answered late. hang: recorded, never answered.


class Faults:
    """Draws the fault, if any, of the n-th request with a key."""

    def __init__(self, shares: str, *, seed: int) -> None:
        self.seed = seed
        self.shares = dict(_share(part) for part in shares.split(",") if part.strip())

    def draw(self, key: str, number: int) -> str:
        """The kind of fault, or '' for none."""
        if not self.shares:
            return ""
        chance = random.Random(f"{self.seed}:{key}:{number}").random()
        for kind, share in self.shares.items():
            if chance < share:
                return kind
            chance -= share
        return ""


def _share(part: str) -> tuple[str, float]:
    kind, _, share = part.strip().partition("=")
    if kind not in KINDS:
        raise SystemExit(f"There is no fault {kind!r}: use {', '.join(KINDS)}.")
    return kind, float(share)
