"""Publishing a draft, an older content, and with a second person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.journeys import documents, proposals, versions
from followthrough.journeys.models import Draft, Running, Version
from followthrough.runs.models import BulkMove
from followthrough.runs.published import publishing
from tests import company, publications
from tests.properties.life import Life
from tests.publications import (
    CALL,
    MAYA,
    TOMAS,
    document,
    drafted,
    move_all,
    numbers,
    publish,
)
from tests.story.script import load_map

pytestmark = pytest.mark.django_db


@pytest.fixture
def life() -> Iterator[Life]:
    with publications.life() as made:
        yield made


def test_a_published_draft_is_gone_and_its_yaml_is_kept(life):
    source = documents.write_yaml(document({})) + "# kept in git\n"
    draft = drafted(life, CALL, source=source)
    version = publishing.publish_draft(
        draft, author_id=MAYA, note=" Sooner ", base=1, revision=0, at=clock.now()
    ).version
    assert (version.number, version.note) == (2, "Sooner")
    assert "# kept in git" in version.source
    assert documents.read_yaml(version.source) == versions.document(version.id)
    assert not Draft.objects.exists()


def test_what_is_newest_already_is_no_version(life):
    draft = drafted(life, {})
    with pytest.raises(versions.Unchanged):
        publishing.publish_draft(draft, author_id=MAYA, note="Same", at=clock.now())
    assert Version.objects.count() == 1


def test_a_draft_that_is_not_fit_to_run_is_refused_with_every_problem(life):
    wrong = company.changed(document({}).dump(), {
        "stages.applied.touches.0.content.sms.en.body": "Hi {{ candidate.given_name",
        "stages.screen.touches.0.content.sms.en.body": "Hi {% if %}",
    })  # fmt: skip
    draft = drafted(life, {})
    draft.document = wrong
    draft.save()
    with pytest.raises(documents.DocumentError) as found:
        publishing.publish_draft(draft, author_id=MAYA, note="Wrong", at=clock.now())
    assert len(found.value.problems) >= 2
    assert Draft.objects.exists()


@pytest.mark.parametrize("note", ["", "   "])
def test_nothing_is_published_without_a_note(life, note):
    with pytest.raises(publishing.NoNote):
        publish(life, CALL, note=note)


def test_nobody_is_overwritten(life):
    draft = drafted(life, CALL)
    publish(life, {"settle": "PT10M"})
    with pytest.raises(versions.Outdated):
        publishing.publish_draft(draft, author_id=TOMAS, note="Mine", base=1, at=clock.now())
    draft.revision = 4
    draft.save()
    with pytest.raises(publishing.Edited):
        publishing.publish_draft(
            draft, author_id=TOMAS, note="Mine", base=2, revision=3, at=clock.now()
        )
    assert Version.objects.count() == 2


def test_an_older_content_again_is_a_new_version(life):
    first = life.company.versions["associates"]
    publish(life, CALL)
    again = publishing.publish(
        map=first.map, document=versions.document(first.id), author_id=MAYA,
        note=publishing.again(first), at=clock.now(),
    ).version  # fmt: skip
    assert (again.number, again.content_hash, again.note) == (
        3, first.content_hash, "Version 1 again",
    )  # fmt: skip


# --- the second person ---------------------------------------------------------------------------


@pytest.fixture
def proposal(life):
    proposals.ask_for_second(
        life.company.maps["associates"], roles=["operations"], by=MAYA, role="operations",
        at=clock.now(),
    )  # fmt: skip
    drafted(life, CALL)
    return publishing.publish_draft(
        Draft.objects.get(), author_id=MAYA, note="Sooner", running=Running.NOW, at=clock.now()
    ).proposal


def test_a_version_waits_for_a_second_person_who_agrees(life, proposal):
    assert Version.objects.count() == 1
    assert Draft.objects.exists()
    with pytest.raises(proposals.NotNow):
        publishing.approve(proposal, by=MAYA, role="operations", at=clock.now())
    outcome = publishing.approve(proposal, by=TOMAS, role="operations", at=clock.now())
    assert (outcome.version.author_id, outcome.version.second_id) == (MAYA, TOMAS)
    assert not Draft.objects.exists()
    move_all()
    assert numbers() == [2, 2]
    with pytest.raises(proposals.NotNow):
        publishing.approve(proposal, by=TOMAS, role="operations", at=clock.now())


def test_a_draft_that_was_edited_on_stays_and_goes_on_from_what_was_agreed(life, proposal):
    drafted(life, {**CALL, "settle": "PT20M"})
    version = publishing.approve(proposal, by=TOMAS, role="operations", at=clock.now()).version
    assert Draft.objects.get().base == version


def test_what_was_overtaken_is_not_agreed_to(life, proposal):
    company.publish(life.company, "associates", company.changed(load_map("associates"), {
        "settle": "PT10M"}))  # fmt: skip
    with pytest.raises(proposals.NotNow):
        publishing.approve(proposal, by=TOMAS, role="operations", at=clock.now())


@pytest.mark.parametrize(("by", "state"), [(MAYA, "withdrawn"), (TOMAS, "refused")])
def test_it_is_withdrawn_by_its_author_and_refused_by_others(life, proposal, by, state):
    assert proposals.close(proposal, by=by, at=clock.now())
    assert not proposals.close(proposal, by=by, at=clock.now())
    proposal.refresh_from_db()
    assert (proposal.state, proposal.closed_by) == (state, by)


def test_another_proposal_withdraws_the_one_that_waits(life, proposal):
    publish(life, {"settle": "PT10M"}, author_id=TOMAS)
    proposal.refresh_from_db()
    assert proposal.state == "withdrawn"


def test_the_second_person_is_not_let_go_of_while_a_version_waits_for_one(life, proposal):
    given = {"roles": [], "by": MAYA, "role": "owner", "at": clock.now()}
    with pytest.raises(proposals.NotNow):
        proposals.ask_for_second(proposal.map, **given)
    proposals.close(proposal, by=MAYA, at=clock.now())
    proposals.ask_for_second(proposal.map, **given)
    proposal.map.refresh_from_db()
    assert not proposal.map.second_person
    assert Fact.objects.filter(verb="let_go_of_second_person").count() == 1
    assert not BulkMove.objects.exists()
