"""`python -m tests.mutants`: take each guard away in a copy of the tree; the tests must turn red.

Ends with 1 when a mutant survives, when its patch no longer applies, or when the tests it names
fail without it.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.durability import servers
from tests.mutants.databases import Databases

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 240  # seconds; tests that never end are red too
PATIENCE_WITHOUT = 1800  # the same for all tests of all mutants, on the tree as it is
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


class Mutant(NamedTuple):
    """A patch and what it says of itself."""

    name: str
    patch: Path
    invariant: str
    guard: str
    tests: list[str]


class Verdict(NamedTuple):
    """What became of a mutant: `by` is the test that noticed, `wrong` what is not as it should."""

    mutant: Mutant
    by: str
    wrong: str
    seconds: float


def main() -> None:
    given = _arguments()
    mutants = [one for one in read_all() if any(part in one.name for part in given.names or [""])]
    began = time.monotonic()
    with (
        servers.server("given") as url,
        Databases(url) as databases,
        ThreadPoolExecutor(given.jobs) as pool,
    ):
        green = pool.submit(_without_mutants, mutants, databases)
        verdicts = list(pool.map(lambda one: _tried(one, databases), mutants))
    if said := green.result():
        sys.exit(f"The tests fail without any mutant, so nothing is proved:\n{said}")
    survived = [one for one in verdicts if one.wrong]
    seconds = time.monotonic() - began
    print(f"{len(verdicts) - len(survived)} of {len(verdicts)} mutants caught in {seconds:.0f} s")
    sys.exit(bool(survived) or not verdicts)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="only mutants with this in their name")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    return parser.parse_args()


def read_all() -> list[Mutant]:
    """Every mutant, by name."""
    return [read(path) for path in sorted(Path(__file__).parent.glob("*.patch"))]


def read(path: Path) -> Mutant:
    """A mutant from its patch. Raises KeyError when the head of the patch is not complete."""
    head = dict(line.split(": ", 1) for line in path.read_text().split("\n\n")[0].splitlines())
    return Mutant(path.stem, path, head["Invariant"], head["Guard"], head["Tests"].split())


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the tree as it stands now, with what is not committed yet."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="followthrough-mutant-") as folder:
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                target = Path(folder) / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, target)
        yield Path(folder)


def _without_mutants(mutants: list[Mutant], databases: Databases) -> str:
    """What pytest says when the same tests fail on the tree as it is; '' when they pass."""
    with copied() as tree:
        done = _run(tree, _union(mutants), databases, patience=PATIENCE_WITHOUT)
    return done.stdout[-4000:] if done.returncode else ""


def _tried(mutant: Mutant, databases: Databases) -> Verdict:
    began = time.monotonic()
    with copied() as tree:
        by, wrong = _judged(mutant, tree, databases)
    found = Verdict(mutant, by, wrong, time.monotonic() - began)
    print(
        f"{'SURVIVED' if wrong else 'caught':>8}  {mutant.invariant:>2}  {mutant.name:<36}"
        f" {found.seconds:4.0f} s  {wrong or by}",
        flush=True,
    )
    return found


def _judged(mutant: Mutant, tree: Path, databases: Databases) -> tuple[str, str]:
    """The test that noticed, and what is wrong."""
    applied = subprocess.run(
        ["git", "apply", "--recount", str(mutant.patch)], cwd=tree, capture_output=True, text=True
    )
    if applied.returncode:
        return "", f"the patch does not apply: {applied.stderr.strip()[:300]}"
    try:
        done = _run(tree, mutant.tests, databases)
    except subprocess.TimeoutExpired:
        return "the tests did not end", ""
    if done.returncode == 1 and (failed := FAILED.search(done.stdout)):
        return failed[1], ""
    if done.returncode:
        return "", f"pytest ended with {done.returncode}: {done.stdout[-600:]}"
    return "", f"{' '.join(mutant.tests)} stayed green"


def _run(
    tree: Path, tests: list[str], databases: Databases, *, patience: float = PATIENCE
) -> subprocess.CompletedProcess[str]:
    """Run tests of the tree on a fresh database, up to the first that fails."""
    with databases.one() as url:
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "--reuse-db", "--tb=line", *tests],
            cwd=tree, capture_output=True, text=True, timeout=patience,
            env={**os.environ, "DATABASE_URL": url, "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip


def _union(mutants: list[Mutant]) -> list[str]:
    return list(dict.fromkeys(test for one in mutants for test in one.tests))


if __name__ == "__main__":
    main()
