"""Message maps, their published versions, who gets which, and the runs through them."""

from django.db import models

from followthrough.accounts.models import HotRow, OrganizationRow
from followthrough.core.declared import Retention, declare
from followthrough.people.models import Application, Site


class MessageMap(OrganizationRow):
    """An editable message map; what runs is always one of its versions."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80)

    DATA = declare(retention=Retention.ORGANIZATION, key="id organization slug", operational="name")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "slug"], name="map_slug"),
        ]

    def __str__(self) -> str:
        return self.name


class Version(OrganizationRow):
    """A published map: immutable, with the hash of its content, its author and a note."""

    map = models.ForeignKey(MessageMap, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    document = models.JSONField()
    schema = models.SmallIntegerField(default=1)
    content_hash = models.CharField(max_length=64)
    author_id = models.CharField(max_length=80)
    note = models.CharField(max_length=300, blank=True)
    source = models.TextField(blank=True)  # the YAML it came as: comments and quotes live there
    published_at = models.DateTimeField()

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id organization map author_id",
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

    DATA = declare(
        retention=Retention.TRANSIENT,
        key="id organization draft by",
        operational="revision at what before",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "revision"], name="draft_edit_once"),
        ]


class Assignment(OrganizationRow):
    """Which map an application gets. The most specific rule wins; ties go to the lower position."""

    map = models.ForeignKey(MessageMap, on_delete=models.CASCADE, related_name="assignments")
    family = models.CharField(max_length=80, blank=True)
    site = models.ForeignKey(Site, null=True, on_delete=models.CASCADE, related_name="+")
    requisition = models.ForeignKey(
        "people.Requisition", null=True, on_delete=models.CASCADE, related_name="+"
    )
    position = models.IntegerField(default=0)

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id organization map site requisition",
        operational="family position",
    )


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

    DATA = declare(
        retention=Retention.CANDIDATE,
        key="id organization application version",
        operational="state started_at ended_at end_reason",
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
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    DATA = declare(
        retention=Retention.CANDIDATE,
        key="id organization run from_version to_version by",
        operational="why at",
    )
