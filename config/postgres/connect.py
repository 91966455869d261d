"""How to reach the cluster: computed from files, without starting or asking the server."""

import os
import secrets
import sys
import tempfile
from typing import Any
from urllib.parse import quote, urlencode

from .account import server_account
from .binaries import data_major
from .errors import PostgresError
from .places import Places, make_home, places

DATABASE = "followthrough"
# The application's role owns its databases and may create more (tests do). It is no superuser, so
# that an injected statement cannot run programs or read files; the administrator is for `ensure`.
ROLE = "followthrough"
ADMINISTRATOR = "followthrough_admin"
PORT = 5432


def settings(name: str = "main") -> dict[str, Any]:
    """Django's DATABASES entry; starts nothing, but the first call makes up the password.

    Raises PostgresError if the password of an existing cluster is missing.
    """
    if sys.platform == "win32":
        server_account()  # raises: there is no embedded PostgreSQL here
    found = places(name)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": ROLE,
        "PASSWORD": password(found),
        "HOST": str(found.socket),
        "PORT": str(PORT),
    }


def dsn(name: str = "main", database: str = DATABASE) -> str:
    """A libpq URL, password included; raises PostgresError if the cluster was never started."""
    found = places(name)
    if data_major(found) is None:
        raise PostgresError(
            thing=f"The embedded PostgreSQL in {found.home}",
            reason="it does not exist yet",
            remedy="run `python -m config.postgres start`, or call ensure() first",
        )
    return url(found, user=ROLE, database=database)


def url(found: Places, *, user: str, database: str) -> str:
    """The libpq URL of one role and database of a cluster."""
    where = urlencode({"host": str(found.socket), "port": PORT}, quote_via=quote)
    return f"postgresql://{user}:{quote(password(found))}@/{quote(database)}?{where}"


def password(found: Places) -> str:
    """The password of both roles, made up on first call and kept in a file of mode 0600."""
    if not found.pgpass.exists():
        _invent(found)
    return found.pgpass.read_text().strip().rpartition(":")[2]


def _invent(found: Places) -> None:
    if found.data.exists():
        raise PostgresError(
            thing=f"The password file {found.pgpass}",
            reason="it is missing, but the database it opens exists",
            remedy=f"restore it from a backup, or move {found.home} away to begin anew",
        )
    make_home(found.home)
    handle, draft = tempfile.mkstemp(prefix=".pgpass-", dir=found.home)  # mode 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(f"*:*:*:*:{secrets.token_urlsafe(32)}\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, found.pgpass)  # unlike a rename it never replaces what another process wrote
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)
