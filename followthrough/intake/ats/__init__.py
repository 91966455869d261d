"""The systems we listen to and write back to: one folder each, with its captured payloads."""
