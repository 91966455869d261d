"""The pages of publishing: what they show, what they refuse, and what they do."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from django.test import Client

from followthrough.accounts.models import Organization, Role
from followthrough.journeys import drafts, proposals, versions
from followthrough.journeys.models import Draft, MapProposal, MessageMap, Version
from followthrough.journeys.tests.builders import a_map, raw_map
from followthrough.runs.models import BulkMove
from followthrough.runs.published import moves
from followthrough.runs.replay import shadow
from followthrough.web.console.tests import published
from followthrough.web.console.tests.conftest import member_of, signed_in
from followthrough.web.console.tests.published import (
    LATER,
    STAGES,
    browser,
    drafted,
    maya,
    noon,
    run,
    running,
    shown,
    stores,
)
from tests import world

pytestmark = pytest.mark.django_db
__all__ = ["browser", "maya", "noon", "run", "stores"]  # fixtures


@pytest.fixture
def tomas(organization: Organization) -> Client:
    return signed_in(member_of(organization, Role.OPERATIONS))


def sent(client: Client, map: MessageMap, **given: Any):
    form = {"note": "Later", "running": "stay", "base": 1, "revision": 3, **given}
    return client.post(f"/maps/{map.id}/publish", form)


# --- publishing ----------------------------------------------------------------------------------


def test_the_page_says_what_changes_and_for_whom(stores, run, browser):
    drafted(stores)
    page = shown(browser, f"/maps/{stores.id}/publish")
    assert "Publish version 2" in page
    assert "<del>5</del>" in page and "<ins>6</ins>" in page  # noqa: PT018
    assert "1 application is under way" in page
    assert "Applied 1" in page
    assert "new to them" in page


def test_the_page_asks_the_same_few_questions_however_many_are_under_way(
    stores, run, browser, count_queries
):
    drafted(stores)
    shown(browser, f"/maps/{stores.id}/publish")  # versions are read once
    few = count_queries(lambda: shown(browser, f"/maps/{stores.id}/publish"))
    for _ in range(4):
        running(stores)
    assert count_queries(lambda: shown(browser, f"/maps/{stores.id}/publish")) == few
    assert few <= 21


def test_the_page_tells_of_a_try_before_the_last_change(stores, browser):
    draft = drafted(stores)
    trial = {"days": 30, "by": "x", "at": world.NOON}
    shadow.start(stores, versions.document(draft.base_id), **trial)  # no content of the draft
    assert "It was not tried yet." in shown(browser, f"/maps/{stores.id}/publish")
    tried = shadow.start(stores, a_map({"screen": {}}), **trial)
    page = shown(browser, f"/maps/{stores.id}/publish")
    assert "It was tried before it was changed last" in page
    assert f"/replays/{tried.id}" in page
    shadow.start(stores, drafts.document(draft), **trial)
    assert "before it was changed last" not in shown(browser, f"/maps/{stores.id}/publish")


@pytest.mark.parametrize(("part", "said"), [
    ({"channels": ["email", "sms"]}, "goes by another channel"),
    ({"when": {"field": "requisition.family", "op": "is", "value": "store"}},
     "under other conditions"),
    ({"useful_for": "PT5H"}, "with another useful time"),
    ({}, ""),
])  # fmt: skip
def test_the_page_says_that_nothing_changes_only_where_nothing_does(
    stores, run, browser, part, said
):
    published.planned(run)
    stages = deepcopy(STAGES)
    stages["applied"]["touches"][1].update(part)
    stages["interview"]["touches"] = []
    drafted(stores, stages)
    page = shown(browser, f"/maps/{stores.id}/publish")
    assert said in page
    assert ("Nothing that is planned for them changes." in page) == (not part)


def test_without_a_draft_there_is_nothing_to_publish(stores, browser):
    assert "The map has no draft" in shown(browser, f"/maps/{stores.id}/publish")


def test_a_draft_is_published_with_its_note_and_those_under_way_move(stores, run, browser, maya):
    drafted(stores)
    answer = sent(browser, stores, running="next")
    version = Version.objects.get(number=2)
    assert (answer.status_code, answer.url) == (302, f"/maps/{stores.id}")
    assert (version.note, version.author_id) == ("Later", str(maya.id))
    page = shown(browser, answer.url)
    assert "Version 2 is published. 1 application moves to it with its next stage." in page
    stores.refresh_from_db()
    assert stores.moves_to == version.number


def test_moving_now_leads_to_the_page_that_shows_it(stores, run, browser):
    drafted(stores)
    answer = sent(browser, stores, running="now")
    move = BulkMove.objects.get()
    assert answer.url == f"/maps/moves/{move.id}"
    assert "<strong>0</strong> of 1 applications have moved" in shown(browser, answer.url)
    assert "0 of 1 applications have moved to version 2" in shown(browser, f"/maps/{stores.id}")
    while moves.go_on():
        pass
    page = shown(browser, f"/maps/moves/{move.id}/live")
    assert "<strong>1</strong> of 1" in page
    assert "hx-trigger" not in page  # it is over: nobody need ask again


def test_a_move_can_be_stopped_and_let_go_on(stores, run, browser):
    drafted(stores)
    sent(browser, stores, running="now")
    move = BulkMove.objects.get()
    BulkMove.objects.update(state="failed", problem="It broke")
    page = shown(browser, f"/maps/moves/{move.id}")
    assert "It broke" in page and "Let it go on" in page  # noqa: PT018
    browser.post(f"/maps/moves/{move.id}/go-on")
    assert BulkMove.objects.get().state == "waiting"
    browser.post(f"/maps/moves/{move.id}/cancel")
    assert BulkMove.objects.get().state == "cancelled"
    assert moves.go_on() == 0


def test_who_was_left_behind_is_counted_and_named(stores, run, browser):
    drafted(stores)
    sent(browser, stores, running="now")
    behind = [str(run.application_id)]
    BulkMove.objects.update(state="done", left_behind=behind, problem="KeyError: x")
    page = shown(browser, f"/maps/moves/{BulkMove.objects.get().id}")
    assert "1 application could not be moved" in page
    assert f'href="/candidates/{run.application.candidate_id}"' in page
    assert "Try those once more" in page


def test_publishing_while_a_move_is_under_way_says_that_it_stops_there(stores, run, browser):
    drafted(stores)
    assert "Publishing stops it there" not in shown(browser, f"/maps/{stores.id}/publish")
    sent(browser, stores, running="now")
    BulkMove.objects.update(state="running", done=40, total=101)
    page = shown(browser, f"/maps/{stores.id}/v/1/again")
    said = "40 of 101 applications have moved to version 2. Publishing stops it there"
    assert said in page


@pytest.mark.parametrize("act", ["go-on", "cancel"])
def test_what_was_overtaken_is_refused_and_the_page_says_why(stores, run, browser, act):
    drafted(stores)
    sent(browser, stores, running="now")
    move = BulkMove.objects.get()
    BulkMove.objects.update(state="failed")
    versions.publish(map=stores, document=a_map(STAGES), author_id="", note="Back", at=world.NOON)
    answer = browser.post(f"/maps/moves/{move.id}/{act}", follow=True).content.decode()
    assert "Version 3 was published since" in answer
    assert BulkMove.objects.get().state == "failed"


@pytest.mark.parametrize("given", [{"note": ""}, {"note": "  "}, {"running": "whenever"}])
def test_what_is_missing_is_asked_for(stores, browser, given):
    drafted(stores)
    assert sent(browser, stores, **given).status_code == 400
    assert Version.objects.count() == 1


def test_who_was_overtaken_looks_again(stores, browser):
    drafted(stores)
    between = deepcopy(STAGES)
    between["applied"]["touches"].pop()
    versions.publish(map=stores, document=a_map(between), author_id="", note="Less", at=world.NOON)
    answer = sent(browser, stores, looked="on")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Somebody published another version while you looked" in page
    assert "Version 2 by Followthrough itself" in page and "“Less”" in page  # noqa: PT018
    assert 'name="base" value="2"' in page
    assert sent(browser, stores, base=2).status_code == 400  # without saying that they looked
    assert sent(browser, stores, base=2, looked="on").status_code == 302
    assert Version.objects.count() == 3


def test_who_looked_at_an_older_draft_looks_again(stores, browser):
    drafted(stores)
    answer = sent(browser, stores, revision=2)
    assert answer.status_code == 400
    assert "The draft was edited while you looked" in answer.content.decode()


def test_what_says_the_same_is_not_published(stores, browser):
    drafted(stores, STAGES)
    assert "there is nothing to publish" in shown(browser, f"/maps/{stores.id}/publish")
    answer = sent(browser, stores)
    assert answer.status_code == 400
    assert "It says the same as version 1" in answer.content.decode()


def test_what_stands_in_the_way_is_listed_and_refused(stores, browser):
    draft = drafted(stores)
    wrong = raw_map(LATER)
    wrong["stages"]["applied"]["touches"][0]["content"] = {"sms": {"en": {"body": "{{ oh"}}}
    Draft.objects.filter(id=draft.id).update(document=wrong)
    page = shown(browser, f"/maps/{stores.id}/publish")
    assert "It cannot be published yet" in page
    assert ">Publish version 2</button>" not in page
    assert sent(browser, stores).status_code == 400
    assert Version.objects.count() == 1


def test_an_older_version_is_published_again(stores, run, browser):
    versions.publish(map=stores, document=a_map(LATER), author_id="", at=world.NOON)
    assert "Publish v1 again" in shown(browser, f"/maps/{stores.id}/v/1")
    page = shown(browser, f"/maps/{stores.id}/v/1/again")
    assert 'value="Version 1 again"' in page
    answer = browser.post(
        f"/maps/{stores.id}/v/1/again",
        {"note": "Version 1 again", "running": "stay", "base": 2, "revision": 0},
    )
    assert answer.status_code == 302
    newest = Version.objects.get(number=3)
    assert newest.content_hash == Version.objects.get(number=1).content_hash
    assert browser.get(f"/maps/{stores.id}/v/9/again").status_code == 404


# --- the second person ---------------------------------------------------------------------------


@pytest.fixture
def waits(stores, run, browser) -> MapProposal:
    browser.post(f"/maps/{stores.id}/second-person", {"roles": "owner,operations"})
    drafted(stores)
    answer = sent(browser, stores, running="now")
    made = MapProposal.objects.get()
    assert answer.url == f"/maps/proposals/{made.id}"
    return made


def test_a_version_that_waits_is_on_today_and_on_its_map(waits, browser, tomas):
    for client in (browser, tomas):
        assert f"/maps/proposals/{waits.id}" in shown(client, "/")
        assert f"/maps/proposals/{waits.id}" in shown(client, f"/maps/{waits.map_id}")
    assert "Nobody needs you right now" not in shown(tomas, "/")


def test_who_may_not_publish_is_not_asked(waits, organization):
    other = signed_in(member_of(organization, Role.RECRUITER))
    assert f"/maps/proposals/{waits.id}" not in shown(other, "/")
    assert "Agree and publish" not in shown(other, f"/maps/proposals/{waits.id}")


def test_its_author_withdraws_it_and_somebody_else_agrees(waits, browser, tomas):
    mine, theirs = (shown(one, f"/maps/proposals/{waits.id}") for one in (browser, tomas))
    assert "Withdraw it" in mine and "Agree and publish" not in mine  # noqa: PT018
    assert "Refuse it" in theirs and "Agree and publish version 2" in theirs  # noqa: PT018
    assert browser.post(f"/maps/proposals/{waits.id}/approve").status_code == 302
    assert Version.objects.count() == 1
    answer = tomas.post(f"/maps/proposals/{waits.id}/approve")
    assert answer.url == f"/maps/moves/{BulkMove.objects.get().id}"
    assert Version.objects.get(number=2).second_id
    assert not Draft.objects.exists()


def test_it_is_refused(waits, tomas):
    tomas.post(f"/maps/proposals/{waits.id}/close")
    assert MapProposal.objects.get().state == "refused"
    assert "Refused" in shown(tomas, f"/maps/proposals/{waits.id}")
    assert f"/maps/proposals/{waits.id}" not in shown(tomas, "/")


def test_what_was_overtaken_says_so(waits, tomas):
    other = deepcopy(LATER)
    other["applied"]["touches"].pop()
    versions.publish(map=waits.map, document=a_map(other), author_id="", at=world.NOON)
    page = shown(tomas, f"/maps/proposals/{waits.id}")
    assert "version 2 was published since" in page
    assert "Agree and publish" not in page


def test_the_second_person_is_kept_while_a_version_waits(waits, browser):
    let_go(browser, waits.map)
    assert waits.map.second_person
    assert proposals.close(waits, by="x", at=world.NOON)
    let_go(browser, waits.map)
    assert not waits.map.second_person


def let_go(client: Client, map: MessageMap) -> None:
    client.post(f"/maps/{map.id}/second-person", {"roles": ""})
    map.refresh_from_db()


def test_only_an_owner_lets_go_of_the_second_person(waits, browser, tomas):
    proposals.close(waits, by="x", at=world.NOON)
    assert "Only an owner can change that" in shown(tomas, f"/maps/{waits.map_id}")
    let_go(tomas, waits.map)
    assert waits.map.second_person
    tomas.post(f"/maps/{waits.map_id}/second-person", {"roles": "operations"})
    waits.map.refresh_from_db()
    assert waits.map.second_roles == ["owner", "operations"]
    let_go(browser, waits.map)
    assert not waits.map.second_person


def test_it_takes_the_yes_of_the_role_that_the_map_names(stores, run, browser, tomas, organization):
    tomas.post(f"/maps/{stores.id}/second-person", {"roles": "read_only"})
    stores.refresh_from_db()
    assert not stores.second_person
    tomas.post(f"/maps/{stores.id}/second-person", {"roles": "compliance"})
    assert "somebody else agrees to it: Compliance" in shown(tomas, f"/maps/{stores.id}")
    drafted(stores)
    sent(browser, stores)
    here = f"/maps/proposals/{MapProposal.objects.get().id}"
    assert "Agree and publish" not in shown(tomas, here)
    assert here not in shown(tomas, "/")
    tomas.post(f"{here}/approve")
    assert Version.objects.count() == 1
    compliance = signed_in(member_of(organization, Role.COMPLIANCE))
    assert here in shown(compliance, "/")
    assert "Agree and publish" in shown(compliance, here)
    compliance.post(f"{here}/approve")
    assert Version.objects.count() == 2
