"""A worker's processes: the first loads everything and forks the others, which share that memory.

There is a holder and there are hands, to which it gives orders by pipes. When one of them falls
they all begin anew; the rows say what there is to do.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from itertools import chain

log = logging.getLogger("followthrough.worker")

STOPS = (signal.SIGTERM, signal.SIGINT)  # blocked in the others until they unblock them
MOST_FALLS, FALLS_SECONDS = 5, 60.0  # more often, and it is no accident
END_SECONDS = 30.0  # how long the others may take to come to rest before they are killed

Ends = tuple[int, int]  # of two pipes: that orders go by, and that beats come back by
Hold = Callable[[list[Ends], int], None]  # given its ends to each hand, and `alive` (see outlive)
Work = Callable[[int, int], None]  # given a hand's own ends


def run(hold: Hold, work: Work, *, hands: int) -> None:
    """Keep a holder and `hands` at work until told to stop; begin anew when one of them falls.

    Ends with status 1 when they fall again and again: something is wrong with the installation.
    """
    asked = threading.Event()
    family: Family | None = None

    def stop(*_: object) -> None:
        asked.set()
        if family:
            family.ask_to_stop()

    for number in STOPS:
        signal.signal(number, stop)
    falls: deque[float] = deque(maxlen=MOST_FALLS)
    while not asked.is_set():
        family = Family(hold, work, hands=hands)
        if asked.is_set():
            family.ask_to_stop()  # it was not there yet to be asked
        fallen = family.wait()
        family.end()
        if not asked.is_set():
            log.error("Process %s of the worker fell; all of them begin anew", fallen)
            _pause(falls)


def _pause(falls: deque[float]) -> None:
    falls.append(time.monotonic())
    if len(falls) == MOST_FALLS and falls[-1] - falls[0] < FALLS_SECONDS:
        log.critical("The worker fell %s times within %s s; it gives up", MOST_FALLS, FALLS_SECONDS)
        sys.exit(1)
    time.sleep(1)


class Family:
    """The processes of a worker, from one start to one end."""

    def __init__(self, hold: Hold, work: Work, *, hands: int) -> None:
        orders, beats = ([os.pipe() for _ in range(hands)] for _ in range(2))
        alive = os.pipe()  # its writing end closes when this process dies, however it dies
        ends = {end for pipe in (*orders, *beats, alive) for end in pipe}
        theirs = [(order[0], beat[1]) for order, beat in zip(orders, beats, strict=True)]
        ours = [(order[1], beat[0]) for order, beat in zip(orders, beats, strict=True)]
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)  # until they can do what is asked of them
        self._living = {_fork(partial(work, *mine), ends - {*mine}) for mine in theirs}
        self._holder = _fork(partial(hold, ours, alive[0]), ends - {alive[0], *chain(*ours)})
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        self._living.add(self._holder)
        self._alive = alive[1]
        _close(ends - {self._alive})

    def wait(self) -> int:
        """Wait until one of them has ended; its process id."""
        pid = 0
        while pid not in self._living:
            pid, _ = os.wait()
        self._living.discard(pid)
        return pid

    def ask_to_stop(self) -> None:
        """Ask the holder to let go of everything. The hands end with it."""
        if self._holder in self._living:
            with suppress(ProcessLookupError):
                os.kill(self._holder, signal.SIGTERM)

    def end(self) -> None:
        """Wait until all have ended; who does not come to rest is killed."""
        self.ask_to_stop()
        until = time.monotonic() + END_SECONDS
        while self._living and time.monotonic() < until:
            self._bury()
            time.sleep(0.02)
        for pid in self._living:
            os.kill(pid, signal.SIGKILL)
        while self._living:
            self.wait()
        os.close(self._alive)

    def _bury(self) -> None:
        with suppress(ChildProcessError):
            self._living.discard(os.waitpid(-1, os.WNOHANG)[0])


def _fork(run: Callable[[], None], closed: Iterable[int]) -> int:
    """Run `run` in a process of its own, without the file descriptors `closed`; its id."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        _close(closed)
        run()
        status = 0
    except Exception:
        log.exception("A process of the worker failed")
    finally:
        try:
            logging.shutdown()
            if sys.stdout:
                sys.stdout.flush()
        finally:
            os._exit(status)  # never the exit path of the process it was forked from


def _close(ends: Iterable[int]) -> None:
    for end in ends:
        os.close(end)


def outlive(alive: int, stopping: threading.Event) -> None:
    """Stop when the first process is gone: somebody may start another worker in its place. Whoever
    cannot come to rest, since the database is gone as well, has nobody left who would kill them."""
    os.read(alive, 1)
    stopping.set()
    time.sleep(END_SECONDS)
    log.error("The worker could not come to rest, and its first process is gone")
    os._exit(1)
