"""`followthrough check --deploy` says what mails to candidates need."""

from __future__ import annotations

import pytest

from followthrough.web.checks import check_public_url


@pytest.mark.parametrize(
    ("secure", "demo", "wrong"), [(True, False, 0), (False, True, 0), (False, False, 1)]
)
def test_links_in_mails_need_an_https_address(settings, secure, demo, wrong):
    settings.SECURE, settings.DEMO, settings.DEBUG = secure, demo, False
    found = check_public_url()
    assert len(found) == wrong
    assert all("FOLLOWTHROUGH_URL" in one.msg for one in found)
