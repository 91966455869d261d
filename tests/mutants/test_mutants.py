"""Every mutant still fits the tree: one that does not is noticed when the code changes, not later.

Whether the tests notice a mutant is what `make mutants` sees to; that takes minutes.
"""

from __future__ import annotations

import subprocess

import pytest

from tests.mutants.__main__ import ROOT, Mutant, read_all


@pytest.mark.parametrize("mutant", read_all(), ids=lambda one: one.name)
def test_a_mutant_fits_the_tree(mutant: Mutant) -> None:
    tried = subprocess.run(
        ["git", "apply", "--recount", "--check", str(mutant.patch)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert tried.returncode == 0, tried.stderr
    files = [ROOT / test.partition("::")[0] for test in mutant.tests]
    assert files
    assert all(file.exists() for file in files)
