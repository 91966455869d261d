"""Everything that arrives, stored as it came before anything is made of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from followthrough.accounts.models import HotRow
from followthrough.core.declared import Retention, declare


class RawEvent(HotRow):
    """One webhook: verified, acknowledged, and worked off by its shard."""

    class Kind(models.TextChoices):
        ATS = "ats", _("From an ATS")
        CHANNEL = "channel", _("From a messaging provider")

    class State(models.TextChoices):
        STORED = "stored", _("Waiting to be worked off")
        DONE = "done", _("Worked off")
        PARKED = "parked", _("Needs a person")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    source_id = models.UUIDField()  # the connection or the sender
    dedupe_key = models.CharField(max_length=200)
    shard = models.SmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.STORED)
    outcome = models.CharField(max_length=200, blank=True)  # what came of it, or why it is parked
    tries = models.SmallIntegerField(default=0)
    received_at = models.DateTimeField()  # business clock: what the product believes
    next_try_at = models.DateTimeField(db_default=models.functions.Now())  # infrastructure clock

    DATA = declare(
        retention=Retention.TRANSIENT,
        key="id organization source_id dedupe_key shard",
        operational="kind state outcome tries received_at next_try_at",
        personal="headers body",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_id", "dedupe_key"], name="raw_once"),
        ]
        indexes = [
            models.Index(
                fields=["shard", "id"], name="raw_waiting", condition=models.Q(state="stored")
            ),
            models.Index(  # few ever are
                fields=["organization", "id"], name="raw_parked", condition=models.Q(state="parked")
            ),
        ]
