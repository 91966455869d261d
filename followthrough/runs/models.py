"""Who works on what: the worker processes and the shards they hold."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from followthrough.accounts.models import OrganizationRow
from followthrough.core.declared import Retention, declare
from followthrough.journeys.models import MessageMap


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


class Replay(OrganizationRow):
    """What a document of a map would have done, tried on what really happened. It is all that a
    replay writes. A version has those whose `content_hash` is its own."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for its turn")
        RUNNING = "running", _("Under way")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")

    map = models.ForeignKey(MessageMap, on_delete=models.CASCADE, related_name="replays")
    document = models.JSONField()
    content_hash = models.CharField(max_length=64)  # of the document, as a version has it
    days = models.SmallIntegerField()  # how far it looks back
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done = models.IntegerField(default=0)  # runs
    total = models.IntegerField(default=0)
    result = models.JSONField(null=True)  # as `replay.contrast` gives it
    problem = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=80)
    created_at = models.DateTimeField()  # until then it looks
    ended_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)  # of whoever works on it; infrastructure clock

    DATA = declare(
        retention=Retention.TRANSIENT,
        key="id organization map by",
        operational="document content_hash days state done total result problem created_at ended_at"
        " beat_at",
    )

    class Meta:
        indexes = [
            models.Index(fields=["map", "content_hash"], name="replay_content"),
            models.Index(  # few ever are
                fields=["created_at"],
                name="replay_open",
                condition=models.Q(state__in=["waiting", "running"]),
            ),
        ]
