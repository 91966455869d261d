"""What the seeded company is to be: the same plans for the same number, and nobody's data."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import phonenumbers
import pytest

from followthrough.conversations import understanding
from followthrough.conversations.models import Handoff
from followthrough.core.zones import local
from followthrough.demo.models import Seeding
from followthrough.demo.seed import (
    answers,
    company,
    days,
    founding,
    ground,
    names,
    people,
    plant,
    publishing,
    rota,
    script,
)
from followthrough.demo.seed.lately import SCENES
from followthrough.demo.seed.script import Story
from followthrough.demo.tests.present import check_present, played
from followthrough.governance.models import Policy
from followthrough.journeys import documents
from followthrough.web import permissions
from tests import world

UNTIL = datetime(2026, 6, 10, 18, 20, tzinfo=UTC)  # a Wednesday, 11:20 in Reno
LATE, SUNDAY = UNTIL + timedelta(hours=10), datetime(2026, 6, 14, 9, 40, tzinfo=UTC)


def stories(until: datetime = UNTIL, *, applications: int = plant.APPLICATIONS) -> list[Story]:
    return script.stories(seed=plant.SEED, applications=applications, until=until)


def stages(story: Story) -> list[str]:
    return [step.parts["stage"] for step in story.steps if "stage" in step.parts]


# --- the plan ----------------------------------------------------------------------------------


def test_the_same_number_gives_the_same_stories() -> None:
    assert stories() == stories()
    assert stories() != script.stories(seed=6, applications=plant.APPLICATIONS, until=UNTIL)


def test_within_a_day_only_what_is_new_is_different() -> None:
    earlier = UNTIL - timedelta(hours=5)
    both = list(zip(stories(earlier), stories(UNTIL), strict=True))[len(SCENES) :]
    known = [pair for pair in both if pair[1].steps[0].at < earlier - timedelta(days=1)]
    assert len(known) > 300
    for pair in known:
        one, other = ([step for step in story.steps if step.at <= earlier] for story in pair)
        assert one == other


@pytest.mark.parametrize("until", [UNTIL, LATE, SUNDAY])
def test_the_past_lies_in_the_past(until: datetime) -> None:
    for story in stories(until):
        times = [step.at for step in story.steps]
        assert times == sorted(times)
        assert days.begin(until) <= times[0]
        assert times[-1] <= until


def test_people_apply_in_all_eight_weeks_and_less_on_weekends() -> None:
    arrived = [local(story.steps[0].at, days.HOME) for story in stories()[len(SCENES) :]]
    weeks = Counter((days.today(UNTIL) - at.date()).days // 7 for at in arrived)
    assert sorted(weeks) == list(range(8))
    lately, before = (sum(weeks[back] for back in half) for half in (range(4), range(4, 8)))
    assert lately > 1.2 * before
    weekdays = Counter(at.weekday() for at in arrived)
    assert sum(weekdays[day] for day in (5, 6)) / 2 < sum(weekdays[day] for day in range(5)) / 5


def test_applications_end_in_every_way() -> None:
    told = stories()
    assert {stage for story in told for stage in stages(story)} >= {
        "Applied", "Phone screen", "Interview", "Offer", "Background check", "Hired", "Rejected",
        "Withdrawn", "Talent pool",
    }  # fmt: skip
    assert {story.opening.family for story in told} == {"retail", "warehouse", "office"}
    last = Counter(stages(story)[-1] for story in told)
    assert min(last[end] for end in ("Hired", "Rejected", "Withdrawn")) >= 30
    assert set(answers.ABOUT_INTERVIEW) == {one.answer for story in told for one in story.meetings}
    assert last["Talent pool"] <= 4


def test_some_do_not_come_and_get_another_time_or_give_up() -> None:
    rebooked = gave_up = 0
    for story in stories():
        interview = None
        for step in story.steps:
            before, interview = interview, step.parts.get("anchors", {}).get("interview_start")
            missed = before and step.at > datetime.fromisoformat(before)
            rebooked += bool(missed and before != interview)
            gave_up += bool(missed and step.parts.get("stage") == "Withdrawn")
    assert rebooked >= 8
    assert gave_up >= 3


def test_an_anchor_once_set_stays_until_it_is_moved() -> None:
    for story in stories():
        seen: dict[str, str] = {}
        for step in story.steps:
            assert seen.keys() <= step.parts["anchors"].keys()
            seen = step.parts["anchors"]


# --- the people --------------------------------------------------------------------------------


def test_numbers_and_addresses_are_nobodys() -> None:
    cast = {story.person.id: story.person for story in stories()}.values()
    written = [person.phone for person in cast if person.phone]
    readable = [one for one in written if one not in people.UNREADABLE.values()]
    assert len(written) - len(readable) == len(people.UNREADABLE)
    assert len(readable) - len(set(readable)) == len(people.HOUSEHOLDS)
    for one in readable:
        number = phonenumbers.parse(one, "US")
        assert phonenumbers.is_valid_number(number)
        assert 5550100 <= number.national_number % 10_000_000 <= 5550199
    hosts = {person.email.rpartition("@")[2] for person in cast if person.email}
    assert hosts <= set(people.MAIL_HOSTS)
    assert {one.email.rpartition("@")[2] for one in company.TEAM} == {"northwind.example"}


def test_names_come_from_many_places_and_belong_together() -> None:
    cast = {story.person.id: story.person for story in stories()}
    assert len({person.name for person in cast.values()}) == len(cast)
    assert all(
        any(
            person.given_name in one.given and person.family_name in one.family
            for one in (*names.CULTURES, names.LATIN)
        )
        for person in cast.values()
    )
    spanish = [person for person in cast.values() if person.locale == "es"]
    assert len(cast) / 10 < len(spanish) < len(cast) / 3


def test_some_have_two_applications_for_different_openings_at_one_site() -> None:
    by_person: dict[str, list[Story]] = {}
    for story in stories():
        by_person.setdefault(story.person.id, []).append(story)
    double = [theirs for theirs in by_person.values() if len(theirs) > 1]
    assert len(double) == len(script.APPLIED_AGAIN)
    for one, other in double:
        assert one.opening.place is other.opening.place
        assert one.opening is not other.opening


def test_those_who_share_a_telephone_live_in_one_place() -> None:
    homes: dict[str, set[str]] = {}
    for story in stories():
        homes.setdefault(story.person.phone or story.person.id, set()).add(story.opening.place.id)
    assert all(len(places) == 1 for places in homes.values())


# --- what they write ---------------------------------------------------------------------------

MEANT = {
    "YES": ("confirmation", {"confirmed"}),
    "NO": ("confirmation", {"declined", "unclear"}),
    "QUESTIONS": ("confirmation", {"unclear"}),
    "STOPS": (None, {"opt_out"}),
    "DOUBTFUL": (None, {"ambiguous_stop"}),
    "TIMES": (None, {"unclear"}),
    "THANKS": (None, {"nothing"}),
    "HELP": (None, {"help"}),
}


@pytest.mark.parametrize("name", MEANT)
def test_what_they_write_is_read_as_it_is_meant(name: str) -> None:
    ask, kinds = MEANT[name]
    texts = [text for theirs in getattr(answers, name).values() for text in theirs]
    assert {understanding.read(text, ask=ask).kind for text in texts} == kinds


# --- who works there ---------------------------------------------------------------------------


def test_everybody_has_a_role_and_every_site_its_coordinator() -> None:
    assert {one.role for one in company.TEAM} == set(permissions.COLUMNS)
    places = {opening.place for opening in company.OPENINGS}
    assert {one.place for one in company.TEAM if one.role == "coordinator"} == places


@pytest.mark.parametrize("reason", Handoff.Reason.values)
def test_whoever_sees_to_it_may_and_works_for_that_site_or_team(reason: str) -> None:
    for story in stories():
        keeper = rota.keeper(story, reason)
        assert "talk" in permissions.of(keeper.role)
        assert keeper.place in (None, story.opening.place)
        assert not keeper.teams or story.opening.team in keeper.teams


def test_what_is_overdue_when_the_demo_opens_was_left_so_on_purpose() -> None:
    shift, chance = rota.Rota(UNTIL), Random(1)
    story = next(one for one in stories() if one.scene is None)
    for hours in (0.2, 0.5, 1, 2, 3.9, 5, 9, 15, 30, 400):
        opened = UNTIL - timedelta(hours=hours)
        handoff = Handoff(opened_at=opened, due_at=opened + timedelta(hours=4))
        seen = [shift.seen_at(handoff, story, chance) for _ in range(20)]
        assert all(opened < at <= UNTIL for at in seen if at)
        assert None not in seen or handoff.due_at > UNTIL
    assert shift.waiting == rota.OVERLOOKED


# --- what was published ------------------------------------------------------------------------


def test_the_second_version_differs_in_what_it_names_and_in_nothing_else() -> None:
    first = documents.read_yaml((founding.MAPS / "retail.yaml").read_text())
    change = {"touches": {"interview_nudge": {"trigger": {"no_reply": {"within": "PT16H"}}}}}
    second = publishing.changed(first, change)
    changed = [key for key, touch in first.touches.items() if second.touches[key] != touch]
    assert changed == ["interview_nudge"]
    assert second.touches["interview_nudge"].trigger.no_reply.to == "interview_confirm"


# --- the present -------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_on_a_sunday_night_it_is_a_desk_as_well() -> None:
    played(SUNDAY, applications=len(SCENES))
    check_present(SUNDAY)


# --- the ground it stands on -------------------------------------------------------------------


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
