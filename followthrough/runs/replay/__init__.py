"""What a message map would have done: its life through what really happened, written nowhere.

`history` reads what happened, `player` lives through it with another document, `contrast` says what
differs, `shadow` does so for everybody in a map as a job. `docs/replay.md` says what that can know.
"""
