"""Organizations, the people who work in them, and the clock of the installation."""

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
    created_at = models.DateTimeField(auto_now_add=True)

    DATA = declare(
        retention=Retention.ORGANIZATION, key="id slug", operational="name country created_at"
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

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = BaseUserManager()

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id",
        operational="is_active last_login",
        personal="email name",
        secret="password",
    )


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    OPERATIONS = "operations", _("Operations")
    RECRUITER = "recruiter", _("Recruiter")
    COORDINATOR = "coordinator", _("Coordinator")
    HIRING_MANAGER = "hiring_manager", _("Hiring manager")
    COMPLIANCE = "compliance", _("Compliance")
    ATS_ADMIN = "ats_admin", _("ATS admin")
    READ_ONLY = "read_only", _("Read only")


class Member(OrganizationRow):
    """A user's place in an organization."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)

    DATA = declare(retention=Retention.ORGANIZATION, key="id organization user", operational="role")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="member_once"),
        ]


class SignInLink(Row):
    """A link that signs one person in once. Only the hash of its token is kept."""

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
