"""The outbox and what became of each message: touch, attempt, message, receipt, ask."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from followthrough.accounts.models import HotRow
from followthrough.audit.models import Sealable
from followthrough.core.declared import Retention, declare
from followthrough.people.models import Application, Candidate, ContactPoint
from followthrough.store.models import JsonText


class Purpose(models.TextChoices):
    INFORMATIONAL = "informational", _("About the candidate's own application")
    OUTREACH = "outreach", _("Outreach")
    REPLY = "reply", _("Answers what the candidate just wrote")
    SERVICE = "service", _("Opt-out confirmation or help")


class TouchState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    SENDING = "sending", _("Being handed over")
    RECONCILING = "reconciling", _("Asking the provider whether it went out")
    SENT = "sent", _("Sent")
    DROPPED = "dropped", _("Not sent")
    MERGED = "merged", _("Merged into another message")
    CANCELLED = "cancelled", _("Cancelled")
    SHADOWED = "shadowed", _("Would have been sent")
    FAILED = "failed", _("Could not be sent")
    UNKNOWN = "unknown", _("Unknown whether it went out")


TERMINAL = (
    TouchState.SENT,
    TouchState.DROPPED,
    TouchState.MERGED,
    TouchState.CANCELLED,
    TouchState.SHADOWED,
    TouchState.FAILED,
    TouchState.UNKNOWN,
)


def _link(to: type[models.Model], **options: object) -> models.ForeignKey:
    """A link that the ORM can follow and the database does not check: these tables are big."""
    return models.ForeignKey(
        to,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,  # each index is paid for on every send: only those that are asked for
        related_name="+",
        **options,
    )


class Touch(HotRow):
    """One planned outgoing message. While it waits it is only this row."""

    class Origin(models.TextChoices):
        MAP = "map", _("Message map")
        REPLY = "reply", _("Answer")
        MEMBER = "member", _("Member")
        SERVICE = "service", _("Service")

    application = _link(Application, null=True)
    candidate = _link(Candidate)
    run_id = models.UUIDField(null=True)
    version_id = models.UUIDField(null=True)  # of the message map
    shard = models.SmallIntegerField()
    origin = models.CharField(max_length=10, choices=Origin.choices)
    key = models.CharField(max_length=80)  # the touch's name in the map
    occurrence = models.CharField(max_length=60)  # which time: the visit, the anchor's sequence …
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    priority = models.SmallIntegerField(default=5)  # 1 goes first; interviews are 1 or 2
    state = models.CharField(max_length=12, choices=TouchState.choices, default=TouchState.PLANNED)
    due_at = models.DateTimeField()
    useful_until = models.DateTimeField(null=True)
    anchor_name = models.CharField(max_length=40, blank=True)
    anchor_sequence = models.IntegerField(null=True)
    relevance = models.JSONField(default=dict)  # a predicate of core.predicates
    channels = models.JSONField(default=list)  # in order of preference
    content = models.JSONField(null=True)  # only where the map has none: replies, service …
    reply_to_at = models.DateTimeField(null=True)  # the inbound a `reply` answers
    listened = models.BooleanField(default=False)  # the engine wants to hear when it was sent
    held_for = models.CharField(max_length=40, blank=True)  # the code it is held for now
    cause_id = models.UUIDField(null=True)  # of a burst: the connection or the published version
    batch_id = models.UUIDField(null=True)  # with which it waits, or waited, for a yes
    meant_at = models.DateTimeField(null=True)  # in a batch: when it was due by itself
    attempts = models.SmallIntegerField(default=0)
    tries = models.SmallIntegerField(default=0)  # failures of our own: parked when too many
    epoch = models.BigIntegerField(null=True)  # the fencing token it was claimed under
    lease_until = models.DateTimeField(null=True)  # infrastructure clock
    planned_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    DATA = declare(
        retention=Retention.CANDIDATE,
        key="id organization application candidate run_id version_id shard key occurrence cause_id"
        " batch_id",
        operational="origin purpose priority state due_at meant_at useful_until anchor_name"
        " anchor_sequence relevance channels reply_to_at listened held_for attempts tries epoch"
        " lease_until planned_at ended_at",
        personal="content",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run_id", "key", "occurrence"], name="touch_once"),
            models.UniqueConstraint(  # what a member wrote: no run stands for it
                fields=["candidate", "occurrence"],
                condition=models.Q(origin="member"),
                name="touch_member_once",
            ),
        ]
        indexes = [
            models.Index(  # those of a run are found by it: `touch_once` begins with it
                fields=["application"],
                name="touch_application",
                condition=models.Q(run_id=None),
            ),
            models.Index(
                fields=["shard", "due_at"], name="touch_due", condition=models.Q(state="planned")
            ),
            models.Index(  # only what a freeze holds: found when it ends
                fields=["organization"],
                name="touch_frozen",
                condition=models.Q(state="planned", held_for="frozen"),
            ),
            models.Index(  # few ever are in one
                fields=["batch_id"], name="touch_batch", condition=models.Q(batch_id__isnull=False)
            ),
            models.Index(  # few ever are: what went well is never in it
                fields=["organization", "ended_at"],
                name="touch_lost",
                condition=models.Q(state__in=["failed", "unknown"]),
            ),
            models.Index(  # never more than are on their way at one moment
                fields=["shard", "candidate"],
                name="touch_leased",
                condition=models.Q(state__in=["sending", "reconciling"]),
            ),
        ]

    @classmethod
    def about(cls, applications: Iterable[Application]) -> models.QuerySet[Touch]:
        """The touches of applications; those of a run are found by the run."""
        known = list(applications)
        runs = [one.run.id for one in known if hasattr(one, "run")]
        return cls.objects.filter(
            models.Q(run_id__in=runs) | models.Q(run_id=None, application__in=known)
        )


class Attempt(HotRow):
    """One hand-over of a touch to a provider, written before the provider is called."""

    class State(models.TextChoices):
        STARTED = "started", _("Started")
        ACCEPTED = "accepted", _("Accepted")
        FAILED = "failed", _("Definitively failed")
        EXPIRED = "expired", _("Never handed over")
        UNKNOWN = "unknown", _("Outcome unknown")

    touch_id = models.UUIDField()
    number = models.SmallIntegerField()
    channel = models.CharField(max_length=20)
    sender_id = models.UUIDField()
    contact_point_id = models.UUIDField(null=True)
    address_key = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.STARTED)
    provider_id = models.CharField(max_length=200, blank=True)
    error = models.CharField(max_length=40, blank=True)  # the error's kind and the provider's code
    detail = models.CharField(max_length=300, blank=True)
    epoch = models.BigIntegerField()
    decided_at = models.DateTimeField(db_default=models.functions.Now())  # infrastructure clock
    started_at = models.DateTimeField(null=True)  # hand-over began; infrastructure clock
    ended_at = models.DateTimeField(null=True)

    DATA = declare(
        retention=Retention.CANDIDATE,
        key="id organization touch_id number sender_id contact_point_id address_key provider_id",
        operational="channel state error detail epoch decided_at started_at ended_at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(  # what is closed is not counted twice
                fields=["touch_id", "number"],
                condition=models.Q(state__in=["failed", "expired"]),
                name="attempt_closed_once",
            ),
            models.UniqueConstraint(  # no second attempt while the first may have gone out
                fields=["touch_id"],
                condition=models.Q(state__in=["started", "unknown", "accepted"]),
                name="attempt_open_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["sender_id", "provider_id"],
                name="attempt_provider",
                condition=~models.Q(provider_id=""),
            ),
        ]


class Message(HotRow):
    """What was said, in or out. One that goes out has the id of its attempt."""

    class Direction(models.TextChoices):
        IN = "in", _("From the candidate")
        OUT = "out", _("To the candidate")

    application = _link(Application, null=True)
    candidate = _link(Candidate, null=True)
    contact_point = _link(ContactPoint, null=True)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    channel = models.CharField(max_length=20)
    sender_id = models.UUIDField()
    touch_id = models.UUIDField(null=True)
    attempt_id = models.UUIDField(null=True)
    raw_event_id = models.UUIDField(null=True)
    subject = models.CharField(max_length=500, blank=True)
    body = models.TextField()
    reading = models.JSONField(null=True)  # inbound: what it was understood as, and by which rule
    delivery = models.CharField(max_length=20, blank=True)  # what the provider last reported
    delivery_at = models.DateTimeField(null=True)
    provider_id = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    DATA = declare(
        retention=Retention.CANDIDATE,
        key="id organization application candidate contact_point sender_id touch_id attempt_id"
        " raw_event_id provider_id",
        operational="direction channel delivery delivery_at at",
        personal="subject body reading",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(  # a provider that repeats itself adds nothing
                fields=["sender_id", "provider_id"],
                condition=models.Q(direction="in"),
                name="message_in_once",
            ),
        ]
        indexes = [
            models.Index(fields=["candidate", "id"], name="message_candidate"),
        ]


class Receipt(Sealable):
    """A decision about a touch with every check, as codes; `governance.words` makes sentences."""

    class Verdict(models.TextChoices):
        SEND = "send", _("Sent")
        HOLD = "hold", _("Held")
        MERGE = "merge", _("Merged")
        DROP = "drop", _("Not sent")
        CANCEL = "cancel", _("Cancelled")
        FAIL = "fail", _("Could not be sent")
        UNKNOWN = "unknown", _("Outcome unknown")
        SHADOW = "shadow", _("Would have been sent")

    touch_id = models.UUIDField()
    application_id = models.UUIDField(null=True)
    candidate_id = models.UUIDField()
    attempt_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    code = models.CharField(max_length=40)  # the check or event that decided
    until = models.DateTimeField(null=True)
    checks = JsonText(default=list)  # [[code, "pass" | "hold" | "drop" | "skip", detail]]
    policy_id = models.UUIDField(null=True)
    version_id = models.UUIDField(null=True)
    channel = models.CharField(max_length=20, blank=True)
    commitment = models.CharField(max_length=64, blank=True)  # keyed hash of the text sent

    DATA = declare(
        retention=Retention.EVIDENCE,
        key="id organization_id touch_id application_id candidate_id attempt_id policy_id"
        " version_id xact",
        operational="at verdict code until checks channel commitment",
    )

    class Meta:
        indexes = [
            models.Index(fields=["touch_id"], name="receipt_touch"),
            # What people look for begins with what was decided and why. Not with the key at its
            # end: receipts of one batch share their moment, and so they share an entry.
            models.Index(
                fields=["organization_id", "verdict", "code", "at"], name="receipt_reason"
            ),
            BrinIndex(fields=["xact"], name="receipt_xact", pages_per_range=16, autosummarize=True),
        ]


class Ask(HotRow):
    """What we wait for from a candidate."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed unanswered")

    application = _link(Application)
    run_id = models.UUIDField()
    touch_id = models.UUIDField(null=True)
    key = models.CharField(max_length=80)  # the name of the touch that asks
    occurrence = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)  # confirmation; later slot, screener, document
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    answer = models.CharField(max_length=20, blank=True)  # confirmed, declined …
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    DATA = declare(
        retention=Retention.CANDIDATE,
        key="id organization application run_id touch_id key occurrence",
        operational="kind state answer opened_at closed_at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run_id", "key", "occurrence"], name="ask_once"),
        ]
