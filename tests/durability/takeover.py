"""How long the work of a killed worker waits until a living one has it."""

from __future__ import annotations

import os
import threading
import time

import psycopg

LONGEST = 30.0  # seconds: what is promised

_BUSY = """
SELECT s.owner, count(*) FROM messaging_touch t JOIN runs_shard s ON s.number = t.shard
WHERE t.state = 'sending' AND s.lease_until > clock_timestamp() GROUP BY s.owner
"""
_BACKLOG = "SELECT count(*) FROM messaging_touch WHERE ended_at IS NULL"
_OWNERS = "SELECT number, owner FROM runs_shard"


def _pid(owner: str) -> int:
    """Executor ids are `host:pid:time`."""
    return int(owner.split(":")[-2])


class Watch:
    """Follows who owns which shard, in a thread and on a connection of its own."""

    def __init__(self) -> None:
        self.connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
        self.waiting: dict[tuple[int, str], float] = {}  # shard and dead owner -> since when
        self.longest = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.connection.close()

    def busy(self) -> dict[int, int]:
        """How many messages each worker has on their way now, by pid."""
        found: dict[int, int] = {}
        for owner, count in self.connection.execute(_BUSY).fetchall():
            found[_pid(owner)] = found.get(_pid(owner), 0) + count
        return found

    def backlog(self) -> int:
        """How many messages are due or on their way."""
        return self.connection.execute(_BACKLOG).fetchone()[0]

    def killed(self, pid: int) -> None:
        """From now on the shards of `pid` wait for another owner (itself, begun anew, is one). So
        do, anew, those that waited already: whoever was about to take them may have died now."""
        for number, owner in self._owners().items():
            if _pid(owner) == pid or (number, owner) in self.waiting:
                self.waiting[number, owner] = time.monotonic()

    def problems(self) -> list[str]:
        """Where a takeover took longer than promised, or never came."""
        left = [f"shard {number} was never taken over" for number, _ in self.waiting]
        late = [f"a takeover took {self.longest:.1f} s"] if self.longest > LONGEST else []
        return left + late

    def _follow(self) -> None:
        while not self._over.wait(0.1):
            owners = self._owners()
            for (number, dead), since in list(self.waiting.items()):
                if owners.get(number) != dead:
                    self.longest = max(self.longest, time.monotonic() - since)
                    del self.waiting[number, dead]

    def _owners(self) -> dict[int, str]:
        rows = self.connection.execute(_OWNERS).fetchall()
        return {number: owner for number, owner in rows if owner}
