"""Two texts word by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followthrough.web.console.publishing.marks import GONE, NEW, SAME, sides

texts = st.lists(
    st.sampled_from(["we", "call", "you", " ", "\n", ".", "{{ company }}"]), max_size=12
).map("".join)


@given(texts, texts)
def test_each_side_is_its_whole_text_and_what_is_not_marked_is_the_same(before, after):
    found = sides(before, after)
    assert "".join(mark.text for mark in found.before) == before
    assert "".join(mark.text for mark in found.after) == after
    assert {mark.kind for mark in found.before} <= {SAME, GONE}
    assert {mark.kind for mark in found.after} <= {SAME, NEW}
    kept = ["".join(mark.text for mark in side if mark.kind == SAME) for side in found]
    assert kept[0] == kept[1]
    assert before != after or kept[0] == before


@pytest.mark.parametrize(
    ("before", "after", "gone", "new"),
    [
        ("3 hours before", "24 hours before", ["3"], ["24"]),
        ("Hi {{ company }}!", "Hi {{ site.name }}!", ["{{ company }}"], ["{{ site.name }}"]),
        ("", "All new", [], ["All new"]),
        ("All gone", "", ["All gone"], []),
        ("We will call you", "We shall text you", ["will call"], ["shall text"]),
    ],
)
def test_words_are_marked_and_a_blank_is_one_word(before, after, gone, new):
    found = sides(before, after)
    assert [mark.text for mark in found.before if mark.kind] == gone
    assert [mark.text for mark in found.after if mark.kind] == new
