from followthrough.governance.optout.reading import AMBIGUOUS, Found, read, read_tokens

__all__ = ["AMBIGUOUS", "Found", "read", "read_tokens"]
