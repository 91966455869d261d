"""Runs inside a child process: `python -m config.demo.child MODULE ARGUMENTS…`.

Standard input is a pipe that only the supervisor holds. When the supervisor is gone, however it
went, the pipe ends and so does this process: no child is ever left behind.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

PATIENCE = 10  # seconds to end in good order


def main() -> None:
    """Run the module as if by `python -m`, watched over."""
    threading.Thread(target=_watch, args=(sys.stdin.fileno(),), daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _watch(pipe: int) -> None:
    while os.read(pipe, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
