"""The mirror: what snapshots become, in any order and however often they come."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from followthrough.audit.models import Fact
from followthrough.people import mirror
from followthrough.people.models import (
    Anchor,
    Application,
    Candidate,
    ContactPoint,
    Requisition,
    Site,
    StageChange,
    StageMapping,
)
from followthrough.people.snapshots import (
    CandidatePart,
    ConsentPart,
    RequisitionPart,
    SitePart,
    Snapshot,
)
from followthrough.store import sql
from tests import world

T0 = world.NOON
NOW = T0 + timedelta(days=30)
ADA = CandidatePart(
    "c1", "Ada", "Obi", country="US", phones=("(702) 555-0123",), emails=("Ada@Example.com",)
)
RETAIL = RequisitionPart("r1", "Associate", "retail", SitePart("Reno", zone="America/Los_Angeles"))


def at(minutes):
    return T0 + timedelta(minutes=minutes)


def snapshot(minutes=0, stage="Applied", **given):
    base = {"external_id": "a1", "candidate": ADA, "requisition": RETAIL}
    return Snapshot(updated_at=at(minutes), stage=stage, **base | given)


@pytest.fixture
def ats(db):
    found = world.connection(world.organization())
    for name, stage in (("Applied", "applied"), ("Onsite", "interview"), ("Offer", "offer")):
        StageMapping.objects.create(
            organization=found.organization, connection=found, ats_stage=name, stage=stage
        )
    return found


def apply(ats, *snapshots):
    return mirror.apply(ats, snapshots, now=NOW)


def test_a_first_snapshot_makes_every_row(ats):
    done = apply(ats, snapshot(anchors={"interview_start": at(99)}, fields={"shift": "night"}))
    application = Application.objects.get()
    assert (application.stage, application.ats_stage) == ("applied", "Applied")
    assert application.requisition.site.zone == "America/Los_Angeles"
    assert application.requisition.site.country == "US"
    assert application.fields == {"shift": "night"}
    assert application.candidate.given_name == "Ada"
    points = ContactPoint.objects.order_by("position").values_list("kind", "address", "usable")
    assert list(points) == [("phone", "+17025550123", True), ("email", "ada@example.com", True)]
    assert [(c.kind, c.name, c.at, c.sequence) for c in done.changes] == [
        ("stage", "applied", at(0), 0),
        ("anchor", "interview_start", at(99), 1),
    ]
    assert done.outcomes == ["stage changed, interview_start moved"]
    assert StageChange.objects.values_list("from_stage", "to_stage").get() == ("", "applied")
    assert set(Fact.objects.values_list("verb", flat=True)) == {"moved_stage", "moved_anchor"}
    assert {fact.actor_kind for fact in Fact.objects.all()} == {"ats"}


def test_the_shard_is_the_candidates(ats):
    from followthrough.core.ids import shard_of

    apply(ats, snapshot())
    assert Candidate.objects.get().shard == shard_of(f"{ats.id}:c1", shards=8)


def test_a_repeat_changes_nothing(ats):
    apply(ats, snapshot())
    done = apply(ats, snapshot())
    assert (done.changes, done.outcomes) == ([], ["no change"])
    assert StageChange.objects.count() == 1


def test_an_older_snapshot_is_ignored(ats):
    apply(ats, snapshot(5, "Onsite"))
    done = apply(ats, snapshot(4, "Applied"))
    assert (done.changes, done.outcomes) == ([], ["older than the last seen"])
    assert Application.objects.get().stage == "interview"


def test_only_the_newest_of_a_batch_counts(ats):
    done = apply(ats, snapshot(5, "Onsite"), snapshot(9, "Offer"), snapshot(1))
    assert [change.name for change in done.changes] == ["offer"]
    assert done.outcomes == [
        "older than the last seen",
        "stage changed",
        "older than the last seen",
    ]


def test_contents_of_the_same_instant_end_the_same_in_both_orders(ats):
    one, two = snapshot(5, "Onsite"), snapshot(5, "Offer")
    apply(ats, one)
    apply(ats, two)
    first = Application.objects.get().stage
    Application.objects.update(seen_version=None, seen_digest="")
    apply(ats, two)
    apply(ats, one)
    assert Application.objects.get().stage == first


def test_an_unknown_stage_is_kept_and_shown_as_unmapped(ats):
    done = apply(ats, snapshot(stage="Vibe check"))
    application = Application.objects.get()
    assert (application.stage, application.ats_stage) == ("unmapped", "Vibe check")
    assert done.outcomes == ["unmapped stage: Vibe check"]


def test_closed_outweighs_the_stage(ats):
    done = apply(ats, snapshot(stage="Onsite", closed="rejected"))
    assert done.changes[0].name == "rejected"


def test_a_stage_that_means_the_same_is_a_fact_but_no_change(ats):
    StageMapping.objects.create(
        organization=ats.organization, connection=ats, ats_stage="Onsite 2", stage="interview"
    )
    apply(ats, snapshot(0, "Onsite"))
    done = apply(ats, snapshot(1, "Onsite 2"))
    assert (done.changes, done.outcomes) == ([], ["no change"])
    assert StageChange.objects.count() == 2
    assert Application.objects.get().stage_since == at(0)


def test_a_source_that_runs_ahead_cannot_set_a_stage_in_the_future(ats):
    ahead = NOW + timedelta(minutes=3)
    done = apply(ats, replace(snapshot(), stage_changed_at=ahead))
    assert done.changes[0].at == NOW


def test_anchors_move_are_cleared_and_count_their_changes(ats):
    apply(ats, snapshot(0, anchors={"interview_start": at(100)}))
    assert apply(ats, snapshot(1, anchors={"interview_start": at(100)})).changes == []
    moved = apply(ats, snapshot(2, anchors={"interview_start": at(200)})).changes
    assert [(c.at, c.sequence) for c in moved] == [(at(200), 2)]
    cleared = apply(ats, snapshot(3)).changes
    assert [(c.at, c.sequence) for c in cleared] == [(None, 3)]
    assert apply(ats, snapshot(4, anchors={"interview_start": None})).changes == []
    assert Anchor.objects.values_list("at", "sequence").get() == (None, 3)


def test_an_unreadable_number_stays_with_its_reason(ats):
    apply(ats, snapshot(candidate=replace(ADA, phones=("12",), emails=("nope",))))
    points = ContactPoint.objects.order_by("kind").values_list(
        "written", "usable", "unusable_reason"
    )
    assert list(points) == [("nope", False, "not_an_address"), ("12", False, "too_short")]
    assert Fact.objects.filter(verb="found_unusable").count() == 2


def test_an_address_that_left_the_ats_is_unusable_until_it_comes_back(ats):
    apply(ats, snapshot(0))
    apply(ats, snapshot(1, candidate=replace(ADA, phones=())))
    phone = ContactPoint.objects.get(kind="phone")
    assert (phone.usable, phone.unusable_reason) == (False, "gone")
    apply(ats, snapshot(2))
    phone.refresh_from_db()
    assert (phone.usable, phone.unusable_reason) == (True, "")


def test_what_a_provider_found_out_about_an_address_stays(ats):
    apply(ats, snapshot(0))
    ContactPoint.objects.filter(kind="phone").update(usable=False, unusable_reason="30005")
    apply(ats, snapshot(1, candidate=replace(ADA, given_name="Adaeze")))
    phone = ContactPoint.objects.get(kind="phone")
    assert (phone.usable, phone.unusable_reason) == (False, "30005")


def test_consent_is_handed_back_once_for_each_address(ats):
    ada = replace(ADA, consent=(ConsentPart("sms", True, at(0), "I agree"),))
    grants = apply(ats, snapshot(0, candidate=ada)).grants
    phone = ContactPoint.objects.get(kind="phone")
    assert [(g.contact_point_id, g.address_key, g.said.granted) for g in grants] == [
        (phone.id, phone.address_key, True)
    ]
    assert apply(ats, snapshot(1, "Onsite", candidate=ada)).grants == []


def test_what_a_candidate_said_of_their_zone_outlives_snapshots_that_do_not_say(ats):
    apply(ats, snapshot(1, candidate=replace(ADA, zone_stated="America/Denver")))
    apply(ats, snapshot(2))
    assert Candidate.objects.get().zone_stated == "America/Denver"


def test_other_connections_have_applications_of_their_own(ats):
    other = world.connection(ats.organization)
    apply(ats, snapshot())
    apply(other, snapshot())
    assert Application.objects.count() == 2
    assert Site.objects.count() == 1


def crowd(size, minutes=0, stage="Applied"):
    return [
        snapshot(
            minutes, stage, external_id=f"a{n}", candidate=replace(ADA, external_id=f"c{n}"),
            requisition=replace(RETAIL, external_id=f"r{n % 3}"),
            anchors={"interview_start": at(1000 + minutes)},
        )
        for n in range(size)
    ]  # fmt: skip


def statements(ats, snapshots, monkeypatch):
    """How many statements one batch takes, the hot path's own included."""
    sent, travel = [], sql._sent
    with CaptureQueriesContext(database) as orm, monkeypatch.context() as patch:
        patch.setattr(sql, "_sent", lambda given: sent.extend(given) or travel(given))
        apply(ats, *snapshots)
    return len(sent) + len(orm)


def test_a_batch_takes_as_many_statements_as_one(ats, monkeypatch):
    one = statements(ats, crowd(1), monkeypatch)
    assert statements(ats, crowd(201)[1:], monkeypatch) == one <= 20
    assert statements(ats, crowd(200, 5, "Onsite"), monkeypatch) <= 10


def test_names_and_titles_are_kept_in_plain_words_and_follow_what_they_are_of(ats):
    title = replace(RETAIL, title="Café-Barista")
    apply(ats, snapshot(candidate=replace(ADA, family_name="Yılmaz"), requisition=title))
    assert Candidate.objects.get().plain_name == "yilmaz ada"
    assert Requisition.objects.get().plain_title == "cafe barista"
    married, retitled = replace(ADA, family_name="O’Neil"), replace(RETAIL, title="Éclair baker")
    apply(ats, snapshot(1, candidate=married, requisition=retitled))
    assert Candidate.objects.get().plain_name == "oneil ada"
    assert Requisition.objects.get().plain_title == "eclair baker"


# --- invariant 6, for the mirror: duplication and reordering end in the same rows ---------------

people = st.sampled_from(
    [
        ADA,
        replace(ADA, phones=("+1 415 555 2671", "12")),
        replace(ADA, given_name="Adaeze", zone_stated="America/Denver"),
    ]
)
events = st.lists(
    st.builds(
        lambda minute, stage, app, person, family, start, told: Snapshot(
            external_id=app,
            updated_at=at(minute),
            stage=stage,
            stage_changed_at=at(told) if told else at(minute),
            candidate=person,
            requisition=RequisitionPart(f"r-{family}", family, family, RETAIL.site),
            anchors={"interview_start": at(start)} if start else {},
        ),
        minute=st.integers(0, 6),
        stage=st.sampled_from(["Applied", "Onsite", "Offer", "Vibe check"]),
        app=st.sampled_from(["a1", "a2"]),
        person=people,
        family=st.sampled_from(["retail", "kitchen"]),
        start=st.sampled_from([0, 500, 600]),
        told=st.integers(0, 3),
    ),
    min_size=1,
    max_size=8,
)


def rows():
    """Everything the mirror holds, but for ids, history and addresses that left."""
    applications = Application.objects.order_by("external_id").values_list(
        "external_id", "stage", "ats_stage", "stage_since", "seen_version", "seen_digest",
        "candidate__external_id", "requisition__external_id", "fields",
    )  # fmt: skip
    candidates = Candidate.objects.order_by("external_id").values_list(
        "external_id", "given_name", "plain_name", "zone_stated", "zone_stated_at", "seen_version",
        "seen_digest",
    )  # fmt: skip
    points = ContactPoint.objects.exclude(unusable_reason="gone").order_by("kind", "written")
    anchors = Anchor.objects.exclude(at=None).order_by("application__external_id", "name")
    return [
        list(applications),
        list(candidates),
        list(points.values_list("kind", "written", "address", "usable", "position")),
        list(anchors.values_list("application__external_id", "name", "at")),
        list(Requisition.objects.order_by("external_id").values_list("title", "plain_title")),
        list(Site.objects.order_by("name").values_list("name", "zone", "country")),
    ]


def forget():
    for model in (Anchor, StageChange, Application, ContactPoint, Candidate, Requisition, Site):
        model.objects.all().delete()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(stream=events, data=st.data())
def test_any_duplication_and_reordering_ends_in_the_rows_of_the_orderly_stream(ats, stream, data):
    forget()
    for one in sorted(stream, key=lambda one: one.updated_at):
        apply(ats, one)
    orderly = rows()
    forget()
    shuffled = data.draw(st.permutations(stream + stream[: data.draw(st.integers(0, 8))]))
    while shuffled:
        size = data.draw(st.integers(1, len(shuffled)))
        apply(ats, *shuffled[:size])
        shuffled = shuffled[size:]
    assert rows() == orderly
