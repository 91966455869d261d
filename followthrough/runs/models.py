"""Who works on what: the worker processes and the shards they hold; moves of many runs; and the
batches of messages that wait for a person's yes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from followthrough.accounts.models import HotRow, OrganizationRow
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
    left_behind = models.JSONField(default=list)  # the applications whose runs cannot be moved
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id organization map to_version by left_behind",
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


class Batch(OrganizationRow):
    """Messages that one cause would have sent at once, held together until somebody decides.

    A freeze stands on it while they may not leave. Which messages are in it stands in them
    (`Touch.batch_id`), so what it counts is always true of the moment.
    """

    class Cause(models.TextChoices):
        CONNECTION = "connection", _("What the ATS sent")
        VERSION = "version", _("A published version")

    class State(models.TextChoices):
        HELD = "held", _("Waits for a yes")
        DROPPING = "dropping", _("Stale ones are being left out")
        LEAVING = "leaving", _("Leaving")
        STOPPED = "stopped", _("Stopped on the way")
        LEFT = "left", _("Released")
        CANCELLING = "cancelling", _("Being cancelled")
        CANCELLED = "cancelled", _("Cancelled")

    class Choice(models.TextChoices):
        ALL = "all", _("Send all of them")
        FRESH = "fresh", _("Leave out what is stale")
        CANCEL = "cancel", _("Cancel them")

    cause_kind = models.CharField(max_length=12, choices=Cause.choices)
    cause_id = models.UUIDField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.HELD)
    hold_above = models.IntegerField()  # as the policy had it
    foreseen = models.IntegerField(default=0)  # how many more were known to come when it was held
    exceeded = models.BooleanField()  # they are more than that; else it was only foreseen
    opened_at = models.DateTimeField()
    since = models.DateTimeField()  # infrastructure clock: an hour before it was opened
    joins_until = models.DateTimeField()  # until then what its cause plans waits with the others
    choice = models.CharField(max_length=10, choices=Choice.choices, blank=True)
    stale_before = models.DateTimeField(null=True)  # decided: what was meant earlier is stale
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=300, blank=True)
    freed_at = models.DateTimeField(null=True)  # infrastructure clock: its freeze has ended
    leaves_until = models.DateTimeField(null=True)  # when the last one may go, hours apart
    ended_at = models.DateTimeField(null=True)

    DATA = declare(
        retention=Retention.EVIDENCE,
        key="id organization cause_id decided_by",
        operational="cause_kind state hold_above foreseen exceeded opened_at since joins_until"
        " choice stale_before decided_at note freed_at leaves_until ended_at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cause_id"], condition=models.Q(state="held"), name="batch_held_once"
            ),
        ]
        indexes = [
            models.Index(fields=["cause_id", "state"], name="batch_cause"),
            models.Index(  # few are, and not for long
                fields=["organization"],
                name="batch_open",
                condition=~models.Q(state__in=["left", "cancelled"]),
            ),
        ]


class Tally(HotRow):
    """How many messages one writer planned for one cause within ten minutes, by the half hour in
    which they are due. A writer is a connection to the database, so none waits for another."""

    cause_id = models.UUIDField()
    since = models.DateTimeField()  # the ten minutes begin; business clock
    slot = models.IntegerField()  # half hours since 1970
    writer = models.IntegerField()
    round = models.IntegerField()  # how many batches of the cause were decided before
    count = models.IntegerField()

    DATA = declare(
        retention=Retention.TRANSIENT,
        key="id organization cause_id",
        operational="since slot writer round count",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cause_id", "since", "slot", "writer", "round"], name="tally_once"
            ),
        ]
        indexes = [models.Index(fields=["since"], name="tally_since")]


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
    of_map = models.ForeignKey(  # whose people it is tried on; with neither, the map's own
        MessageMap, null=True, on_delete=models.CASCADE, related_name="+"
    )
    family = models.CharField(max_length=80, blank=True)  # those of a job family instead
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
    tries = models.SmallIntegerField(default=0)  # how often somebody began; the last one counts

    DATA = declare(
        retention=Retention.TRANSIENT,
        key="id organization map of_map by",
        operational="document family content_hash days state done total result problem created_at"
        " ended_at beat_at tries",
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
