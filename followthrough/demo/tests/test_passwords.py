"""There is no password to the demo, and so none that anybody could know."""

from __future__ import annotations

import pytest

from followthrough.accounts.models import User
from followthrough.demo.seed import founding
from tests import world


@pytest.mark.django_db
def test_nobody_in_the_seeded_company_has_a_password() -> None:
    founding.found(at=world.NOON)
    everybody = list(User.objects.all())
    assert everybody
    assert not any(one.has_usable_password() for one in everybody)
