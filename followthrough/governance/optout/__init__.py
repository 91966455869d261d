"""Recognising who asks for silence, in English, Spanish, French and Portuguese.

`tokens` → words as people write them (`spelling`) → one character for each word's slots (`slots`)
→ rules of each language (`grammar`, `patterns`, the YAML pages) → what makes a clear wish doubtful
(`doubts`) → an outcome (`reading`). `docs/opt-out.md` says what is recognised and how well.
"""

from followthrough.governance.optout.grammar import LANGUAGES, Rule, rules
from followthrough.governance.optout.reading import AMBIGUOUS, Found, read, read_tokens

__all__ = ["AMBIGUOUS", "LANGUAGES", "Found", "Rule", "read", "read_tokens", "rules"]
