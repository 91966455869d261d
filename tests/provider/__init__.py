"""The recording provider: an SMS gateway in a process of its own that counts what it is given.

It speaks the API of `followthrough/channels/http` and dedupes nothing, so that a message sent
twice is seen twice. `python -m tests.provider --help`.
"""
