"""Who works on what: the worker processes and the shards they hold."""

from django.db import models

from followthrough.core.declared import Retention, declare


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
