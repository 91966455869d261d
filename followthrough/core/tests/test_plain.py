"""Texts as they are compared."""

import pytest

from followthrough.core.tokens import plain


@pytest.mark.parametrize("written", ["Jiménez", "JIMÉNEZ", "Jime\u0301nez", "Ｊｉｍｅｎｅｚ"])
def test_case_accents_and_width_make_no_difference(written):
    assert plain(written) == "jimenez"


def test_apostrophes_make_none_either_and_spaces_stay():
    assert plain("Ana O’Brien") == plain("ana obrien") == "ana obrien"
