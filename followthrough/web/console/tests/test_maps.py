"""The pages of the message maps: the list, the board of a version, and its YAML."""

from __future__ import annotations

import re
from copy import deepcopy
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from followthrough.accounts.models import Organization, Role
from followthrough.governance import freezes
from followthrough.journeys import documents, versions
from followthrough.journeys.models import Assignment, MessageMap, Run, RunMove, Version
from followthrough.journeys.tests.builders import a_map
from followthrough.people.models import Application, Scope
from followthrough.web.console.tests.conftest import member_of, signed_in
from tests import world

pytestmark = pytest.mark.django_db
BODY = "Hi {{ candidate.given_name }}, it's {{ company }}."
STAGES: dict[str, Any] = {
    "applied": {"touches": [
        {"key": "thanks", "trigger": {"stage_entered": {}},
         "content": {"sms": {"en": {"body": BODY}}}},
    ]},
    "interview": {"touches": [
        {"key": "soon", "trigger": {"before": {"anchor": "interview_start", "by": "PT2H"}}},
    ]},
}  # fmt: skip


def made(organization: Organization, slug: str = "stores", **given: Any) -> MessageMap:
    found = MessageMap.objects.create(organization=organization, name=slug.title(), slug=slug)
    published(found, STAGES, **given)
    return found


def published(map: MessageMap, stages: dict[str, Any], **given: Any) -> Version:
    details = {"author_id": "", "note": "", "at": world.NOON, **given}
    return versions.publish(map=map, document=a_map(stages), **details)


def second(map: MessageMap) -> Version:
    """A version that says one thing otherwise, adds one and takes one away."""
    stages = deepcopy(STAGES)
    stages["interview"]["touches"][0]["trigger"]["before"]["by"] = "PT3H"
    stages["screen"] = {"touches": [{"key": "call", "trigger": {"stage_entered": {}}}]}
    del stages["applied"]
    return published(map, stages, note="Another way")


def run(organization: Organization, version: Version) -> Run:
    application = world.application(world.candidate(world.connection(organization)))
    return Run.objects.create(
        organization=organization, application=application, version=version, state={},
        started_at=world.NOON,
    )  # fmt: skip


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_says_what_is_published_for_whom_and_who_is_in_it(organization: Organization):
    member = member_of(organization)
    stores = made(organization, author_id=str(member.id), note="To begin with")
    Assignment.objects.create(organization=organization, map=stores, family="retail")
    run(organization, stores.versions.get())
    second(stores)
    shown = page(signed_in(member), "/maps/")
    assert "Version 2, published Wed 3 Jun, 17:00 by Followthrough itself" in shown
    assert "“Another way”" in shown
    assert "For the job family Retail" in shown
    assert "<strong>1</strong> in v1" in shown


def test_whoever_works_for_one_site_counts_the_runs_of_that_site(organization: Organization):
    stores, site = made(organization), world.site(organization)
    for place in (site, world.site(organization), None):
        begun = run(organization, stores.versions.get())
        opening = world.requisition(begun.application.connection, site=place)
        Application.objects.filter(run=begun).update(requisition=opening)
    member = member_of(organization, Role.RECRUITER)
    Scope.objects.create(organization=organization, member=member, site=site)
    assert "<strong>1</strong> in v1" in page(signed_in(member), "/maps/")


def test_whoever_was_moved_on_was_in_both_versions(organization: Organization, owner: Client):
    stores = made(organization)
    first, newer = stores.versions.get(), second(stores)
    for moves in ([first, newer], [first, newer, first, newer], [newer]):
        begun = run(organization, newer)
        for before, to in pairwise([None, *moves]):
            RunMove.objects.create(
                organization=organization, run=begun, from_version=before, to_version=to,
                why="", by="", at=world.NOON,
            )  # fmt: skip
    shown = page(owner, f"/maps/{stores.id}").partition('id="history"')[2]
    rows = [one.partition("</tr>")[0] for one in shown.split("data-row>")[1:]]
    cells = [re.findall(r"<td[^>]*>(\d+)</td>", row) for row in rows]
    assert cells[:2] == [["3", "3"], ["0", "2"]]


def test_an_older_version_can_be_published_again_by_those_who_may(
    organization: Organization, owner: Client
):
    stores = made(organization)
    second(stores)
    there = reverse("roll-back-map", args=[stores.id, 1])
    shown = page(owner, f"/maps/{stores.id}")
    assert shown.count(there) == 1
    assert reverse("roll-back-map", args=[stores.id, 2]) not in shown
    reader = signed_in(member_of(organization, Role.RECRUITER))
    assert there not in page(reader, f"/maps/{stores.id}")


def test_a_map_for_nobody_leads_to_the_choice_of_who_gets_it(
    organization: Organization, owner: Client
):
    stores = made(organization)
    there = f"{reverse('new-assignment')}?map={stores.id}"
    reader = signed_in(member_of(organization, Role.RECRUITER))
    for path in ("/maps/", f"/maps/{stores.id}"):
        assert there in page(owner, path)
        assert there not in page(reader, path)
    assert f'value="{stores.id}" selected' in page(owner, there)
    Assignment.objects.create(organization=organization, map=stores, family="retail")
    assert there not in page(owner, f"/maps/{stores.id}")


def test_authors_are_named_and_those_who_left_are_not(organization: Organization):
    member = member_of(organization)
    stores = made(organization, author_id=str(member.id))
    published(stores, {"screen": {}}, author_id="0195b0a1-0000-7000-8000-000000000000")
    shown = page(signed_in(member), f"/maps/{stores.id}")
    assert ">Maya</td>" in shown
    assert "by a former member" in shown


def test_a_map_for_nobody_and_one_that_is_stopped_say_so(organization: Organization, owner: Client):
    stores = made(organization)
    assert "assigned to nobody" in page(owner, "/maps/")
    freezes.begin(
        organization_id=organization.id, subject_kind="map", subject_id=stores.id,
        why="kill_switch", by="member:x", at=world.NOON,
    )  # fmt: skip
    assert "Stopped since Wed 3 Jun, 17:00" in page(owner, "/maps/")
    assert "nothing of it goes out" in page(owner, f"/maps/{stores.id}")


def test_who_is_written_to_by_nobody_is_named_as_far_as_the_member_sees(
    organization: Organization, owner: Client
):
    ats = world.connection(organization)
    reno, elsewhere = world.site(organization, name="Reno"), world.site(organization, name="Oslo")
    for site in (reno, reno, elsewhere):
        opening = world.requisition(ats, family="office", site=site)
        world.application(world.candidate(ats), opening)
    world.application(world.candidate(ats), world.requisition(ats), stage="hired")
    shown = page(owner, "/maps/")
    assert "<strong>3</strong> open applications in <strong>Office</strong>" in " ".join(
        shown.split()
    )
    assert "Oslo, Reno" in shown
    assert "Retail" not in shown
    member = member_of(organization, Role.RECRUITER)
    Scope.objects.create(organization=organization, member=member, site=elsewhere)
    narrower = " ".join(page(signed_in(member), "/maps/").split())
    assert "<strong>1</strong> open application in <strong>Office</strong>" in narrower
    assert "Reno" not in narrower


def test_an_empty_list_says_what_a_map_is_for(owner: Client):
    assert "No message map yet" in page(owner, "/maps/")


def test_the_board_shows_the_newest_version_and_what_it_changes(
    organization: Organization, owner: Client
):
    stores = made(organization)
    second(stores)
    shown = page(owner, f"/maps/{stores.id}")
    assert "3 hours before the interview" in shown
    for mark in ("1 added", "1 changed", "1 removed", "Beside v1:"):
        assert mark in shown
    assert "<s>2 hours before the interview</s>" in shown
    plain = page(owner, f"/maps/{stores.id}?plain")
    assert "1 added" not in plain
    assert "Show what differs from v1" in plain


def test_any_version_can_be_looked_at(organization: Organization, owner: Client):
    stores = made(organization)
    second(stores)
    shown = page(owner, f"/maps/{stores.id}/v/1")
    assert "2 hours before the interview" in shown
    assert "Not the newest" in shown
    assert "Beside v" not in shown
    assert owner.get(f"/maps/{stores.id}/v/3").status_code == 404


def test_texts_are_shown_with_names_for_what_is_filled_in(
    organization: Organization, owner: Client
):
    shown = page(owner, f"/maps/{made(organization).id}")
    blank = '<span class="blank" title="{{ candidate.given_name }}">first name</span>'
    assert f"Hi {blank}, it&#x27;s" in shown


def test_a_text_cannot_bring_its_own_markup(organization: Organization, owner: Client):
    stages = deepcopy(STAGES)
    body = "<b>Hi</b> {{ company | append: '<i>' }}"
    stages["applied"]["touches"][0]["content"] = {"sms": {"en": {"body": body}}}
    found = MessageMap.objects.create(organization=organization, name="Odd", slug="odd")
    published(found, stages)
    shown = page(owner, f"/maps/{found.id}")
    assert "&lt;b&gt;Hi&lt;/b&gt;" in shown
    assert "<i>" not in shown


def test_where_a_message_lands_is_judged_by_the_policy_in_force(
    organization: Organization, owner: Client
):
    shown = page(owner, f"/maps/{made(organization).id}")
    assert "Due Wed 06:00, in quiet hours until Wed 09:00" in shown
    assert "by the default policy" in shown
    assert 'class="band law"' in shown
    assert "style=" not in shown


def test_a_map_that_was_never_published_says_so(organization: Organization, owner: Client):
    found = MessageMap.objects.create(organization=organization, name="Draft", slug="draft")
    assert "Nothing of this map was published yet" in page(owner, f"/maps/{found.id}")
    assert "Never published" in page(owner, "/maps/")
    assert owner.get(f"/maps/{found.id}/v/1").status_code == 404


def test_the_yaml_of_a_version_reads_back_as_the_same_document(
    organization: Organization, owner: Client
):
    stores = made(organization)
    answer = owner.get(f"/maps/{stores.id}/v/1.yaml")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="stores-v1.yaml"'
    read = documents.read_yaml(answer.content.decode())
    assert read == versions.document(stores.versions.get().id)


def many(organization: Organization) -> UUID:
    """Several maps with several versions each, all of them in use."""
    for slug in ("a", "b", "c"):
        found = made(organization, slug)
        for version in (found.versions.get(), second(found)):
            run(organization, version)
        Assignment.objects.create(
            organization=organization, map=found, site=world.site(organization)
        )
    return found.id


def test_the_pages_ask_the_same_few_questions_however_many_maps_there_are(
    organization: Organization, owner: Client, django_assert_max_num_queries: Any
):
    made(organization, "one")
    key = many(organization)
    for path in ("/maps/", f"/maps/{key}"):  # documents and policies are read once in a process
        page(owner, path)  # and who has no map is counted every half a minute
    with django_assert_max_num_queries(16):
        page(owner, "/maps/")
    with django_assert_max_num_queries(20):
        page(owner, f"/maps/{key}")
