"""The use of caps: remembered, forgotten, given back, and never overdrawn by many at once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from random import Random
from time import sleep
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from followthrough.core.ids import uuid7
from followthrough.governance import caps
from followthrough.governance.decisions import Use
from followthrough.governance.models import CapUse
from tests.world import NOON

ORG = UUID(int=5)


def use(hours_ago=0.0, **given):
    return Use(
        **{
            "at": (NOON - timedelta(hours=hours_ago)).timestamp(), "touch_id": str(uuid7()),
            "candidate_id": "c", "channel": "sms", "purpose": "informational", **given,
        }
    )  # fmt: skip


def read(*keys):
    """What is remembered, as uses."""
    seen = caps.read((ORG, key) for key in keys)
    return {key: [Use(*one) for one in row.uses] for key, row in seen.get(ORG, {}).items()}


def reserve(uses):
    caps.reserve(uses, caps.read((org, subject) for org, subject, _ in uses))


@pytest.mark.django_db
def test_uses_come_back_as_they_went():
    earlier, later = use(3), use(1, channel="email")
    reserve([(ORG, "a", earlier)])
    reserve([(ORG, "a", later), (ORG, "b", later)])
    assert read("a", "b", "c", "a") == {"a": [earlier, later], "b": [later]}


@pytest.mark.django_db
def test_uses_without_a_purpose_are_read_too():
    old = [NOON.timestamp(), str(uuid7()), "c", "sms"]
    CapUse.objects.create(organization_id=ORG, address_key="a", uses=json.dumps([old]))
    (found,) = read("a")["a"]
    assert (found.at, found.purpose) == (NOON.timestamp(), "")


@pytest.mark.django_db
def test_old_uses_are_forgotten_as_new_ones_are_noted():
    reserve([(ORG, "a", use(24 * 8 + 1))])
    kept, new = use(24 * 8 - 1), use()
    reserve([(ORG, "a", kept)])
    reserve([(ORG, "a", new)])
    assert read("a")["a"] == [kept, new]


@pytest.mark.django_db
def test_what_did_not_go_out_gives_its_room_back():
    stays, goes, also = use(1), use(2), use(3)
    reserve([(ORG, "a", one) for one in (stays, goes, also)] + [(ORG, "b", goes)])
    caps.release([(ORG, "a", goes.touch_id), (ORG, "a", also.touch_id), (ORG, "b", goes.touch_id)])
    caps.release([(ORG, "a", uuid4()), (ORG, "none", uuid4())])
    assert read("a", "b") == {"a": [stays], "b": []}


@pytest.mark.django_db
def test_organizations_do_not_share_room():
    reserve([(ORG, "a", use())])
    assert caps.read([(UUID(int=6), "a")]) == {}


@pytest.mark.django_db
def test_nothing_is_nothing():
    assert caps.read([]) == {}
    reserve([])
    caps.release([])
    assert not CapUse.objects.exists()


@pytest.mark.django_db
def test_who_was_overtaken_reserves_nothing():
    reserve([(ORG, "a", use(2))])
    seen, mine = caps.read([(ORG, "a"), (ORG, "b")]), use()
    reserve([(ORG, "a", use(1))])
    with pytest.raises(caps.OVERTAKEN), transaction.atomic():
        caps.reserve([(ORG, "a", mine), (ORG, "b", mine)], seen)
    assert len(read("a")["a"]) == 2
    assert not read("b")


@pytest.mark.django_db
def test_the_first_of_two_that_found_nothing_wins():
    seen = caps.read([(ORG, "a")])
    reserve([(ORG, "a", use())])
    with pytest.raises(caps.OVERTAKEN), transaction.atomic():
        caps.reserve([(ORG, "a", use())], seen)


@pytest.mark.django_db(transaction=True)
def test_many_workers_never_overdraw_a_cap():
    subjects, limit, most = ["s0", "s1", "s2"], 3, []

    def work(seed: int) -> int:
        chance, sent = Random(seed), 0
        try:
            for _ in range(12):
                keys = [(ORG, one) for one in chance.sample(subjects, 2)]
                one = use()
                with suppress(*caps.OVERTAKEN), transaction.atomic():
                    seen = caps.read(keys)
                    taken = [len(row.uses) for row in seen.get(ORG, {}).values()]
                    most.append(max(taken, default=0))
                    sleep(0.003)  # the others come in between, if they can
                    if most[-1] < limit:
                        caps.reserve([(org, subject, one) for org, subject in keys], seen)
                        sent += 1
                if chance.random() < 0.6:
                    with suppress(*caps.OVERTAKEN), transaction.atomic():
                        caps.release([(*key, one.touch_id) for key in reversed(keys)])
        finally:
            connection.close()
        return sent

    with ThreadPoolExecutor(6) as pool:
        sent = sum(pool.map(work, range(6)))
    assert max(most) <= limit <= sent < len(most)  # some were let through, some refused
