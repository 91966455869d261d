"""A map with somebody under way, and a draft of its next version."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from followthrough.accounts.models import Member, Organization
from followthrough.audit.facts import SYSTEM
from followthrough.core import clock
from followthrough.journeys import drafts, engine, plans, versions
from followthrough.journeys.events import State
from followthrough.journeys.models import Draft, MessageMap, Run, RunMove
from followthrough.journeys.tests.builders import a_map
from followthrough.people.models import StageChange
from followthrough.runs import advance, effects
from followthrough.runs.effects import Gathered
from followthrough.web.console.tests.conftest import member_of, signed_in
from tests import world

STAGES: dict[str, Any] = {
    "applied": {"touches": [
        {"key": "thanks", "trigger": {"stage_entered": {}}},
        {"key": "still_here", "trigger": {"stalled": {"for": "P5D"}}},
    ]},
    "interview": {"touches": [{"key": "invite", "trigger": {"stage_entered": {}}}]},
}  # fmt: skip
LATER = deepcopy(STAGES)
LATER["applied"]["touches"][1]["trigger"]["stalled"]["for"] = "P6D"
LATER["interview"]["touches"][0]["key"] = "welcome_in"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with clock.at(world.NOON):
        yield


@pytest.fixture
def maya(organization: Organization) -> Member:
    return member_of(organization)


@pytest.fixture
def browser(maya: Member) -> Client:
    return signed_in(maya)


@pytest.fixture
def stores(organization: Organization) -> MessageMap:
    return made(organization)


@pytest.fixture
def run(stores: MessageMap) -> Run:
    return running(stores)


def made(organization: Organization) -> MessageMap:
    """A map with one version."""
    found = MessageMap.objects.create(organization=organization, name="Stores", slug="stores")
    versions.publish(map=found, document=a_map(STAGES), author_id="", at=world.NOON)
    return found


def running(map: MessageMap, **given: Any) -> Run:
    """Somebody who applied at noon."""
    version = map.versions.get(number=1)
    connection = world.connection(map.organization)
    application = world.application(world.candidate(connection), **given)
    state = State(stage="applied", visit=1, entered_at=world.NOON, seen_at=world.NOON)
    made = Run.objects.create(
        organization=map.organization, application=application, version=version,
        state=engine.dump_state(state), started_at=world.NOON,
    )  # fmt: skip
    RunMove.objects.create(organization=map.organization, run=made, to_version=version,
                           why="family", by="engine", at=world.NOON)  # fmt: skip
    StageChange.objects.create(organization=map.organization, application=application,
                               to_stage="applied", ats_stage="New",
                               observed_at=world.NOON)  # fmt: skip
    return made


@transaction.atomic
def planned(run: Run) -> None:
    """Plan what the run's version has to say in its stage."""
    (journey,) = advance.running([run.id])
    document, gathered = versions.document(run.version_id), Gathered()
    touches = document.of_stage(journey.state.stage)
    for plan in plans.planned(document, journey.state, touches, settle=document.settle_delay):
        effects.gather(plan, journey, gathered, SYSTEM, world.NOON)
    effects.write(gathered, now=world.NOON)


def drafted(map: MessageMap, stages: dict[str, Any] = LATER) -> Draft:
    draft = drafts.open(map, by="x", at=world.NOON)
    Draft.objects.filter(id=draft.id).update(document=a_map(stages).dump(), revision=3)
    draft.refresh_from_db()
    return draft


def shown(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()
