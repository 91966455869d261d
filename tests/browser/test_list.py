"""The list of pages is whole, and what looks at them sees."""

from __future__ import annotations

import fnmatch

import pytest

from tests.browser.pages import NOT_PAGES, PAGES, known, urls


def test_every_url_is_looked_at_or_said_to_be_no_page() -> None:
    forgotten = {url for url in urls() if not known(url)}
    assert forgotten == set(), "add it to PAGES or NOT_PAGES in tests/browser/pages.py"


def test_the_list_has_no_url_that_is_no_more() -> None:
    assert {page.url for page in PAGES} <= urls()
    assert all(fnmatch.filter(urls(), pattern) for pattern in NOT_PAGES)


def test_what_only_takes_forms_is_no_page() -> None:
    assert "resolve-handoff" not in urls()
    assert {"today", "sign-in-link", "demo:home"} <= urls()


def test_names_are_given_once() -> None:
    names = [page.name for page in PAGES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_names_make_file_names(page: object) -> None:
    assert str(page).replace("-", "").isalnum()
