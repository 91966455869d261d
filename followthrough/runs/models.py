"""Who works on what: the worker processes and the shards they hold; and moves of many runs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from followthrough.accounts.models import OrganizationRow
from followthrough.core.declared import Retention, declare
from followthrough.journeys.models import MessageMap, Version


class Executor(models.Model):
    """A worker process and its last sign of life (infrastructure clock)."""

    id = models.CharField(primary_key=True, max_length=80)
    beat_at = models.DateTimeField()

    DATA = declare(retention=Retention.TRANSIENT, key="id", operational="beat_at")


class Shard(models.Model):
    """Who owns a shard. The epoch is the fencing token: it rises with every change of owner."""

    number = models.SmallIntegerField(primary_key=True)
    owner = models.CharField(max_length=80, blank=True)
    epoch = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)  # infrastructure clock

    DATA = declare(
        retention=Retention.TRANSIENT, key="number owner", operational="epoch lease_until"
    )


class BulkMove(OrganizationRow):
    """All open runs of a map on their way to one version: how far it is, and who wanted it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("About to begin")
        RUNNING = "running", _("Under way")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Stopped by an error")

    map = models.ForeignKey(MessageMap, on_delete=models.CASCADE, related_name="bulk_moves")
    to_version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=80)
    by = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done = models.IntegerField(default=0)
    total = models.IntegerField()  # when it was begun
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id organization map to_version by",
        operational="why state done total problem created_at ended_at",
    )

    class Meta:
        indexes = [  # never more than a few are under way
            models.Index(
                fields=["created_at"],
                name="bulk_move_open",
                condition=models.Q(state__in=["waiting", "running"]),
            ),
        ]
