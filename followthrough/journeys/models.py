"""Message maps, their published versions, who gets which, and the runs through them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from followthrough.accounts.models import HotRow, OrganizationRow
from followthrough.core.declared import Retention, declare
from followthrough.people.models import Application, Site


class MessageMap(OrganizationRow):
    """An editable message map; what runs is always one of its versions."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80)
    second_roles = models.JSONField(default=list)  # whose yes a version waits for; none: nobody's
    # The number of the version to which runs of older ones move with their next stage. It stands
    # here, once: nobody's run is to be marked, and none that begins meanwhile is forgotten.
    moves_to = models.IntegerField(null=True)

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id organization slug",
        operational="name second_roles moves_to",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "slug"], name="map_slug"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def second_person(self) -> bool:
        """Whether a version waits for somebody else's yes."""
        return bool(self.second_roles)


class Version(OrganizationRow):
    """A published map: immutable, with the hash of its content, its author and a note."""

    map = models.ForeignKey(MessageMap, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    document = models.JSONField()
    schema = models.SmallIntegerField(default=1)
    content_hash = models.CharField(max_length=64)
    author_id = models.CharField(max_length=80)
    second_id = models.CharField(max_length=80, blank=True)  # who else agreed
    note = models.CharField(max_length=300, blank=True)
    source = models.TextField(blank=True)  # the YAML it came as: comments and quotes live there
    published_at = models.DateTimeField()

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id organization map author_id second_id",
        operational="number document schema content_hash note source published_at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["map", "number"], name="version_number"),
        ]


class Draft(OrganizationRow):
    """What the next version of a map will say, while people write it. It always has the form of a
    map; what else is wrong with it stops only its publication."""

    map = models.OneToOneField(MessageMap, on_delete=models.CASCADE, related_name="draft")
    base = models.ForeignKey(Version, null=True, on_delete=models.PROTECT, related_name="+")
    document = models.JSONField()
    source = models.TextField(blank=True)  # the YAML it came as, see `documents.write_yaml`
    revision = models.IntegerField(default=0)  # rises with every edit
    languages = models.JSONField(default=list)  # to be written in, besides those it has texts in
    edited_by = models.CharField(max_length=80)
    edited_at = models.DateTimeField()

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id organization map base edited_by",
        operational="document source revision languages edited_at",
    )


class DraftEdit(OrganizationRow):
    """One edit of a draft, with what stood there before: who did what, and the way back."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="edits")
    revision = models.IntegerField()  # the draft's, after it
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    what = models.CharField(max_length=100)  # changed, added, removed, moved … and of which part
    before = models.JSONField(null=True)  # the whole document
    source = models.TextField(blank=True)  # and with it these two, as they were
    languages = models.JSONField(default=list)

    DATA = declare(
        retention=Retention.TRANSIENT,
        key="id organization draft by",
        operational="revision at what before source languages",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "revision"], name="draft_edit_once"),
        ]


class Running(models.TextChoices):
    """What becomes of the runs that are under way when a version is published."""

    STAY = "stay", _("They stay in their version")
    NEXT = "next", _("They move with their next stage")
    NOW = "now", _("They move now")


class MapProposal(OrganizationRow):
    """A version that waits for a second person. Closed, and gone only with a map that was never
    published."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits for a second person")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    map = models.ForeignKey(MessageMap, on_delete=models.CASCADE, related_name="proposals")
    document = models.JSONField()
    source = models.TextField(blank=True)
    base = models.IntegerField()  # the number of the newest version its author looked at; 0: none
    author_id = models.CharField(max_length=80)
    note = models.CharField(max_length=300)
    running = models.CharField(max_length=4, choices=Running.choices, default=Running.STAY)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    proposed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=80, blank=True)

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id organization map author_id closed_by",
        operational="document source base note running state proposed_at closed_at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["map"], condition=models.Q(state="open"), name="map_proposal_one_at_a_time"
            ),
        ]


class Assignment(OrganizationRow):
    """One rule for which map an application gets. They are read from the top, and the first that
    fits wins. `position` counts from 0 without gaps; only `rules` writes here, under a lock."""

    map = models.ForeignKey(MessageMap, on_delete=models.CASCADE, related_name="assignments")
    connection = models.ForeignKey(
        "people.Connection", null=True, on_delete=models.CASCADE, related_name="+"
    )
    family = models.CharField(max_length=80, blank=True)
    site = models.ForeignKey(Site, null=True, on_delete=models.CASCADE, related_name="+")
    requisition = models.ForeignKey(
        "people.Requisition", null=True, on_delete=models.CASCADE, related_name="+"
    )
    position = models.IntegerField(default=0)

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id organization map connection site requisition",
        operational="family position",
    )


class Shadow(OrganizationRow):
    """A map or a connection in shadow: everything is decided, receipted and shown, nothing is
    sent, but for the job families that were switched on. Ended, never deleted."""

    class Subject(models.TextChoices):
        MAP = "map", _("A message map")
        CONNECTION = "connection", _("A connection")

    subject_kind = models.CharField(max_length=20, choices=Subject.choices)
    subject_id = models.UUIDField()
    families_live = models.JSONField(default=list)  # '' is for applications without a family
    changes = models.IntegerField(default=1)  # rises with every change: what was decided before it
    begun_at = models.DateTimeField()
    by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)

    DATA = declare(
        retention=Retention.EVIDENCE,
        key="id organization subject_id by ended_by",
        operational="subject_kind families_live changes begun_at ended_at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id"],
                condition=models.Q(ended_at=None),
                name="shadow_standing_once",
            ),
        ]


class Rematch(OrganizationRow):
    """Applications that are to be looked at again by the rules: one, those of a requisition, or
    (with neither) all of the organization. Worked off in the background, part by part.

    With `rule` those that have no run get one, if that rule gives them its map; or, where it
    `moves`, those in another map go on in this one.
    """

    shard = models.SmallIntegerField(default=0)  # whose turn it is done in
    application_id = models.UUIDField(null=True)
    requisition_id = models.UUIDField(null=True)
    rule_id = models.UUIDField(null=True)
    moves = models.BooleanField(default=False)
    after = models.UUIDField(null=True)  # how far it got: applications in the order of their ids
    seen = models.IntegerField(default=0)  # how many were looked at
    changed = models.IntegerField(default=0)  # for how many something followed
    by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    DATA = declare(
        retention=Retention.TRANSIENT,
        key="id organization shard application_id requisition_id rule_id after by",
        operational="moves seen changed asked_at ended_at",
    )

    class Meta:
        indexes = [
            models.Index(fields=["shard"], name="rematch_open", condition=models.Q(ended_at=None)),
        ]


class Run(HotRow):
    """One application in one version. It changes version only by a recorded move."""

    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="run")
    version = models.ForeignKey(
        Version,
        on_delete=models.PROTECT,
        related_name="runs",
        db_constraint=False,
        db_index=False,  # `run_version` begins with it
    )  # thousands of runs share it: checked for each, it would be locked and rewritten each time
    state = models.JSONField()  # journeys.engine.State
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=40, blank=True)
    unmatched_at = models.DateTimeField(null=True)  # since when no rule gives it its map any more

    DATA = declare(
        retention=Retention.CANDIDATE,
        key="id organization application version",
        operational="state started_at ended_at end_reason unmatched_at",
    )

    class Meta:
        indexes = [  # so runs are counted without reading their states; it is paid for at their end
            models.Index(fields=["version", "ended_at"], name="run_version"),
        ]


def _version(**options: object) -> models.ForeignKey:
    return models.ForeignKey(
        Version,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        **options,
    )


class RunMove(HotRow):
    """A recorded change of a run's version; the first one has no `from_version`."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="moves")
    from_version = _version(null=True)
    to_version = _version()
    why = models.CharField(max_length=80)  # the assignment rule, or the member's reason
    rule = models.JSONField(null=True)  # the rule as it was then (`assignment.Rule.kept`)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    DATA = declare(
        retention=Retention.CANDIDATE,
        key="id organization run from_version to_version by",
        operational="why rule at",
    )

    class Meta:
        indexes = [  # who left a version: a run's beginning left none, so most are not in it
            models.Index(
                fields=["from_version"],
                name="run_move_left",
                condition=~models.Q(from_version=None),
            ),
        ]
