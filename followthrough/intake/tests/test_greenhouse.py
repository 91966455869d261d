"""Greenhouse end to end against a simulator of Harvest v3: token, application, notes."""

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from followthrough.core import clock
from followthrough.intake import work, write_backs
from followthrough.intake.ats.greenhouse import mapping
from followthrough.people.models import (
    Anchor,
    Application,
    ContactPoint,
    StageMapping,
    WriteBack,
)
from tests import world

HOOK = json.dumps(
    {
        "action": "candidate_stage_change",
        "payload": {"application": {"id": 7, "candidate": {"id": 5}}},
    }
).encode()
APPLICATION = {
    "id": 7, "candidate_id": 5, "job_id": 3, "status": "active",
    "current_stage": {"id": 11, "name": "Face to Face"},
    "updated_at": "2026-06-03T16:00:00.000Z", "last_activity_at": "2026-06-03T16:30:00.000Z",
    "custom_fields": [{"name_key": "shift", "value": "night"}],
}  # fmt: skip
CANDIDATE = {
    "id": 5, "first_name": "Ada", "last_name": "Obi",
    "phone_numbers": [{"value": "(702) 555-0123", "type": "mobile"}],
    "email_addresses": [{"value": "Ada@example.com", "type": "personal"}],
}  # fmt: skip
JOB = {
    "id": 3, "name": "Line cook", "departments": [{"id": 1, "name": "kitchen"}],
    "offices": [{"id": 2, "name": "Reno", "location": {"name": "1 Main St"}}],
}  # fmt: skip
INTERVIEW = {
    "id": 1, "application_id": 7, "status": "scheduled", "updated_at": "2026-06-03T16:40:00Z",
    "start": {"date_time": "2026-06-05T17:00:00.000Z"},
}  # fmt: skip


class Harvest:
    """What a Greenhouse account holds, answering as Harvest v3 does."""

    def __init__(self, simulator):
        self.simulator, self.tokens = simulator, 0
        self.rows = {
            "applications": [APPLICATION], "candidates": [CANDIDATE], "jobs": [JOB],
            "interviews": [INTERVIEW], "notes": [],
        }  # fmt: skip
        simulator.answers["POST", "/token"] = self.token
        for name in self.rows:
            simulator.answers["GET", f"/v3/{name}"] = self.list
        simulator.answers["POST", "/v3/notes"] = self.add_note

    def token(self, asked):
        expected = "Basic " + base64.b64encode(b"client:secret").decode()
        form = parse_qs(asked["body"].decode())
        if asked["headers"].get("authorization") != expected:
            return 401, {"error": "invalid_client"}
        if form != {"grant_type": ["client_credentials"], "sub": ["42"]}:
            return 400, {"error": "invalid_request"}
        self.tokens += 1
        return 200, {"access_token": f"token-{self.tokens}", "expires_in": 3600}

    def list(self, asked):
        if asked["headers"].get("authorization") != f"Bearer token-{self.tokens}":
            return 401, {"message": "invalid token"}
        name = asked["path"].rsplit("/", 1)[1]
        ((parameter, value),) = asked["query"].items()
        field = "id" if parameter == "ids" else parameter.removesuffix("s")
        wanted = value.split(",")
        return 200, [row for row in self.rows[name] if str(row.get(field)) in wanted]

    def add_note(self, asked):
        self.rows["notes"].append(json.loads(asked["body"]))
        return 201, {"id": len(self.rows["notes"])}


@pytest.fixture
def harvest(simulator):
    return Harvest(simulator)


@pytest.fixture
def greenhouse(db, simulator, harvest):
    found = world.connection(
        world.organization(), kind="greenhouse", base_url=simulator.url,
        credentials={
            "client_id": "client", "client_secret": "secret", "user_id": 42,
            "token_url": f"{simulator.url}/token",
        },
    )  # fmt: skip
    StageMapping.objects.create(
        organization=found.organization, connection=found,
        ats_stage="Face to Face", stage="interview",
    )  # fmt: skip
    return found


@pytest.fixture(autouse=True)
def _noon():
    with clock.at(world.NOON):
        yield


def take_in(arrive, greenhouse):
    clock.advance(timedelta(minutes=1))
    event = arrive(HOOK, source=greenhouse)
    work.work({0: None})
    event.refresh_from_db()
    return event.state, event.outcome


def test_a_stage_change_is_fetched_and_mirrored(greenhouse, arrive):
    assert take_in(arrive, greenhouse) == ("done", "stage changed, interview_start moved")
    application = Application.objects.get()
    assert (application.stage, application.ats_stage) == ("interview", "Face to Face")
    assert application.fields == {"shift": "night"}
    assert application.candidate.name == "Ada Obi"
    assert application.requisition.title == "Line cook"
    assert (application.requisition.family, application.requisition.site.name) == (
        "kitchen", "Reno",
    )  # fmt: skip
    addresses = ContactPoint.objects.order_by("position").values_list("address", flat=True)
    assert list(addresses) == ["+17025550123", "ada@example.com"]
    assert Anchor.objects.get().at == datetime(2026, 6, 5, 17, tzinfo=UTC)


def test_the_token_is_asked_for_once(greenhouse, harvest, arrive):
    take_in(arrive, greenhouse)
    take_in(arrive, greenhouse)
    assert harvest.tokens == 1


def test_wrong_credentials_are_tried_again_since_they_may_be_corrected(greenhouse, arrive):
    greenhouse.credentials["client_secret"] = "wrong"
    greenhouse.save()
    assert take_in(arrive, greenhouse)[0] == "stored"


def test_an_application_we_may_not_see_is_parked_with_the_remedy(greenhouse, harvest, arrive):
    harvest.rows["applications"] = []
    state, outcome = take_in(arrive, greenhouse)
    assert state == "parked"
    assert "permissions" in outcome


@pytest.mark.parametrize("rows", [[], [{**INTERVIEW, "status": "cancelled"}]])
def test_an_interview_that_is_off_clears_the_anchor(greenhouse, harvest, arrive, rows):
    take_in(arrive, greenhouse)
    harvest.rows["interviews"] = rows
    assert take_in(arrive, greenhouse) == ("done", "interview_start moved")
    assert Anchor.objects.get().at is None


@pytest.mark.parametrize(("status", "stage"), [("rejected", "rejected"), ("hired", "hired")])
def test_a_closed_application_is_closed_here(greenhouse, harvest, arrive, status, stage):
    harvest.rows["applications"] = [{**APPLICATION, "status": status}]
    take_in(arrive, greenhouse)
    assert Application.objects.get().stage == stage


def test_a_prospect_without_a_job_is_a_lead_without_a_requisition(greenhouse, harvest, arrive):
    harvest.rows["applications"] = [{**APPLICATION, "job_id": None}]
    take_in(arrive, greenhouse)
    assert Application.objects.get().requisition is None


def test_a_note_is_left_once_even_if_the_answer_was_lost(greenhouse, harvest, arrive):
    take_in(arrive, greenhouse)
    row = WriteBack.objects.create(
        organization=greenhouse.organization, connection=greenhouse,
        application=Application.objects.get(), shard=0, kind="note",
        payload={"text": "Interview confirmed"}, created_at=world.NOON,
    )  # fmt: skip
    write_backs.drain({0: None})
    (note,) = harvest.rows["notes"]
    assert (note["candidate_id"], note["application_id"]) == (5, 7)
    assert note["body"].startswith("Interview confirmed\n")
    row.refresh_from_db()
    assert row.state == "done"
    WriteBack.objects.update(state="waiting", next_try_at=clock.wall().replace(year=2020))
    write_backs.drain({0: None})
    row.refresh_from_db()
    assert (row.state, len(harvest.rows["notes"])) == ("done", 1)


@pytest.mark.parametrize(
    ("interviews", "start"),
    [
        ([], None),
        ([("scheduled", 9), ("scheduled", 5)], 5),
        ([("complete", 2), ("scheduled", 5)], 5),
        ([("complete", 2), ("awaiting_feedback", 4)], 4),
        ([("cancelled", 9)], None),
    ],
)
def test_the_anchor_is_the_next_interview(interviews, start):
    given = [
        {"status": status, "start": {"date_time": f"2026-06-0{day}T17:00:00Z"}}
        for status, day in interviews
    ]
    document = mapping.document(APPLICATION, CANDIDATE, JOB, given, asked_at=world.NOON)
    assert document["anchors"]["interview_start"] == (start and f"2026-06-0{start}T17:00:00+00:00")
