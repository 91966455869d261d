"""One piece of long work, in a process of its own: `python -m config.job NAME ROW`.

The worker starts it (`runs.jobs`). When the worker is gone it ends: another one begins it anew.
"""

from __future__ import annotations

import os
import sys
from uuid import UUID

MOST_PROCESSES = 2  # the others have messages to send


def main() -> None:
    """Do the work named on the command line."""
    name, row_id = sys.argv[1:]
    parent = os.getppid()
    os.nice(5)  # messages go first
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    from config.cli import start_database

    start_database()
    django.setup()
    from django.conf import settings

    from config import worker
    from followthrough.runs import engine, jobs

    jobs.end_with(parent)
    jobs.processes = min(settings.HANDS, MOST_PROCESSES)
    worker.load_duties()
    worker.collect_rarely()
    engine.do_job(name, UUID(row_id))


if __name__ == "__main__":
    main()
