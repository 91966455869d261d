"""What carriers do by themselves with a text that comes in, whatever it was meant to say.

Sources: the lists of Twilio, Telnyx and AWS, collected 2026-11-22. Some act on one word alone, some
on the first word of a text; ours is what any of them may have acted on.
"""

from __future__ import annotations

from followthrough.core.tokens import tokens

STOPS = frozenset({
    "stop", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke", "optout", "opt", "arret",
    "td", "remove",
})  # fmt: skip


def may_have_blocked(text: str) -> bool:
    """Whether a carrier may have taken this text for an opt-out: it begins with such a word."""
    first = next((token.text for token in tokens(text) if token.is_word), "")
    return first in STOPS
