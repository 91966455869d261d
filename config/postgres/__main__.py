"""python -m config.postgres start|stop|status|dsn|psql-env [--name NAME]"""

import argparse
import os
import shlex
import sys

from . import dsn, ensure, status, stop
from .binaries import choose
from .connect import DATABASE, PORT, ROLE
from .errors import PostgresError
from .places import places


def start_it(name: str) -> str:
    """Start, or find again, and say so."""
    cluster = ensure(name, say=lambda text: print(text, file=sys.stderr))
    return f"PostgreSQL {cluster.version} runs (process {cluster.pid})"


def stop_it(name: str) -> str:
    """Stop and say whether there was anything to stop."""
    return "stopped" if stop(name) else "was not running"


def show_status(name: str) -> str:
    """One `what: value` line for each thing known."""
    return "\n".join(f"{key}: {value}" for key, value in vars(status(name)).items())


def show_environment(name: str) -> str:
    """Shell lines for `eval`, so that psql and pg_dump find the cluster (and its password file)."""
    found = places(name)
    values = {
        "PGHOST": found.socket,
        "PGPORT": PORT,
        "PGUSER": ROLE,
        "PGDATABASE": DATABASE,
        "PGPASSFILE": found.pgpass,
        "PATH": f"{choose(found).bin}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    return "\n".join(f"export {key}={shlex.quote(str(value))}" for key, value in values.items())


COMMANDS = {
    "start": start_it,
    "stop": stop_it,
    "status": show_status,
    "dsn": dsn,
    "psql-env": show_environment,
}


def main() -> int:
    """Run one command; an error is explained on stderr and gives 1."""
    parser = argparse.ArgumentParser(prog="python -m config.postgres", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--name", default="main", help="which cluster of this checkout")
    chosen = parser.parse_args()
    try:
        print(COMMANDS[chosen.command](chosen.name))
    except (PostgresError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
