"""Recognising who asks for silence, in English, Spanish, French and Portuguese.

`tokens` → words as people write them (`spelling`) → one character for each word's slots (`slots`)
→ rules of each language (`grammar`, `patterns`, the YAML pages) → what makes a clear wish doubtful
(`doubts`, `judging`) → what rules can tell of the message (`telling`) → how likely it is, besides
(`scorer`) → an outcome (`reading`). `docs/opt-out.md` says what is recognised and how well.
"""

from followthrough.governance.optout.grammar import LANGUAGES, Rule, rules
from followthrough.governance.optout.judging import AMBIGUOUS
from followthrough.governance.optout.reading import Found, read, read_tokens

__all__ = ["AMBIGUOUS", "LANGUAGES", "Found", "Rule", "read", "read_tokens", "rules"]
