"""The inbox: who waits for a person, what was said, and the answer."""
