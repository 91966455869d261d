"""Texts as they are compared."""

import pytest

from followthrough.core.tokens import plain


@pytest.mark.parametrize("written", ["Jiménez", "JIMÉNEZ", "Jime\u0301nez", "Ｊｉｍｅｎｅｚ"])
def test_case_accents_and_width_make_no_difference(written):
    assert plain(written) == "jimenez"


@pytest.mark.parametrize(
    ("written", "typed"),
    [("Yılmaz", "yilmaz"), ("Łukasz", "lukasz"), ("Sørensen", "sorensen"), ("Đặng", "dang"),
     ("Ægir", "aegir"), ("Groß", "gross")],
)  # fmt: skip
def test_a_letter_that_most_keyboards_lack_is_the_one_beside_it(written, typed):
    assert plain(written) == typed


def test_apostrophes_make_none_either_and_spaces_stay():
    assert plain("Ana O’Brien") == plain("ana obrien") == "ana obrien"
