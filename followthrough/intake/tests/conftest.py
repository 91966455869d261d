import pytest

from followthrough.core.ids import uuid7
from followthrough.intake import links, work  # noqa: F401 - work is what drain() does
from followthrough.intake.ats.calls import PACE
from followthrough.intake.ats.greenhouse import harvest
from followthrough.intake.models import RawEvent
from followthrough.intake.tests.simulator import simulated
from followthrough.people.models import StageMapping
from tests import world


@pytest.fixture(autouse=True)
def _fresh():
    """What the process remembers between passes must not leak from test to test."""
    PACE.forget()
    links._noted.clear()
    harvest._tokens.clear()


@pytest.fixture
def simulator():
    with simulated() as found:
        yield found


@pytest.fixture
def ats(db, simulator):
    """A generic connection whose ATS is the simulator."""
    found = world.connection(
        world.organization(), base_url=simulator.url,
        credentials={"token": "bearer-me", "signing_secret": "write-secret"},
    )  # fmt: skip
    for name, stage in (("Applied", "applied"), ("Onsite", "interview"), ("Offer", "offer")):
        StageMapping.objects.create(
            organization=found.organization, connection=found, ats_stage=name, stage=stage
        )
    return found


@pytest.fixture
def arrive(ats):
    """Store a raw event as the door would; `connection` is the source."""

    def store(body, *, source=None, kind="ats", shard=0, headers=None):
        source = source or ats
        return RawEvent.objects.create(
            organization=source.organization, kind=kind, source_id=source.id, shard=shard,
            dedupe_key=str(uuid7()), headers=headers or {}, body=body, received_at=world.NOON,
        )  # fmt: skip

    return store
