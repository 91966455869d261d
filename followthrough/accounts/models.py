"""Organizations, the people who work in them, and the clock of the installation."""

from collections.abc import Iterator

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from followthrough.core.declared import Retention, declare
from followthrough.store.models import Row


class Organization(Row):
    """A company that uses this installation. Every other row belongs to exactly one."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(unique=True)
    country = models.CharField(max_length=2)  # ISO 3166; how national phone numbers are read
    postal_address = models.TextField(blank=True)  # lines, as the foot of each mail gives it
    created_at = models.DateTimeField(auto_now_add=True)

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id slug",
        operational="name country postal_address created_at",
    )

    def __str__(self) -> str:
        return self.name


class OrganizationRow(Row):
    """The base of every row that belongs to an organization."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class HotRow(Row):
    """A row of a big table: the database neither checks its organization for each one (it would
    lock and rewrite the same row each time) nor has an index of it."""

    organization = models.ForeignKey(
        Organization,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        abstract = True


class User(AbstractBaseUser, Row):
    """Someone who signs in; what they may do stands in their memberships."""

    email = models.EmailField(unique=True)  # in lower case
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=10, blank=True)  # '' is what the browser asks for
    letter_keys = models.BooleanField(default=True)  # whether letters alone do things on a page
    sessions_ended = models.PositiveIntegerField(default=0)  # how often all of them were

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = BaseUserManager()

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id",
        operational="is_active last_login language letter_keys sessions_ended",
        personal="email name",
        secret="password",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=models.functions.Lower("email")), name="user_email_lower"
            ),
        ]

    def get_session_auth_hash(self) -> str:
        """What a session is good with: another password, or ending them all, ends it."""
        return f"{super().get_session_auth_hash()}.{self.sessions_ended}"

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same with the keys that SECRET_KEY had before."""
        for one in super().get_session_auth_fallback_hash():
            yield f"{one}.{self.sessions_ended}"


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    OPERATIONS = "operations", _("Operations")
    RECRUITER = "recruiter", _("Recruiter")
    COORDINATOR = "coordinator", _("Coordinator")
    HIRING_MANAGER = "hiring_manager", _("Hiring manager")
    COMPLIANCE = "compliance", _("Compliance")
    ATS_ADMIN = "ats_admin", _("ATS admin")
    READ_ONLY = "read_only", _("Read only")


class _Current(models.Manager):
    """Members who have access now."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(ended_at=None)


class Member(OrganizationRow):
    """A user's place in an organization. Whoever leaves stays on record: what they did names them.

    `Member.objects` are those who have access, `Member.ever` also those who had it.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    seen_at = models.DateTimeField(null=True)  # to the hour, by the wall clock
    ended_at = models.DateTimeField(null=True)  # since then without access

    objects = _Current()
    ever = models.Manager()

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id organization user",
        operational="role seen_at ended_at",
    )

    class Meta:
        base_manager_name = "ever"  # whoever refers to a member finds them
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="member_once"),
        ]


class Invitation(OrganizationRow):
    """A link by which one person may join. Only the hash of its token is kept."""

    email = models.EmailField()  # in lower case
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices)
    sites = models.JSONField(default=list)  # ids of people.Site
    teams = models.JSONField(default=list)  # neither sites nor teams: the whole company
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.CharField(max_length=80)  # the actor of the audit: `member:<id>`
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()  # all by the wall clock, as sessions are
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    DATA = declare(
        retention=Retention.TRANSIENT,
        key="id organization invited_by",
        operational="role sites teams created_at expires_at accepted_at withdrawn_at",
        personal="email name",
        secret="token_hash",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "email"],
                name="invitation_open_once",
                condition=models.Q(accepted_at=None, withdrawn_at=None),
            ),
        ]


class SignInLink(Row):
    """A link of the demo that signs one person in once. Only the hash of its token is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()  # by the wall clock, as all sessions are
    used_at = models.DateTimeField(null=True)

    DATA = declare(
        retention=Retention.TRANSIENT,
        key="id user",
        operational="expires_at used_at",
        secret="token_hash",
    )


class ClockShift(models.Model):
    """How far the business clock runs ahead, for the demo. One row, id 1; none means not moved."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seconds = models.BigIntegerField(default=0)

    DATA = declare(retention=Retention.ORGANIZATION, key="id", operational="seconds")


class CacheEntry(models.Model):
    """What all web processes count together: rate limits. Django's database cache keeps it."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    DATA = declare(retention=Retention.TRANSIENT, operational="value expires", personal="cache_key")

    class Meta:
        db_table = "accounts_cache"
