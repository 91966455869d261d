"""The operating-system user the server runs as: yourself; for root one that owns nothing else."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .errors import USE_DATABASE_URL, AccountError, PostgresError, UnsupportedPlatformError
from .places import HOME_VARIABLE, is_root

if sys.platform != "win32":
    import pwd

ROOTS_SERVER_USER = "followthrough-pg"
USERADD_OPTIONS = (
    "--system",
    "--user-group",
    "--no-create-home",
    "--home-dir=/nonexistent",
    "--shell=/bin/false",
)
# The server lives long: it gets nothing of its starter's environment (secrets, PG* variables).
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Account:
    """A user of the operating system; `drop`: we are root and must become that user first."""

    uid: int
    gid: int
    drop: bool

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        stdout: int | IO[bytes] = subprocess.PIPE,
        stderr: int | IO[bytes] = subprocess.STDOUT,
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program as this user, in its own session, without our environment and files."""
        return subprocess.run(
            [str(part) for part in argv],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            text=True,
            check=False,
            cwd="/",
            env=ENVIRONMENT,
            umask=0o077,
            start_new_session=True,
            user=self.uid if self.drop else None,
            group=self.gid if self.drop else None,
            extra_groups=[] if self.drop else None,
        )


def server_account() -> Account:
    """The user the server runs as; as root a system user, made if it is missing.

    Raises UnsupportedPlatformError on Windows, AccountError if root cannot make that user.
    """
    if sys.platform == "win32":
        raise UnsupportedPlatformError(
            thing="The embedded PostgreSQL",
            reason="Followthrough does not run its own PostgreSQL on Windows",
            remedy=USE_DATABASE_URL,
        )
    if not is_root():
        return Account(uid=os.geteuid(), gid=os.getegid(), drop=False)
    found = _lookup() or _create()
    if found.pw_uid == 0:
        raise _unavailable(f"the user {ROOTS_SERVER_USER} has root's user id")
    return Account(uid=found.pw_uid, gid=found.pw_gid, drop=True)


def check_reach(account: Account, folder: Path) -> None:
    """Raise unless the account can enter `folder`: we never open an ancestor to make it so."""
    if not account.drop:
        return
    try:
        entered = account.run(["/bin/sh", "-c", 'cd "$1"', "sh", folder])
    except PermissionError as error:
        raise _unavailable(f"this root may not become another user ({error})") from error
    if entered.returncode:
        raise PostgresError(
            thing=f"The folder {folder}",
            reason="an ancestor's permissions keep out the user that PostgreSQL runs as",
            remedy=f"set {HOME_VARIABLE} to a folder every user can reach, or unset it",
        )


if sys.platform != "win32":

    def _lookup() -> pwd.struct_passwd | None:
        try:
            return pwd.getpwnam(ROOTS_SERVER_USER)
        except KeyError:
            return None

    def _create() -> pwd.struct_passwd:
        tool = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if tool is None:
            raise _unavailable("there is no useradd to make it with")
        done = subprocess.run(
            [tool, *USERADD_OPTIONS, ROOTS_SERVER_USER],
            capture_output=True,
            text=True,
            check=False,
        )
        found = _lookup()  # another process may have made it just now, and ours failed
        if found is None:
            raise _unavailable(f"useradd failed: {done.stderr.strip()}")
        return found


def _unavailable(reason: str) -> AccountError:
    return AccountError(
        thing=f"The system user {ROOTS_SERVER_USER}, which PostgreSQL runs as when you are root",
        reason=reason,
        remedy=f"run Followthrough as an ordinary user, or make a system user {ROOTS_SERVER_USER},"
        f" or {USE_DATABASE_URL}",
    )
