from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from followthrough.accounts.models import SignInLink, User
from followthrough.accounts.sign_in import make_link, redeem
from followthrough.core import clock
from tests.world import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return User.objects.create(email="ada@example.org", name="Ada Obi")


def test_a_link_signs_its_user_in_once(ada):
    token = make_link(ada)
    assert redeem(token) == ada
    assert redeem(token) is None


def test_a_token_nobody_made_opens_nothing(ada):
    make_link(ada)
    assert redeem("guessed") is None
    assert redeem("") is None


def test_only_the_hash_is_kept_and_no_two_tokens_are_alike(ada):
    token = make_link(ada)
    kept = SignInLink.objects.get()
    assert token not in (kept.token_hash, str(kept.id))
    assert redeem(kept.token_hash) is None
    assert make_link(ada) != token
    assert len(token) >= 40


def test_a_link_ends_by_the_real_clock_not_the_business_clock(ada):
    token = make_link(ada, minutes=15)
    link = SignInLink.objects.get()
    assert abs(link.expires_at - clock.wall() - timedelta(minutes=15)) < timedelta(minutes=1)
    SignInLink.objects.update(expires_at=clock.wall() - timedelta(seconds=1))
    with clock.at(NOON - timedelta(days=900)):
        assert redeem(token) is None
    with clock.at(clock.wall() + timedelta(days=900)):
        assert redeem(make_link(ada)) == ada


def test_someone_who_was_switched_off_stays_out(ada):
    token = make_link(ada)
    User.objects.update(is_active=False)
    assert redeem(token) is None


@pytest.mark.django_db(transaction=True)
def test_two_at_once_and_only_one_gets_in():
    token = make_link(User.objects.create(email="ada@example.org", name="Ada Obi"))

    def try_it(_):
        try:
            return redeem(token)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(try_it, range(8)))
    assert sum(one is not None for one in found) == 1
