"""Setting up, in a process that ends: tables, the seeded company, and a link to sign in with.

Nothing here is slow the second time. What is printed is meant for whoever waits.
"""

from __future__ import annotations

import argparse
import os
import sys


def main() -> int:
    """Set up and write the one-time token to the pipe `--result`."""
    asked = _arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from followthrough.core.errors import Explained

    try:
        token = _set_up(asked)
    except Explained as problem:
        print(problem, file=sys.stderr)
        return 1
    os.write(asked.result, token.encode())
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--result", type=int, required=True)
    parser.add_argument("--applications", type=int, required=True)
    parser.add_argument("--reset", action="store_true")
    parser.add_argument("--quiet", action="store_true")
    return parser.parse_args()


def _set_up(asked: argparse.Namespace) -> str:
    from django.conf import settings

    from followthrough.demo.seed import plant

    _tables(reset=asked.reset, say=_say(asked.quiet))
    if not plant.planted():
        _seed(asked)
    plant.answer_at(f"{settings.PUBLIC_URL}/demo/ats/api")
    return _token()


def _say(quiet: bool):
    return (lambda _: None) if quiet else (lambda text: print(text, flush=True))


def _tables(*, reset: bool, say) -> None:
    from django.core.management import call_command

    from followthrough.demo.seed import ground

    if reset or ground.half_seeded():
        say("Forgetting what was there …")
        ground.clear()
    if ground.bare():
        say("Laying out the tables …")
    call_command("migrate", verbosity=0, interactive=False)


def _seed(asked: argparse.Namespace) -> None:
    from config.worker import load_duties
    from followthrough.demo.seed import plant

    _hurry()
    load_duties()
    say, told = _say(asked.quiet), [-1]

    def progress(done: float) -> None:
        tenth = min(10, int(done * 10))
        if tenth > told[0]:
            told[0] = tenth
            say(f"Seeding eight weeks of history … {tenth * 10} %")

    progress(0.0)
    plant.plant(say=progress, applications=asked.applications)
    progress(1.0)


def _hurry() -> None:
    """As a worker does, plan by indexes and seldom look for garbage. Nothing waits for the disk
    either: a seeding that was cut short is begun anew."""
    from django.conf import settings
    from django.db import connection

    from config.worker import collect_rarely, plan_for_queues

    plan_for_queues()
    settings.DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
    connection.close()  # the next one is opened with these
    collect_rarely()


def _token() -> str:
    from followthrough.accounts import sign_in
    from followthrough.accounts.models import User
    from followthrough.demo.seed import company

    return sign_in.make_link(User.objects.get(email=company.OWNER.email))


if __name__ == "__main__":
    sys.exit(main())
