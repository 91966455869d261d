"""The seeded history: the same for the same number, and made by the product itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import phonenumbers
import pytest
from django.core.management import call_command

from config.worker import load_duties
from followthrough.core import clock
from followthrough.demo.models import AtsApplication, AtsEvent, Seeding
from followthrough.demo.seed import company, ground, people, plant, script
from followthrough.governance.models import Policy
from followthrough.intake.models import RawEvent
from followthrough.messages.models import Message, Receipt, Touch
from followthrough.people.models import Application, ContactPoint, WriteBack
from tests import world

UNTIL = datetime(2026, 6, 10, 18, 20, tzinfo=UTC)  # a Wednesday


def test_the_same_number_gives_the_same_stories() -> None:
    first = script.stories(seed=5, applications=60, until=UNTIL)
    assert first == script.stories(seed=5, applications=60, until=UNTIL)
    assert first != script.stories(seed=6, applications=60, until=UNTIL)


def test_a_full_history_is_believable() -> None:
    stories = script.stories(seed=plant.SEED, applications=300, until=UNTIL)
    steps = [step for story in stories for step in story.steps]
    assert max(step.at for step in steps) <= UNTIL
    assert {story.opening.family for story in stories} == {"retail", "warehouse", "office"}
    assert {part["stage"] for step in steps if (part := step.parts) and "stage" in part} >= {
        "Applied", "Phone screen", "Interview", "Offer", "Background check", "Hired", "Rejected",
        "Withdrawn", "Talent pool",
    }  # fmt: skip
    assert len({story.person.name for story in stories}) == 300


def test_numbers_and_addresses_are_nobodys() -> None:
    stories = script.stories(seed=plant.SEED, applications=300, until=UNTIL)
    phones = [story.person.phone for story in stories if story.person.phone]
    readable = [one for one in phones if "O" not in one]
    assert len(phones) - len(readable) == 1
    assert len(readable) - len(set(readable)) == 1  # one household shares one
    for one in readable:
        number = phonenumbers.parse(one, "US")
        assert phonenumbers.is_valid_number(number)
        assert 5550100 <= number.national_number % 10_000_000 <= 5550199
    hosts = {story.person.email.rpartition("@")[2] for story in stories if story.person.email}
    assert hosts <= set(people.MAIL_HOSTS)


def seed(applications: int = 14) -> None:
    load_duties()
    plant.plant(say=lambda _: None, applications=applications, until=UNTIL)


def outcome() -> dict[str, Any]:
    """What a seeding made, without the keys that are new each time."""
    touches = Touch.objects.values_list("application__external_id", "key", "occurrence", "state")
    # On a busy machine a decision may grow too old and be made again: that is no outcome.
    left = Message.objects.exclude(delivery="not_sent")
    messages = left.values_list("application__external_id", "direction", "body", "at")
    return {
        "stages": sorted(Application.objects.values_list("external_id", "stage")),
        "touches": sorted((*row[:2], row[3]) for row in touches),
        "messages": sorted(messages, key=str),
    }


@pytest.mark.django_db(transaction=True)
def test_seeding_goes_through_the_product_and_ends_the_same_each_time() -> None:
    seed()
    first = outcome()
    assert not RawEvent.objects.exclude(state="done").exists()
    assert (
        RawEvent.objects.filter(kind="ats").count()
        == AtsEvent.objects.filter(kind="webhook").count()
    )
    ended = Touch.objects.exclude(state="planned")
    receipted = set(Receipt.objects.values_list("touch_id", flat=True))
    assert {one.id for one in ended} <= receipted
    assert not Touch.objects.filter(state="planned", due_at__lte=UNTIL).exists()
    assert not WriteBack.objects.exclude(state="done").exists()
    assert ContactPoint.objects.filter(usable=False).count() == 1
    assert Message.objects.filter(direction="in").exists()
    assert Seeding.objects.get().applications == AtsApplication.objects.count() == 14
    assert clock.shift() == timedelta()
    call_command("flush", interactive=False, verbosity=0)
    seed()
    second = outcome()
    for name in first:
        assert sorted(set(first[name]) ^ set(second[name]), key=str) == []


@pytest.mark.django_db
def test_somebody_elses_database_is_left_alone() -> None:
    world.organization()
    with pytest.raises(plant.NotOurs):
        plant.planted()
    with pytest.raises(plant.NotOurs):
        ground.clear()


@pytest.mark.django_db
def test_a_seeding_that_was_cut_short_is_noticed() -> None:
    assert not ground.half_seeded()
    world.organization(slug=company.SLUG)
    assert ground.half_seeded()
    Seeding.objects.create(number=1, applications=1, done_at=UNTIL)
    assert not ground.half_seeded()
    assert not Policy.objects.exists()
