"""Conversations and the moments at which a person has to step in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from followthrough.accounts.models import Member, OrganizationRow
from followthrough.core.declared import Retention, declare
from followthrough.people.models import Application, Candidate


class Handoff(OrganizationRow):
    """Why a human is needed, who has it and until when. Open until somebody resolves it."""

    class Reason(models.TextChoices):
        UNCLEAR = "unclear", _("The answer needs a person")
        DECLINED = "declined", _("The candidate said no")
        OPTED_OUT = "opted_out", _("Opted out with an interview ahead")
        UNKNOWN_OUTCOME = "unknown_outcome", _("Nobody knows whether a message went out")
        UNREACHABLE = "unreachable", _("A message did not arrive")
        AMBIGUOUS_STOP = "ambiguous_stop", _("May have asked to stop messages")
        PROVISIONAL_STOP = "provisional_stop", _("Stopped on suspicion, to be confirmed")
        WRONG_NUMBER = "wrong_number", _("The number is somebody else's")
        CARRIER_BLOCK = "carrier_block", _("The carrier blocks the number, and nobody asked for it")
        NO_ZONE = "no_zone", _("Nobody knows at which hours they may be written to")

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="handoffs")
    application = models.ForeignKey(
        Application, null=True, on_delete=models.CASCADE, related_name="handoffs"
    )
    reason = models.CharField(max_length=40, choices=Reason.choices)
    message_id = models.UUIDField(null=True)  # the message that led to it
    touch_id = models.UUIDField(null=True)
    freeze_id = models.UUIDField(null=True)  # automation is silent until it is resolved
    owner = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)  # a member's answer is the last word
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=80, blank=True)

    DATA = declare(
        retention=Retention.CANDIDATE,
        key="id organization candidate application message_id touch_id freeze_id owner resolved_by",
        operational="reason opened_at due_at answered_at resolved_at",
    )

    class Meta:
        indexes = [
            models.Index(  # in the order of the inbox
                "organization",
                models.F("answered_at").asc(nulls_first=True),
                "due_at",
                name="handoff_open",
                condition=models.Q(resolved_at=None),
            ),
            models.Index(
                fields=["organization", "-resolved_at"],
                name="handoff_done",
                condition=~models.Q(resolved_at=None),
            ),
        ]
