"""Stories: what came in, how time went by, and what went out, as YAML files in `tests/stories`.

A story is played through the real path: signed webhooks become stored raw events, the engine room
works them off, and the sandbox provider takes what leaves. `python -m tests.story FILE` prints
one; docs/stories.md explains how to write one.
"""
