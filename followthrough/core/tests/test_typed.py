"""What people type is kept as it is, but for what no database takes."""

from __future__ import annotations

import pytest

from followthrough.core.typed import cleaned


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Ana Ruiz", "Ana Ruiz"),
        ("\0", ""),
        ("A\0na", "Ana"),
        ("  Ana\n", "Ana"),
        ("\0 Ana", "Ana"),
        ("one\ntwo", "one\ntwo"),
        ("x" * 30, "x" * 20),
    ],
)
def test_what_is_kept_of_a_text(given: str, kept: str) -> None:
    assert cleaned(given, longest=20) == kept
