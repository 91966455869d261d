"""The page of a preview: its steps, who may see whom, and replays started from it."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from followthrough.accounts.models import Member, User
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.core.zones import local
from followthrough.journeys import shadows, versions
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import Draft, MessageMap
from followthrough.people.models import Application, Requisition
from followthrough.runs import engine, jobs
from followthrough.runs.replay import preview
from followthrough.runs.replay.invented import Invented
from followthrough.runs.replay.life import Life, Visit
from followthrough.web.console.preview.someone import openings_of
from followthrough.web.console.preview.steps import Ground, events_of, visits
from followthrough.web.console.preview.steps import read as read_steps
from tests import world
from tests.company import changed
from tests.properties.life import Life as Company
from tests.properties.life import lived

pytestmark = pytest.mark.django_db
ZONE = "America/Los_Angeles"
ADA = Invented("Ada", "en", ZONE)
INTERVIEW = world.NOON + timedelta(days=5, hours=4)  # at two in the afternoon


@pytest.fixture
def life():
    with lived() as made:
        yield made


def document(life: Company):
    return versions.document(life.company.versions["associates"].id)


def minute(at):
    return at.strftime("%d %H:%M")


# --- its steps -----------------------------------------------------------------------------------


def step(number: int, **given: Any) -> dict[str, str]:
    """What the page is asked of one step; a pair is so many days later, at a time."""
    found = {"ended": "hired"}
    for name, value in given.items():
        start = "" if name == "after" else f"{name}-"
        days, at = value if isinstance(value, tuple) else ("", "")
        pair = {f"{start}days": str(days), f"{start}time": at}
        row = pair if isinstance(value, tuple) else {name: value}
        found |= {f"s{number}-{key}": one for key, one in row.items()}
    return found


def asked(document: MapDocument, data: dict[str, str] | None = None, **given: Any) -> list[Visit]:
    """The visits that an address asks for."""
    ground = Ground(document, ZONE, clock.now(), **given)
    steps = read_steps(data or {}, ground, ends=(data or {}).get("ends", "hired"))
    assert all(one.is_valid() for one in steps), [one.errors for one in steps]
    return visits(steps)


def test_nobody_asked_for_anything_and_a_whole_life_is_lived(life):
    """From the first stage of the map to the end that is wanted, on workdays, after interviews."""
    hired = asked(document(life))
    assert [one.stage for one in hired] == ["applied", "screen", "interview", "hired"]
    assert hired[0].at == clock.now()
    assert all(local(one.at, ZONE).weekday() < 5 for one in hired)
    (interview,) = hired[2].anchors.values()
    assert hired[2].at < interview < hired[3].at
    assert [one.stage for one in asked(document(life), {"ends": "withdrawn"})] == [
        "applied", "screen", "interview", "withdrawn",
    ]  # fmt: skip
    real = asked(document(life), present="screen", since=world.NOON - timedelta(days=2))
    assert [one.stage for one in real] == ["screen", "interview", "hired"]
    assert (real[0].since, real[0].at) == (world.NOON - timedelta(days=2), clock.now())
    assert [one.stage for one in asked(document(life), present="rejected")] == ["rejected"]
    known = asked(document(life), present="screen", anchors={"interview_start": INTERVIEW})
    assert not any(one.anchors for one in known)
    late = {"interview_start": INTERVIEW + timedelta(days=20)}
    assert asked(document(life), present="interview", anchors=late)[1].at > late["interview_start"]


def test_steps_are_added_taken_away_and_begun_anew_for_another_end(life):
    two = step(0, stage="applied") | step(1, stage="interview", after=(2, "09:00"))
    _first, second = asked(document(life), two)
    assert minute(local(second.at, ZONE)) == "05 09:00"
    assert second.anchors  # a stage that was chosen brings the times that its messages wait for
    bare = two | step(1, stage="interview", after=(2, "09:00"), interview_start=("", ""))
    assert not asked(document(life), bare)[1].anchors
    stages = [one.stage for one in asked(document(life), two | {"after": "0"})]
    assert stages == ["applied", "screen", "interview"]
    assert [one.stage for one in asked(document(life), two | {"without": "0"})] == ["interview"]
    here = two | {"without": "0"}
    assert len(asked(document(life), here, present="applied")) == 2  # where they are, they are
    assert len(asked(document(life), two | {"ends": "rejected"})) == 4
    earlier = step(0, stage="applied", at="2020-01-01T09:00")
    assert asked(document(life), earlier)[0].at == clock.now()


@pytest.mark.parametrize("trigger", ["event", "manual"])
def test_what_a_map_waits_for_is_reported_an_hour_after_the_interview(life, trigger):
    waits = {"event": {"name": "visit.missed"}} if trigger == "event" else {"manual": {}}
    raw = changed(document(life).dump(), {"stages.interview.touches.3.trigger": waits})
    map, changed_one = life.company.maps["associates"], MapDocument.model_validate(raw)
    key = raw["stages"]["interview"]["touches"][3]["key"]
    name = "visit.missed" if trigger == "event" else f"by_hand:{key}"
    assert list(events_of(changed_one, "interview")) == [name]
    data = step(0, stage="interview", **{"event-name": name}, interview_start=(5, "14:00"))
    wanted = asked(changed_one, data)
    found = preview.of_invented(map, changed_one, ADA, Life(wanted), now=clock.now())
    steps = found.steps
    heard = next(place for place, one in enumerate(steps) if one.verdict == "heard")
    assert steps[heard].at == INTERVIEW + timedelta(hours=1)
    assert key not in [one.key for one in steps[:heard]]
    assert (steps[heard + 1].key, steps[heard + 1].at) == (key, steps[heard].at)
    silent = Life([wanted[0]._replace(event="")])
    never = preview.of_invented(map, changed_one, ADA, silent, now=clock.now())
    assert key not in [one.key for one in never.steps]
    assert not events_of(document(life), "interview")


# --- what it shows -------------------------------------------------------------------------------


def signed_in(life: Company, role: str = "operations") -> Client:
    user = User.objects.create(email=f"{role}@northwind.example", name="Maya")
    Member.objects.create(user=user, organization=life.company.organization, role=role)
    client = Client()
    client.force_login(user)
    return client


def test_the_page_shows_each_message_with_its_checks(life, django_assert_max_num_queries):
    client = signed_in(life)
    life.ats("app-1", stage="New")
    engine.drain()
    page = reverse("preview-map", args=[life.company.maps["associates"].id])
    with django_assert_max_num_queries(40):
        found = client.get(page, {"answers": "yes"}).content.decode()
    assert "Can you make it? Reply OK or NO." in found
    assert "their answer to" in found
    one = Application.objects.get()
    found = client.get(page, {"application": str(one.id)}).content.decode()
    assert "Zuleika" in found
    assert client.get(page, {"application": str(world.NOON)}).status_code == 404
    assert "Zuleika" in client.get(page, {"q": "zuleika"}).content.decode()


def test_a_map_in_shadow_says_so(life):
    client, map = signed_in(life), life.company.maps["associates"]
    page = reverse("preview-map", args=[map.id])
    assert "in shadow" not in read(client, page)
    shadows.begin(
        organization_id=map.organization_id, subject_kind=shadows.MAP, subject_id=map.id,
        by="member:1", at=clock.now(),
    )  # fmt: skip
    assert "This map is in shadow now" in read(client, page)


def test_whoever_enters_now_gets_the_first_word_though_time_passes(life, monkeypatch):
    """Each look at the clock is later than the one before, as it is in reality."""
    passed = count(1)
    monkeypatch.setattr(clock, "now", lambda: world.NOON + timedelta(milliseconds=next(passed)))
    page = reverse("preview-map", args=[life.company.maps["associates"].id])
    found = signed_in(life).get(page)
    first = found.context["stretches"][0]
    assert [one.step.key for one in first.steps] == ["thanks"]


def test_the_page_keeps_what_it_was_asked(life):
    client, map = signed_in(life), life.company.maps["associates"]
    page = reverse("preview-map", args=[map.id])
    Draft.objects.create(
        organization=map.organization, map=map, document=document(life).dump(),
        edited_at=clock.now(),
    )  # fmt: skip
    found = read(client, page, {"version": "1", "zone": "kathmandu"})
    assert "A whole life through version 1" in found
    assert '<input type="hidden" name="version" value="1">' in found
    assert "Kathmandu (Asia/Kathmandu)" in found
    assert 'name="version"' not in read(client, page)
    assert "Would be sent" in found
    added = read(client, page, step(0, stage="applied") | {"after": "0"})
    assert 'name="s1-stage"' in added
    assert '<details class="fold" id="steps" open>' in added


def test_a_misspelt_question_is_told_and_decides_nothing(life):
    client = signed_in(life)
    page = reverse("preview-map", args=[life.company.maps["associates"].id])
    for wrong in (
        {"zone": "Moon/Base"}, {"ends": "never"}, {"answers": "maybe"}, step(0, stage="nowhere"),
        step(0, stage="applied", at="soon"),
        step(0, stage="applied") | step(1, stage="screen", after=(-1, "10:00")),
        step(0, stage="applied") | step(1, stage="screen", after=(1, "noon")),
    ):  # fmt: skip
        found = client.get(page, wrong)
        assert found.status_code == 200
        assert "would go out" not in found.content.decode()
    assert 'id="steps" open' in read(client, page, step(0, stage="applied", at="soon"))


def test_a_no_calls_a_person_and_the_page_says_how_long_it_is_silent(life):
    client, map = signed_in(life), life.company.maps["associates"]
    page = reverse("preview-map", args=[map.id])
    found = read(client, page, {"answers": "no"})
    assert "A person takes over" in found
    assert "The candidate said no. Automation is silent" in found
    assert "A person takes over" not in read(client, page, {"answers": "yes"})


def test_an_opening_is_chosen_and_texts_name_the_time_there(life):
    client, map = signed_in(life), life.company.maps["associates"]
    life.ats("app-1", stage="New")
    engine.drain()
    (ours,) = Requisition.objects.all()
    there = world.site(map.organization, name="Columbus", external_id="c", zone="America/New_York")
    other = Requisition.objects.create(
        organization=map.organization, connection=ours.connection, external_id="c",
        title="A first title", site=there,
    )  # fmt: skip
    assert [one.id for one in openings_of(map)] == [ours.id, other.id]
    text = {"sms": {"en": {"body": "Come {{ interview_start | local_time }}. Reply OK or NO."}}}
    raw = changed(document(life).dump(), {"stages.interview.touches.0.content": text})
    Draft.objects.create(
        organization=map.organization, map=map, document=raw, edited_at=clock.now()
    )
    page = reverse("preview-map", args=[map.id])
    about = {"zone": "America/Phoenix", "opening": str(other.id)}
    asked = about | step(0, stage="interview", interview_start=(5, "09:30"))
    found = read(client, page, asked)
    assert "Texts name the time at the site, Columbus" in found
    assert "A first title · Columbus</option>" in found
    assert "Come Mon, Jun 8, 12:30 PM." in found
    found = read(client, page, asked | {"zone": " columbus"})  # as their site is called
    assert "Texts name the time at the site" not in found
    assert "Come Mon, Jun 8, 9:30 AM." in found
    assert "would go out" not in read(client, page, asked | {"opening": str(map.id)})


# --- replays -------------------------------------------------------------------------------------


def test_replays_are_started_watched_and_cancelled_by_who_writes_maps(life):
    client, map = signed_in(life), MessageMap.objects.get()
    assert client.get(reverse("start-replay", args=[map.id])).status_code == 200
    answer = client.post(reverse("start-replay", args=[map.id]), {"what": "1", "days": "30"})
    replay = map.replays.get()
    assert answer["Location"] == reverse("replay", args=[replay.id])
    assert "Waits for its turn" in client.get(answer["Location"]).content.decode()
    client.post(reverse("cancel-replay", args=[replay.id]))
    assert "Cancelled" in client.get(answer["Location"]).content.decode()
    reader = signed_in(life, "read_only")
    assert reader.post(reverse("start-replay", args=[map.id])).status_code == 403
    assert reader.get(answer["Location"]).status_code == 200


def test_a_new_map_is_tried_on_the_people_of_another_or_of_a_family(life):
    client, map = signed_in(life), MessageMap.objects.get()
    life.ats("app-1", stage="New")
    engine.drain()
    new = MessageMap.objects.create(organization=map.organization, name="New", slug="new")
    raw = document(life).dump()
    Draft.objects.create(
        organization=map.organization, map=new, document=raw, edited_at=clock.now()
    )
    start = reverse("start-replay", args=[new.id])
    assert "Nobody ran through this map" in client.get(start).content.decode()
    with clock.at(world.NOON + timedelta(hours=1)):
        asked = {"what": "draft", "days": "30", "whose": f"map:{map.id}"}
        other = client.post(start, asked)
        assert client.post(start, asked)["Location"] == other["Location"]
        jobs.drain()
        done = new.replays.get()
        assert (done.of_map, done.family, done.total) == (map, "", 1)
        assert f"to 1 person who ran through {map.name}, over 30 days" in (
            client.get(other["Location"]).content.decode()
        )
        family = client.post(start, asked | {"whose": "family:retail"})
        jobs.drain()
        assert "to 1 person in the job family Retail, over" in (
            client.get(family["Location"]).content.decode()
        )
        for nobody in (f"map:{uuid7()}", "family:nursing", "map:x", "everybody"):
            assert client.post(start, asked | {"whose": nobody})["Location"] == start
        assert new.replays.count() == 2


def test_who_previews_or_tries_a_draft_goes_back_to_it(life):
    client, map = signed_in(life), MessageMap.objects.get()
    board, shown = reverse("edit-map", args=[map.id]), reverse("map", args=[map.id])
    pages = [reverse(name, args=[map.id]) for name in ("preview-map", "start-replay")]
    assert all(f'<p class="soft"><a href="{shown}">' in read(client, page) for page in pages)
    raw = document(life).dump() | {"name": "Another"}
    Draft.objects.create(
        organization=map.organization, map=map, document=raw, edited_at=clock.now()
    )
    assert all(f'<p class="soft"><a href="{board}">' in read(client, page) for page in pages)
    assert f'<p class="soft"><a href="{shown}">' in read(client, f"{pages[0]}?version=1")
    tried = {what: client.post(pages[1], {"what": what, "days": "7"}) for what in ("draft", "1")}
    assert f'<p class="soft"><a href="{board}">' in read(client, tried["draft"]["Location"])
    assert f'<p class="soft"><a href="{shown}">' in read(client, tried["1"]["Location"])
    assert board not in read(signed_in(life, "read_only"), pages[0])


def read(client: Client, page: str, asked: dict[str, str] | None = None) -> str:
    return client.get(page, asked or {}).content.decode()
