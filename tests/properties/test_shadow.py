"""In shadow everything is decided and nothing is sent; what is sent elsewhere is what it would be
without."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.governance import words
from followthrough.governance.models import CapUse
from followthrough.journeys import shadows
from followthrough.journeys.models import Run
from followthrough.messages.models import Ask, Attempt, Message, Receipt, Touch
from followthrough.people.models import ContactPoint, WriteBack
from followthrough.runs import engine, verdicts
from tests import invariants
from tests.properties.life import STEPS, Life, happen, lived, snapshot

pytestmark = pytest.mark.django_db
SUBJECTS = ("map", "connection")


def shadow(life: Life, subject: str = "map") -> shadows.Shadow:
    row = life.company.maps["associates"] if subject == "map" else life.company.connection
    return shadows.begin(
        organization_id=life.company.organization.id, subject_kind=subject, subject_id=row.id,
        by="member:tests", at=clock.now(),
    )  # fmt: skip


def automatic(life: Life) -> list[str]:
    """What the provider was given that no law and no person wanted said."""
    spared = Touch.objects.filter(origin__in=("service", "member")).values_list("id", flat=True)
    return [call.key for call in life.provider.calls if call.key not in set(map(str, spared))]


@settings(max_examples=25)
@given(steps=st.lists(STEPS, min_size=2, max_size=9), subject=st.sampled_from(SUBJECTS))
def test_nothing_automatic_leaves_in_shadow_and_all_of_it_ends_explained(steps, subject):
    with lived() as life:
        shadow(life, subject)
        for step in [("ats", "app-1", "Interview"), *steps]:
            happen(life, step)
        life.to_the_end()
        assert automatic(life) == []
        mapped = Touch.objects.exclude(run_id=None).values_list("id", flat=True)
        assert not Attempt.objects.filter(touch_id__in=mapped).exists()
        assert not Message.objects.filter(touch_id__in=mapped).exists()
        assert not Ask.objects.exists()
        assert not WriteBack.objects.exists()
        assert invariants.everything() == []


@settings(max_examples=15)
@given(
    before=st.lists(STEPS, max_size=4),
    subject=st.sampled_from(SUBJECTS),
    after=st.lists(STEPS, min_size=2, max_size=6),
)
def test_nothing_leaves_from_the_moment_it_begins(before, subject, after):
    with lived() as life:
        for step in [("ats", "app-1", "New"), *before]:
            happen(life, step)
        shadow(life, subject)
        begun = len(life.provider.calls)
        for step in after:
            happen(life, step)
        life.to_the_end()
        spoken = {call.key for call in life.provider.calls[begun:]}
        assert not Touch.objects.filter(id__in=spoken).exclude(run_id=None).exists()
        assert invariants.everything() == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_what_was_decided_just_before_is_decided_again(subject, monkeypatch):
    with lived() as life:
        life.ats("app-1", stage="New")
        write = verdicts.Verdicts.write

        def write_and_shadow(decided):
            write(decided)
            if decided.ready:
                shadow(life, subject)

        monkeypatch.setattr(verdicts.Verdicts, "write", write_and_shadow)
        engine.drain()
        assert life.provider.calls == []
        assert Touch.objects.get(key="thanks").state == "shadowed"
        assert list(Receipt.objects.order_by("id").values_list("verdict", flat=True)) == [
            "send", "hold", "shadow",
        ]  # fmt: skip


def test_the_receipt_says_what_would_have_happened_and_what_kept_it():
    with lived() as life:
        shadow(life)
        happen(life, ("ats", "app-1", "New"))
        receipt = Receipt.objects.get(verdict="shadow")
        said = words.sentence(receipt)
        assert said.startswith("Would have been sent by text. Shadow: everything is decided")
        assert "Its message map is in shadow." in said
        assert (receipt.channel, len(receipt.commitment), receipt.attempt_id) == ("sms", 64, None)
        assert len(receipt.checks) > 10


def test_no_room_is_taken_and_nobody_is_introduced():
    with lived() as life:
        shadow(life)
        happen(life, ("ats", "app-1", "New"))
        assert Touch.objects.filter(state="shadowed").count() == 1
        assert not any("touch" in one.uses for one in CapUse.objects.all())
        assert not CapUse.objects.exclude(uses="[]").exists()
        assert not ContactPoint.objects.exclude(introduced_at=None).exists()


def test_what_follows_is_decided_too_and_no_real_answer_closes_it():
    with lived() as life:
        shadow(life)
        soon = clock.now() + timedelta(days=6)
        life.ats("app-1", stage="Interview", anchors={"interview_start": soon.isoformat()})
        life.passes(timedelta(seconds=1))
        run = Run.objects.get()
        assert list(run.state["asks"]) == run.state["shadow"] == ["invite"]
        assert not Ask.objects.exists()
        nudges = Touch.objects.filter(state="planned").filter(key="nudge")
        assert nudges.exists()
        life.says("OK")
        life.passes(timedelta(seconds=1))
        assert not WriteBack.objects.exists()
        run.refresh_from_db()
        assert run.state.get("answers", {}) == {}


def test_a_nudge_about_what_was_only_in_shadow_is_never_sent():
    """Switched on in between: whoever was never asked is not told that we have not heard."""
    with lived() as life:
        found = shadow(life)
        soon = clock.now() + timedelta(days=6, hours=8)
        life.ats("app-1", stage="Interview", anchors={"interview_start": soon.isoformat()})
        life.passes(timedelta(seconds=1))
        shadows.end(found.id, by="member:tests", at=clock.now())
        life.to_the_end()
        keys = {str(one.id): one.key for one in Touch.objects.all()}
        sent = [keys[call.key] for call in life.provider.calls]
        about = [one for one in Touch.objects.filter(state="shadowed") if one.key != "invite"]
        assert about
        assert all(one.key not in sent for one in about)
        assert "reminder" in sent  # of use by itself: it goes out for real
        assert invariants.everything() == []


def test_it_is_switched_on_family_by_family():
    with lived() as life:
        found = shadow(life)
        shadows.switch(found.id, on=["drivers"], by="member:tests", at=clock.now())
        happen(life, ("ats", "app-1", "New"))
        assert life.provider.calls == []
        shadows.switch(found.id, on=["retail"], by="member:tests", at=clock.now())
        happen(life, ("ats", "app-3", "New"))
        assert len(life.provider.calls) == 1
        verbs = Fact.objects.filter(verb="switched_shadow").order_by("id")
        assert [one.why["live"] for one in verbs] == [["drivers"], ["drivers", "retail"]]


def test_what_waits_when_it_is_switched_on_goes_out_if_it_is_still_of_use():
    with lived() as life:
        found = shadow(life)
        life.freeze("organization")
        happen(life, ("ats", "app-1", "New"))
        assert Touch.objects.get(key="thanks").state == "planned"
        shadows.end(found.id, by="member:tests", at=clock.now())
        life.unfreeze()
        life.to_the_end()
        assert Touch.objects.get(key="thanks").state == "sent"


def test_the_ats_is_told_nothing_from_shadow():
    """Asked before the shadow began, answered in it: the answer counts, and stays here."""
    with lived() as life:
        soon = clock.now() + timedelta(days=6, hours=8)
        life.ats("app-1", stage="Interview", anchors={"interview_start": soon.isoformat()})
        life.passes(timedelta(seconds=1))
        assert Ask.objects.get().state == "open"
        shadow(life)
        life.says("OK")
        life.passes(timedelta(seconds=1))
        assert Ask.objects.get().answer == "confirmed"
        assert not WriteBack.objects.exists()
        assert Fact.objects.filter(verb="kept_from_ats").exists()


@settings(max_examples=12)
@given(steps=st.lists(STEPS, min_size=2, max_size=8))
def test_what_is_sent_is_what_would_be_without_a_shadow(steps):
    """A second application of the same person is in shadow: the first one's messages are the same
    as if it was not there at all."""
    quiet = [step for step in steps if step[0] not in ("ats", "anchor") or step[1] != "app-2"]
    assert _heard(quiet, beside=True) == _heard(quiet, beside=False)


def _heard(steps: list, *, beside: bool) -> list[tuple[str, str, str]]:
    with lived() as life:
        found = shadow(life)
        shadows.switch(found.id, on=["retail"], by="member:tests", at=clock.now())
        happen(life, ("ats", "app-1", "New"))
        if beside:
            known = snapshot("app-2")
            opening = {**known["requisition"], "id": "req-2", "family": "drivers"}
            life.ats("app-2", stage="New", requisition=opening)
        life.passes(timedelta(seconds=1))
        for step in steps:
            happen(life, step)
        life.to_the_end()
        touches = {str(one.id): one for one in Touch.objects.all()}
        mapped = [call for call in life.provider.calls if touches[call.key].origin != "service"]
        return sorted((touches[call.key].key, call.channel, _text(call.body)) for call in mapped)


def _text(body: str) -> str:
    """Without the foot of a mail, in which each link is another."""
    return body.partition("\n\n-- ")[0]
