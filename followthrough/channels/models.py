"""Senders: the accounts, numbers and mailboxes messages leave from."""

from django.db import models

from followthrough.accounts.models import OrganizationRow
from followthrough.core.declared import Retention, declare


class Sender(OrganizationRow):
    """One number or mailbox at one provider."""

    channel = models.CharField(max_length=20)  # sms, email
    adapter = models.CharField(max_length=30)  # the folder in channels/
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=320)  # the number or mail address shown to candidates
    token = models.CharField(max_length=64, unique=True)  # the unguessable part of its hooks' URLs
    config = models.JSONField(default=dict)  # base_url, host …
    secrets = models.JSONField(default=dict)  # api_key, webhook_secrets …
    active = models.BooleanField(default=True)

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id organization",
        operational="channel adapter name address config active",
        secret="token secrets",
    )

    def __str__(self) -> str:
        return self.name


class SandboxMessage(OrganizationRow):
    """What the sandbox adapter 'delivered': read by the demo's phone, never by the product."""

    sender = models.ForeignKey(Sender, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=80, unique=True)  # the idempotency key it was handed
    times = models.SmallIntegerField(default=1, db_default=1)  # more than once: a mistake
    to = models.CharField(max_length=320)
    subject = models.CharField(max_length=500, blank=True)
    body = models.TextField()
    at = models.DateTimeField()

    DATA = declare(
        retention=Retention.TRANSIENT,
        key="id organization sender key",
        operational="times at",
        personal="to subject body",
    )

    class Meta:
        indexes = [models.Index(fields=["to", "id"], name="sandbox_to")]
