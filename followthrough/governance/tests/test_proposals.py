"""A policy that allows more waits for a second person, where the one in force says so."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connection

from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.governance import policies, proposals
from followthrough.governance.documents import PolicyError
from followthrough.governance.models import Policy, PolicyProposal
from tests import world

pytestmark = pytest.mark.django_db

ANN, BOB = "0190-ann", "0190-bob"


@pytest.fixture
def organization():
    return world.organization()


def document(**changed):
    return {**policies.default_document(), "two_to_loosen": True, **changed}


def publish(organization, given, author=ANN, **more):
    return policies.publish(
        organization=organization, document=given, author_id=author, at=clock.now(), **more
    )


def propose(organization, given, author=ANN, **more):
    return proposals.propose(
        organization=organization, document=given, author_id=author, at=clock.now(), **more
    )


def verbs():
    return list(Fact.objects.order_by("id").values_list("verb", "actor_id"))


def test_one_alone_may_allow_less_and_not_more(organization):
    publish(organization, document())
    publish(organization, document(reply_minutes=10))
    with pytest.raises(policies.NeedsSecondPerson) as problem:
        publish(organization, document(reply_minutes=30))
    assert problem.value.parts == (("reply", ""),)
    with pytest.raises(policies.NeedsSecondPerson):
        publish(organization, document(reply_minutes=30), second_id=ANN)
    with pytest.raises(policies.NeedsSecondPerson):  # nor is the second person done away with
        publish(organization, document(reply_minutes=10, two_to_loosen=False))
    assert Policy.objects.count() == 2


def test_without_that_rule_one_may(organization):
    publish(organization, document(two_to_loosen=False))
    publish(organization, document(two_to_loosen=False, reply_minutes=60))
    assert policies.of(organization.id).number == 2


def test_a_second_person_approves_and_both_are_on_record(organization):
    publish(organization, document(reply_minutes=10))
    waiting = propose(organization, document(reply_minutes=30))
    with pytest.raises(proposals.NotNow, match="written by you"):
        proposals.approve(waiting, by=ANN, at=clock.now())
    published = proposals.approve(waiting, by=BOB, at=clock.now())
    assert (published.number, published.author_id, published.second_id) == (2, ANN, BOB)
    assert policies.of(organization.id).reply_within.total_seconds() == 1800
    assert verbs() == [
        ("published_policy", ANN), ("proposed_policy", ANN),
        ("approved_policy_proposal", BOB), ("published_policy", ANN),
    ]  # fmt: skip
    with pytest.raises(proposals.NotNow, match="no longer waits"):
        proposals.approve(waiting, by=BOB, at=clock.now())


def test_what_was_made_from_an_older_policy_is_not_approved(organization):
    publish(organization, document(reply_minutes=10))
    waiting = propose(organization, document(reply_minutes=30))
    publish(organization, document(reply_minutes=5))
    with pytest.raises(proposals.NotNow, match="version 2 is in force"):
        proposals.approve(waiting, by=BOB, at=clock.now())
    assert proposals.close(waiting, by=BOB, at=clock.now())
    assert not proposals.close(waiting, by=BOB, at=clock.now())
    waiting.refresh_from_db()
    assert waiting.state == "refused"


def test_a_newer_proposal_takes_the_place_of_the_one_that_waits(organization):
    first = propose(organization, document(reply_minutes=30))
    second = propose(organization, document(reply_minutes=45), author=BOB)
    first.refresh_from_db()
    assert (first.state, first.closed_by) == ("withdrawn", BOB)
    assert proposals.waiting(organization.id) == second
    with pytest.raises(IntegrityError):
        PolicyProposal.objects.filter(id=first.id).update(state="open")


def test_what_could_not_be_published_cannot_be_proposed(organization):
    with pytest.raises(PolicyError):
        propose(organization, document(reply_minutes=-1))


def test_what_was_made_from_an_older_policy_is_neither_published_nor_proposed(organization):
    publish(organization, document(reply_minutes=10), base=0)
    with pytest.raises(policies.Outdated, match="from version 0, and version 1 is in force"):
        publish(organization, document(reply_minutes=5), base=0)
    with pytest.raises(policies.Outdated):
        propose(organization, document(reply_minutes=30), base=0)
    assert publish(organization, document(reply_minutes=5), base=1).number == 2
    assert propose(organization, document(reply_minutes=30), base=2).base == 2


def test_what_says_the_same_is_no_version(organization):
    day = clock.now().date()
    publish(organization, document(reply_minutes=10), review_on=day)
    with pytest.raises(policies.Unchanged, match="says the same as version 1"):
        publish(organization, document(reply_minutes=10), review_on=day)
    later = publish(organization, document(reply_minutes=10), review_on=day.replace(year=2030))
    assert (later.number, later.review_on.year) == (2, 2030)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_from_one_version_one_is_told(organization):
    publish(organization, document(reply_minutes=20))
    told = []

    def tighten(changed):
        try:
            publish(organization, document(**changed), base=1)
            told.append("published")
        except policies.Outdated:
            told.append("outdated")
        finally:
            connection.close()

    tightened = ({"reply_minutes": 5}, {"reply_minutes": 20, "spread_minutes": 30})
    threads = [threading.Thread(target=tighten, args=(one,)) for one in tightened]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(told) == ["outdated", "published"]
    assert Policy.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_approve_at_once_publish_once(organization):
    publish(organization, document(reply_minutes=10))
    waiting, told = propose(organization, document(reply_minutes=30)), []

    def approve(by):
        try:
            proposals.approve(PolicyProposal.objects.get(id=waiting.id), by=by, at=clock.now())
            told.append("published")
        except proposals.NotNow:
            told.append("not now")
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=(by,)) for by in (BOB, "0190-cy")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(told) == ["not now", "published"]
    assert Policy.objects.count() == 2


def test_a_review_keeps_the_policy_and_names_who_looked(organization):
    policy = publish(organization, document(), review_on=clock.now().date())
    policies.review(policy, by=BOB, again_on=clock.now().date().replace(year=2030), at=clock.now())
    policy.refresh_from_db()
    assert policy.review_on.year == 2030
    assert verbs()[-1] == ("reviewed_policy", BOB)
