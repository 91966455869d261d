"""What people type is kept as it is, but for what no database takes."""

from __future__ import annotations

import pytest

from followthrough.core.typed import cleaned, number


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


@pytest.mark.parametrize(
    ("given", "read"),
    [("0", 0), ("042", 42), ("999999", 999_999), ("1000000", None), ("9" * 5000, None), ("", None),
     ("-1", None), ("1.5", None), ("٣", None), (" 7", None)],
)  # fmt: skip
def test_what_is_a_number_in_an_address(given: str, read: int | None) -> None:
    assert number(given) == read
