"""Append-only facts and the sealed blocks that make tampering show. Ids only, no foreign keys."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.expressions import Func

from followthrough.core.declared import Retention, declare
from followthrough.store.models import JsonText, Row


class AuditXact(Func):
    """The number of the writing transaction, as `audit_xact()` gives it (see `numbering`)."""

    function = "audit_xact"
    template = "%(function)s()"
    output_field = models.BigIntegerField()


class Sealable(Row):
    """An append-only row that the sealer takes into a block once its transaction has committed."""

    organization_id = models.UUIDField()
    xact = models.BigIntegerField(db_default=AuditXact(), editable=False)

    class Meta:
        abstract = True


class Fact(Sealable):
    """One thing that happened: who did what to what, when and why. Holds no personal data."""

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=80)
    verb = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=30)
    subject_id = models.UUIDField()
    why = JsonText(default=dict)

    DATA = declare(
        retention=Retention.EVIDENCE,
        key="id organization_id actor_id subject_id xact",
        operational="at actor_kind verb subject_kind why",
    )

    class Meta:
        indexes = [
            models.Index(fields=["subject_id", "id"], name="fact_subject"),
            BrinIndex(fields=["xact"], name="fact_xact", pages_per_range=16, autosummarize=True),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(actor_kind="") & ~models.Q(actor_id=""), name="fact_has_actor"
            ),
        ]


class Block(Row):
    """The Merkle root over every sealable row of one organization in a range of transactions."""

    organization_id = models.UUIDField()
    height = models.BigIntegerField()
    from_xact = models.BigIntegerField()  # rows with from_xact <= xact < to_xact are inside
    to_xact = models.BigIntegerField()
    rows = models.IntegerField()
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)  # over all of the above
    sealed_at = models.DateTimeField()

    DATA = declare(
        retention=Retention.EVIDENCE,
        key="id organization_id",
        operational="height from_xact to_xact rows root previous digest sealed_at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization_id", "height"], name="block_height"),
        ]
        indexes = [models.Index(fields=["to_xact"], name="block_frontier")]
