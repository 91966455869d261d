"""What was received: in memory for questions, in a file so that it outlives this process."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import orjson


class Recorder:
    """Every message by its key. A repeated key is recorded again, unless deduping is on."""

    def __init__(self, log: Path | None = None, *, dedupe: bool = False) -> None:
        self.dedupe = dedupe
        self.file = None if log is None else os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.reset()

    def reset(self) -> None:
        """Forget everything (the file keeps it)."""
        self.ids: dict[str, list[str]] = {}
        self.tries: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.number = getattr(self, "number", 0)

    def record(self, key: str, message: dict[str, Any]) -> str:
        """Keep a message and return its id. In the file it survives a kill of this process."""
        known = self.ids.setdefault(key, [])
        if known and self.dedupe:
            self.counts["deduped"] += 1
            return known[0]
        self.number += 1
        known.append(f"m-{self.number}")
        self.counts["messages"] += 1
        if self.file is not None:
            line = {"key": key, "id": known[-1], "at": time.time(), **message}
            os.write(self.file, orjson.dumps(line) + b"\n")
        return known[-1]

    def stats(self) -> dict[str, Any]:
        """How many messages and keys, and every key that came more than once with its count."""
        repeated = {key: len(ids) for key, ids in self.ids.items() if len(ids) > 1}
        return {
            "messages": self.counts["messages"],
            "keys": len(self.ids),
            "repeated": repeated,
            "requests": self.tries.total(),
            **{kind: self.counts[kind] for kind in self.counts if kind != "messages"},
        }
