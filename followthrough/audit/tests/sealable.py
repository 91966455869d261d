"""Rows of every sealed kind, and patience: tests of the sealer need real commits.

The oldest running transaction of the whole *server* bounds what can be sealed, so other test runs
on it may hold us up for a moment.
"""

import time

from django.apps import apps
from django.db import transaction
from django.db.models import Max

from followthrough.audit import facts, numbering, sealer
from followthrough.audit.models import Block
from followthrough.core.ids import uuid7
from tests.world import NOON

KINDS = ("audit.fact", "governance.consententry", "messaging.receipt")


def model(kind):
    return apps.get_model(kind)


def insert(kind, organization_id):
    if kind == "audit.fact":
        facts.record(
            organization_id=organization_id, actor=facts.SYSTEM, verb="run_started",
            subject_kind="application", subject_id=uuid7(), why={"map": "m", "n": 1}, at=NOON,
        )  # fmt: skip
    elif kind == "governance.consententry":
        model(kind).objects.create(
            organization_id=organization_id, address_key="k", channel="sms", state="granted",
            basis="application_form", source="ats", actor_kind="ats", actor_id="a", at=NOON,
        )  # fmt: skip
    else:
        model(kind).objects.create(
            organization_id=organization_id, touch_id=uuid7(), candidate_id=uuid7(), at=NOON,
            verdict="send", code="sent", checks=[["relevant", "pass", {}]],
        )  # fmt: skip


def insert_together(organization_id, kinds):
    with transaction.atomic():
        for kind in kinds:
            insert(kind, organization_id)


def seal():
    """Seal, once every transaction that has committed here is behind the oldest running one."""
    newest = max(model(kind).objects.aggregate(n=Max("xact"))["n"] or 0 for kind in KINDS)
    deadline = time.monotonic() + 60
    while numbering.settled() <= newest and numbering.frontier() <= newest:
        assert time.monotonic() < deadline, "a transaction on this server does not end"
        time.sleep(0.01)
    return sealer.seal()


def forget_everything():
    for kind in KINDS:
        model(kind).objects.all().delete()
    Block.objects.all().delete()
