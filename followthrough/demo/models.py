"""The demo's own tables: an ATS that is not part of the product, and what people type on phones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from followthrough.accounts.models import Member, OrganizationRow
from followthrough.core import clock
from followthrough.core.canonical import iso
from followthrough.core.declared import Retention, declare
from followthrough.people.models import Connection


class AtsApplication(OrganizationRow):
    """An application as the simulated ATS has it: `data` is what its API and webhooks say."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    external_id = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    stage = models.CharField(max_length=80)
    data = models.JSONField()
    updated_at = models.DateTimeField()

    DATA = declare(
        retention=Retention.CANDIDATE,
        key="id organization connection external_id",
        operational="stage updated_at",
        personal="name data",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "external_id"], name="ats_once"),
        ]
        indexes = [models.Index(fields=["organization", "-updated_at"], name="ats_latest")]

    def change(self, **parts: Any) -> None:
        """Change parts of `data`, with a time that is later than the last one's.

        This machine's clock can be put back; an ATS whose times go backwards would not be heard.
        """
        self.updated_at = max(clock.now(), self.updated_at + timedelta(seconds=1))
        now = iso(self.updated_at)
        if parts.get("stage", self.stage) != self.stage:
            parts["stage_changed_at"] = now
        self.data = {**self.data, **parts, "updated_at": now}
        self.stage = self.data["stage"]
        self.save()


class AtsEvent(OrganizationRow):
    """A webhook the simulated ATS sent, or something that was written back to it."""

    class Kind(models.TextChoices):
        WEBHOOK = "webhook", _("Webhook sent")
        WRITE_BACK = "write_back", _("Written back")

    application = models.ForeignKey(AtsApplication, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=80, unique=True)  # the event id, or the idempotency key
    what = models.CharField(max_length=400)
    problem = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()

    DATA = declare(
        retention=Retention.TRANSIENT,
        key="id organization application key",
        operational="kind problem at",
        personal="what",
    )

    class Meta:
        indexes = [models.Index(fields=["application", "id"], name="ats_events")]


class PhoneMessage(OrganizationRow):
    """What somebody typed on a simulated phone, and what became of handing it to the product."""

    sender = models.ForeignKey("channels.Sender", on_delete=models.CASCADE, related_name="+")
    address = models.CharField(max_length=320)
    body = models.TextField()
    problem = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()

    DATA = declare(
        retention=Retention.TRANSIENT,
        key="id organization sender",
        operational="problem at",
        personal="address body",
    )

    class Meta:
        indexes = [models.Index(fields=["address", "id"], name="phone_address")]


class Seeding(models.Model):
    """That the seeded company is complete. Without this row a seeding was cut short."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.IntegerField()  # what its chance began with
    applications = models.IntegerField()
    done_at = models.DateTimeField()

    DATA = declare(
        retention=Retention.ORGANIZATION, key="id", operational="number applications done_at"
    )


class Walk(OrganizationRow):
    """Somebody's guided walk: whom it is about and when it began. How far it is, the rows say."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    application = models.ForeignKey(AtsApplication, on_delete=models.CASCADE, related_name="+")
    begun_at = models.DateTimeField()
    put_away = models.BooleanField(default=False)

    DATA = declare(
        retention=Retention.TRANSIENT,
        key="id organization member application",
        operational="begun_at put_away",
    )


class ThreadRead(OrganizationRow):
    """Up to when the messages at an address were read on the simulated phone (real time)."""

    address = models.CharField(max_length=320)
    until = models.DateTimeField()

    DATA = declare(
        retention=Retention.TRANSIENT,
        key="id organization",
        operational="until",
        personal="address",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "address"], name="thread_read_once"),
        ]


class ClockMove(OrganizationRow):
    """The business clock was moved on. `moved_at` is real time; `came` counts what came of it, and
    is none while it runs."""

    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    came = models.JSONField(null=True)

    DATA = declare(
        retention=Retention.TRANSIENT,
        key="id organization",
        operational="from_at to_at moved_at came",
    )


class Trouble(OrganizationRow):
    """Trouble that somebody made. `begun_at` and `until` are real time; `about` is what to look at:
    keys of rows, and counts from before."""

    class Kind(models.TextChoices):
        OUTAGE = "outage", _("Provider down")
        REPEATS = "repeats", _("Webhooks sent again")
        DISORDER = "disorder", _("Stages out of order")
        KILLED = "killed", _("Worker killed")
        BULK = "bulk", _("Many at once")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    begun_at = models.DateTimeField()
    until = models.DateTimeField(null=True)  # of an outage
    about = models.JSONField(default=dict)

    DATA = declare(
        retention=Retention.TRANSIENT,
        key="id organization about",
        operational="kind begun_at until",
    )
