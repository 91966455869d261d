"""The use of caps: remembered, forgotten, given back, and never overdrawn by many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
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
            "at": NOON - timedelta(hours=hours_ago), "touch_id": uuid7(), "channel": "sms",
            "stage": "interview", "purpose": "informational", **given,
        }
    )  # fmt: skip


@pytest.mark.django_db
def test_uses_come_back_as_they_went():
    earlier, later = use(3), use(1, channel="email")
    caps.reserve([(ORG, "a", earlier)])
    caps.reserve([(ORG, "a", later), (ORG, "b", later)])
    assert caps.locked([(ORG, "a"), (ORG, "b"), (ORG, "c"), (ORG, "a")]) == {
        (ORG, "a"): [earlier, later],
        (ORG, "b"): [later],
        (ORG, "c"): [],
    }
    assert CapUse.objects.count() == 3


@pytest.mark.django_db
def test_uses_without_a_purpose_are_read_too():
    CapUse.objects.create(
        organization_id=ORG, subject_key="a", uses=[[NOON.timestamp(), str(uuid7()), "sms", "x"]]
    )
    (found,) = caps.locked([(ORG, "a")])[ORG, "a"]
    assert (found.at, found.purpose) == (NOON, "")


@pytest.mark.django_db
def test_old_uses_are_forgotten_as_new_ones_are_noted():
    caps.reserve([(ORG, "a", use(24 * 8 + 1))])
    kept, new = use(24 * 8 - 1), use()
    caps.reserve([(ORG, "a", kept)])
    caps.reserve([(ORG, "a", new)])
    assert caps.locked([(ORG, "a")])[ORG, "a"] == [kept, new]


@pytest.mark.django_db
def test_what_did_not_go_out_gives_its_room_back():
    stays, goes, also = use(1), use(2), use(3)
    caps.reserve([(ORG, "a", one) for one in (stays, goes, also)] + [(ORG, "b", goes)])
    caps.release([(ORG, "a", goes.touch_id), (ORG, "a", also.touch_id), (ORG, "b", goes.touch_id)])
    caps.release([(ORG, "a", uuid4()), (ORG, "none", uuid4())])
    assert caps.locked([(ORG, "a"), (ORG, "b")]) == {(ORG, "a"): [stays], (ORG, "b"): []}


@pytest.mark.django_db
def test_organizations_do_not_share_room():
    caps.reserve([(ORG, "a", use())])
    assert caps.locked([(UUID(int=6), "a")]) == {(UUID(int=6), "a"): []}


@pytest.mark.django_db
def test_nothing_is_nothing():
    assert caps.locked([]) == {}
    caps.reserve([])
    caps.release([])
    assert not CapUse.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_workers_never_overdraw_a_cap_and_never_deadlock():
    subjects, limit, most = ["s0", "s1", "s2"], 3, []

    def work(seed: int) -> int:
        chance, sent = Random(seed), 0
        try:
            for _ in range(12):
                keys = [(ORG, one) for one in chance.sample(subjects, 2)]
                one = use()
                with transaction.atomic():
                    found = caps.locked(keys)
                    most.append(max(len(uses) for uses in found.values()))
                    sleep(0.003)  # the others come in between, if they can
                    if most[-1] < limit:
                        caps.reserve([(org, subject, one) for org, subject in keys])
                        sent += 1
                if chance.random() < 0.6:
                    with transaction.atomic():
                        caps.release([(*key, one.touch_id) for key in reversed(keys)])
        finally:
            connection.close()
        return sent

    with ThreadPoolExecutor(6) as pool:
        sent = sum(pool.map(work, range(6)))
    assert max(most) <= limit <= sent < len(most)  # some were let through, some refused
