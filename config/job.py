"""One piece of long work, in a process of its own: `python -m config.job NAME ROW`.

The worker starts it (`runs.jobs`). When the worker is gone it ends: another one begins it anew.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from uuid import UUID

LOOK_SECONDS = 1.0


def main() -> None:
    """Do the work named on the command line."""
    name, row_id = sys.argv[1:]
    _end_with(os.getppid())
    os.nice(5)  # messages go first
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    from config.cli import start_database

    start_database()
    django.setup()
    from config import worker
    from followthrough.runs import engine

    worker.load_duties()
    engine.do_job(name, UUID(row_id))


def _end_with(parent: int) -> None:
    """End when the process that started this one is gone."""

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=look, daemon=True).start()


if __name__ == "__main__":
    main()
