"""What governs sending: consent, blocked addresses, what candidates chose, policies, freezes and
the use of caps."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from followthrough.accounts.models import HotRow, OrganizationRow
from followthrough.audit.models import Sealable
from followthrough.core.declared import Retention, declare


class ConsentEntry(Sealable):
    """One entry of the consent ledger. Entries are only ever added; what counts is computed."""

    class State(models.TextChoices):
        GRANTED = "granted", _("May be contacted")
        REVOKED = "revoked", _("Opted out")
        LIFTED = "lifted", _("An entry taken back")

    candidate_id = models.UUIDField(null=True)
    contact_point_id = models.UUIDField(null=True)
    address_key = models.CharField(max_length=64)
    channel = models.CharField(max_length=20)  # '' means every channel of the address
    purpose = models.CharField(max_length=20, blank=True)
    scope = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices)
    basis = models.CharField(max_length=40)  # a code: application_form, keyword, sentence …
    source = models.CharField(max_length=40)  # where it came from: ats, sms, console …
    evidence = models.JSONField(default=dict)  # ids and hashes: the message, the form shown
    lifts_id = models.UUIDField(null=True)  # the entry that this one takes back
    personal = models.BooleanField(default=False)  # of nobody else who uses the address
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=80)
    at = models.DateTimeField()

    DATA = declare(
        retention=Retention.EVIDENCE,
        key="id organization_id candidate_id contact_point_id address_key actor_id lifts_id xact",
        operational="channel purpose scope state basis source evidence actor_kind at personal",
    )

    class Meta:
        indexes = [
            models.Index(fields=["address_key", "organization_id", "id"], name="consent_address"),
            models.Index(fields=["candidate_id"], name="consent_candidate"),
            BrinIndex(fields=["xact"], name="consent_xact", pages_per_range=16, autosummarize=True),
        ]


class ConsentText(OrganizationRow):
    """A text as people saw it when they agreed or chose (a form, their page), once for each that
    differs; entries and wishes name its hash, and nothing in it is about one of them."""

    hash = models.CharField(max_length=64)  # in hex, as in an entry's evidence
    text = models.TextField()
    first_seen_at = models.DateTimeField()

    DATA = declare(
        retention=Retention.EVIDENCE,
        key="id organization hash",
        operational="text first_seen_at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "hash"], name="consent_text_once"),
        ]


class AddressBlock(OrganizationRow):
    """An address nobody may be contacted at. It binds everyone on it and outlives erasure."""

    address_key = models.CharField(max_length=64)
    channel = models.CharField(max_length=20)  # sms, email
    entry_id = models.UUIDField()  # the ledger entry that set it
    since = models.DateTimeField()  # business time of the opt-out
    at_carrier = models.BooleanField(default=False)  # the carrier knows: only START lifts it
    committed_at = models.DateTimeField(db_default=models.functions.Now())  # infrastructure clock
    lifted_at = models.DateTimeField(null=True)
    lifted_entry_id = models.UUIDField(null=True)

    DATA = declare(
        retention=Retention.EVIDENCE,
        key="id organization address_key entry_id lifted_entry_id",
        operational="channel since at_carrier committed_at lifted_at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "address_key", "channel"],
                condition=models.Q(lifted_at=None),
                name="block_standing_once",
            ),
        ]


class Wish(Sealable):
    """What a candidate chose to get, all of it, from then on. Rows are only ever added; the one
    with a person's highest number counts.

    It is no entry of the consent ledger: it is about a person and not an address (so it binds
    addresses that come later as well), and part of it may end by itself, which no opt-out does.
    """

    class Wants(models.TextChoices):
        EVERYTHING = "everything", _("Everything about their application")
        INTERVIEWS = "interviews", _("Only messages about interviews")
        NOTHING = "nothing", _("Nothing")

    candidate_id = models.UUIDField()
    number = models.IntegerField()  # from 1, of this person
    wants = models.CharField(max_length=12, choices=Wants.choices)
    silent = models.JSONField(default=list)  # channels on which nothing may come
    paused_until = models.DateTimeField(null=True)
    application_id = models.UUIDField(null=True)  # the only one they want to hear about
    choice = models.CharField(max_length=20)  # what they pressed: a code of `preferences`
    source = models.CharField(max_length=20)  # where: preference_page, one_click
    language = models.CharField(max_length=12, blank=True)  # of the page they saw
    shown = models.CharField(max_length=64, blank=True)  # the digest of what it said (ShownText)
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=80)
    at = models.DateTimeField()

    DATA = declare(
        retention=Retention.EVIDENCE,
        key="id organization_id candidate_id application_id actor_id xact",
        operational="number wants silent paused_until choice source language shown actor_kind at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["candidate_id", "number"], name="wish_number"),
        ]
        indexes = [
            BrinIndex(fields=["xact"], name="wish_xact", pages_per_range=16, autosummarize=True),
        ]


class Policy(OrganizationRow):
    """A version of an organization's sending policy. Immutable; the highest number counts."""

    number = models.IntegerField()
    document = models.JSONField()
    content_hash = models.CharField(max_length=64)
    author_id = models.CharField(max_length=80)
    second_id = models.CharField(max_length=80, blank=True)  # who approved it, where one had to
    note = models.CharField(max_length=300, blank=True)
    published_at = models.DateTimeField()
    review_on = models.DateField(null=True)  # when somebody should look at it again

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id organization author_id second_id",
        operational="number document content_hash note published_at review_on",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="policy_number"),
        ]


class PolicyProposal(OrganizationRow):
    """A policy that allows more, waiting for a second person. Closed, never deleted."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits for a second person")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    document = models.JSONField()
    base = models.IntegerField()  # the number of the policy it was made from; 0: the default one
    author_id = models.CharField(max_length=80)
    note = models.CharField(max_length=300, blank=True)
    review_on = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    proposed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=80, blank=True)

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id organization author_id closed_by",
        operational="document base note review_on state proposed_at closed_at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=models.Q(state="open"),
                name="proposal_one_at_a_time",
            ),
        ]


class Freeze(OrganizationRow):
    """Automation is silent for a subject: why, until when, by whom. Ended, never deleted."""

    class Subject(models.TextChoices):
        ORGANIZATION = "organization", _("The whole organization")
        CANDIDATE = "candidate", _("A candidate")
        APPLICATION = "application", _("An application")
        MAP = "map", _("A message map")
        CHANNEL = "channel", _("A channel")
        SENDER = "sender", _("A sender")
        BATCH = "batch", _("Messages that wait for a yes")

    subject_kind = models.CharField(max_length=20, choices=Subject.choices)
    subject_id = models.UUIDField()
    why = models.CharField(
        max_length=40
    )  # handoff, promise, accommodation, kill_switch, held_batch
    until = models.DateTimeField(null=True)  # none: until it is ended
    by = models.CharField(max_length=80)
    note = models.CharField(max_length=300, blank=True)  # what whoever began it wrote about it
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)

    DATA = declare(
        retention=Retention.EVIDENCE,
        key="id organization subject_id by ended_by",
        operational="subject_kind why until note begun_at ended_at",
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["subject_id"], name="freeze_standing", condition=models.Q(ended_at=None)
            ),
            models.Index(  # few ever stand
                fields=["organization"],
                name="freeze_switches",
                condition=models.Q(ended_at=None, why="kill_switch"),
            ),
            models.Index(  # what it held is looked at once more just after it ended
                fields=["ended_at"], name="freeze_ended", condition=models.Q(ended_at__isnull=False)
            ),
        ]


class CapUse(HotRow):
    """The recent messages to one address; `changes` counts how often it was written.

    `uses` is a list of decisions.Use, pruned as it is written: JSON, but a text, since the
    database never looks into it on the way of a message.
    """

    address_key = models.CharField(max_length=64)
    uses = models.TextField(default="[]")
    changes = models.BigIntegerField(default=0)

    DATA = declare(
        retention=Retention.TRANSIENT,
        key="id organization address_key",
        operational="uses changes",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address_key", "organization"], name="capuse_address"),
        ]
