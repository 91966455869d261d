"""Where the cluster lives, and who may enter. No folder is changed that was not made here."""

import contextlib
import hashlib
import os
import re
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from .errors import PostgresError

PROJECT = Path(__file__).resolve().parents[2]
# As root the server runs as another user, and perhaps only root can enter the project's folder:
# nothing of the server may live inside it then.
SYSTEM = Path("/var/lib/followthrough")
HOME_VARIABLE = "FOLLOWTHROUGH_POSTGRES_HOME"
SOCKET = ".s.PGSQL.5432"
# sun_path holds 108 bytes on Linux and 104 on macOS and the BSDs, its closing zero included.
SOCKET_PATH_BYTES = 107 if sys.platform == "linux" else 103


def is_root() -> bool:
    """Whether this process is root (never on Windows)."""
    return sys.platform != "win32" and os.geteuid() == 0


def home(name: str = "main") -> Path:
    """The folder of this checkout's cluster `name`; it need not exist yet.

    `<project>/var/postgres/<name>`; for root `/var/lib/followthrough/<hash of project>/<name>`;
    `$FOLLOWTHROUGH_POSTGRES_HOME/<name>` if that is set. Raises ValueError unless the name is a
    plain short word.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", name):
        raise ValueError(f"cluster name {name!r}: use 1 to 40 of a-z, 0-9, _ and -")
    if chosen := os.environ.get(HOME_VARIABLE):
        return Path(chosen).resolve() / name
    if is_root():
        return SYSTEM / digest(PROJECT) / name
    return PROJECT / "var" / "postgres" / name


def digest(path: Path) -> str:
    """Twelve hex digits that stand for a path."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


@dataclass(frozen=True)
class Places:
    """The files of one cluster. As root, the server owns only data/, log/ and the socket folder."""

    home: Path

    @property
    def data(self) -> Path:
        """PGDATA; it appears complete or not at all."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """The folder of the server's log, one file per weekday."""
        return self.home / "log"

    @property
    def start_log(self) -> Path:
        """What the server said before its log was open; begun anew at each start."""
        return self.home / "start.log"

    @property
    def conf(self) -> Path:
        """postgresql.conf, written at each start; not in PGDATA, which the server may write."""
        return self.home / "postgresql.conf"

    @property
    def hba(self) -> Path:
        """pg_hba.conf, written at each start."""
        return self.home / "pg_hba.conf"

    @property
    def pgpass(self) -> Path:
        """The password, mode 0600, in libpq's passfile format."""
        return self.home / "pgpass"

    @property
    def about(self) -> Path:
        """For people: which project and which wheel made this cluster."""
        return self.home / "about.txt"

    @property
    def lock(self) -> Path:
        """Held (flock) while somebody starts or stops the cluster."""
        return self.home / "lock"

    @property
    def socket(self) -> Path:
        """The folder of the Unix socket, mode 0700.

        Inside the home if its path is short enough, else a folder in /tmp: not $XDG_RUNTIME_DIR,
        which vanishes at logout and is unset in a cron job, so that two processes of one cluster
        would look in two places.
        """
        inside = self.home / "socket"
        if _fits(inside):
            return inside
        uid = os.geteuid() if sys.platform != "win32" else 0
        return Path("/tmp") / f"followthrough-{uid}-{digest(self.home)}"  # noqa: S108


def places(name: str) -> Places:
    """The files of the cluster `name` of this checkout."""
    return Places(home(name))


def _fits(folder: Path) -> bool:
    # libpq reads a comma in a host as a list of hosts.
    short = len(os.fsencode(folder / SOCKET)) <= SOCKET_PATH_BYTES
    return short and "," not in str(folder)


def make_home(folder: Path) -> None:
    """Make the cluster's folder; as root one the server's user may pass through, not write to."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        if is_root():
            path.chmod(0o711)  # whatever the umask
        elif path == folder:
            path.chmod(0o700)
    if is_root():
        _check_only_root_writes(folder)


def _check_only_root_writes(folder: Path) -> None:
    found = folder.lstat()
    if found.st_uid != 0 or found.st_mode & 0o022 or not stat.S_ISDIR(found.st_mode):
        raise PostgresError(
            thing=f"The folder {folder}",
            reason="another user than root could change what is in it",
            remedy=f"remove it if you do not know it, or set {HOME_VARIABLE} to a folder of root's",
        )


def make_private(folder: Path, *, uid: int, gid: int) -> None:
    """Make or verify a folder of `uid`'s with mode 0700; raises on a symlink or a stranger's."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(handle).st_uid == os.geteuid() != uid:
            os.fchown(handle, uid, gid)
        found = os.fstat(handle)
    finally:
        os.close(handle)
    if found.st_uid != uid or found.st_mode & 0o077:
        raise PostgresError(
            thing=f"The folder {folder}",
            reason=f"it must belong to user {uid} with mode 0700; it belongs to {found.st_uid}"
            f" with mode {stat.S_IMODE(found.st_mode):04o}",
            remedy=f"remove it if you do not know it, or set {HOME_VARIABLE} to another folder",
        )
