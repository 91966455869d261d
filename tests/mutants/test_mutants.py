"""Every mutant still fits the tree: one that does not is noticed when the code changes, not later.

Whether the tests notice a mutant is what `make mutants` sees to; that takes minutes.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.mutants.__main__ import ROOT, Mutant, read_all

TOUCHED = re.compile(r"^\+\+\+ b/(\S+)", re.MULTILINE)


@pytest.mark.parametrize("mutant", read_all(), ids=lambda one: one.name)
def test_a_mutant_fits_the_tree(mutant: Mutant, tmp_path: Path) -> None:
    touched = TOUCHED.findall(mutant.patch.read_text("utf-8"))
    for name in touched:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    tried = subprocess.run(
        ["git", "apply", "--recount", str(mutant.patch)],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert tried.returncode == 0, tried.stderr
    for name in touched:
        changed = (tmp_path / name).read_text("utf-8")
        assert changed != (ROOT / name).read_text("utf-8")
        if name.endswith(".py"):
            compile(changed, name, "exec")  # a tree that cannot be read proves nothing
    files = [ROOT / test.partition("::")[0] for test in mutant.tests]
    assert files
    assert all(file.exists() for file in files)
