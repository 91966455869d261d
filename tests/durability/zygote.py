"""Starts workers fast: loads what a worker loads, then forks one for every line it reads.

Each child is a process group of its own and runs the product's worker, no other code; only the
second of importing is saved, so that hundreds of kills take minutes. Every child's pid is printed.

With `--dawdle 0.1` each batch of decisions waits for so many seconds between having been made and
being committed: what others commit meanwhile is what a worker must look for before it hands over.
Left to itself that moment is so short that hardly anything ever happens in it.
"""

import os
import signal
import sys
import time
from contextlib import suppress

HANDS = 2  # on any machine


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    import aiohttp  # noqa: F401 - loaded once, for all children

    from config import worker

    worker.load()
    if "--dawdle" in sys.argv:
        _dawdle(float(sys.argv[sys.argv.index("--dawdle") + 1]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries children
    print("ready", flush=True)
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setpgid(0, 0)
            os.close(0)
            worker.run(hands=HANDS)
            os._exit(0)
        with suppress(ProcessLookupError, PermissionError):  # whoever is first
            os.setpgid(child, child)
        print(child, flush=True)


def _dawdle(seconds: float) -> None:
    from followthrough.runs import verdicts

    write = verdicts.Verdicts.write

    def write_and_wait(decided: verdicts.Verdicts) -> None:
        write(decided)
        if decided.ready:
            time.sleep(seconds)

    verdicts.Verdicts.write = write_and_wait  # type: ignore[method-assign]


main()
