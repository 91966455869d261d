"""Long work, each in a process of its own: it takes nobody's memory and nobody's turn.

A house duty looks once a second for rows that nobody works on. Who is killed on the way leaves a
row without a heartbeat, which somebody takes up again.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from uuid import UUID

from followthrough.runs import engine
from followthrough.runs.engine import every

log = logging.getLogger(__name__)

MOST = 1  # at a time: the machine has messages to send as well

LOOK_SECONDS = 1.0

processes = 1  # how many long work may use: more, in a process of its own

_children: dict[tuple[str, UUID], subprocess.Popen[bytes]] = {}


@every(seconds=1)
def begin() -> None:
    """Begin what waits, as far as there is room."""
    _forget_ended()
    for kind in engine.jobs():
        for row_id in kind.waiting():
            if len(_children) >= MOST:
                return
            if (kind.name, row_id) not in _children:
                _children[kind.name, row_id] = _start(kind.name, row_id)


def _start(name: str, row_id: UUID) -> subprocess.Popen[bytes]:
    log.info("Long work %s begins for %s", name, row_id)
    return subprocess.Popen([sys.executable, "-m", "config.job", name, str(row_id)])


def _forget_ended() -> None:
    for key, child in list(_children.items()):
        if child.poll() is not None:
            del _children[key]


def end_with(parent: int) -> None:
    """End this process when its parent is gone."""

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=look, daemon=True).start()


def drain() -> int:
    """Do all long work that waits, in this process: for tests and seeding; how many there were."""
    found = [(kind.name, row_id) for kind in engine.jobs() for row_id in kind.waiting()]
    for name, row_id in found:
        engine.do_job(name, row_id)
    return len(found)
