"""The mirror of the ATS. The ATS stays the source of truth; these rows are what we last saw."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Reverse
from django.utils.translation import gettext_lazy as _

from followthrough.accounts.models import HotRow, Member, Organization, OrganizationRow
from followthrough.core import clock
from followthrough.core.declared import Retention, declare
from followthrough.people.plain import PlainField, PlainWords
from followthrough.people.stages import Stage
from followthrough.store.models import Row


class Connection(OrganizationRow):
    """A link to one ATS: how its webhooks are verified and how it is called back."""

    kind = models.CharField(max_length=30)  # the folder in intake/ats/
    name = models.CharField(max_length=200)
    token = models.CharField(max_length=64, unique=True)  # the unguessable part of the hook's URL
    base_url = models.URLField(blank=True)
    credentials = models.JSONField(default=dict)  # what we call the ATS with
    webhook_secrets = models.JSONField(default=list)  # all that are live: rotation needs two
    config = models.JSONField(default=dict)  # what its fields mean: see intake.consents
    active = models.BooleanField(default=True)
    last_event_at = models.DateTimeField(null=True)

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id organization",
        operational="kind name base_url config active last_event_at",
        secret="token credentials webhook_secrets",
    )

    def __str__(self) -> str:
        return self.name


class Site(OrganizationRow):
    """A place where people work."""

    name = models.CharField(max_length=200)
    external_id = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=300, blank=True)
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=10, blank=True)  # state or province, as in ISO 3166-2
    zone = models.CharField(max_length=64)
    seen_version = models.DateTimeField(null=True)  # the source's time of the newest snapshot
    seen_digest = models.CharField(max_length=32, default="", db_default="")  # decides ties

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id organization external_id",
        operational="name address country region zone seen_version seen_digest",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="site_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Requisition(OrganizationRow):
    """An opening. Its `family` is what message maps are usually assigned by; `team` whose it is."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    plain_title = PlainField("title")  # what it is searched by
    family = models.CharField(max_length=80, blank=True)
    team = models.CharField(max_length=80, blank=True)  # as the ATS calls it; '' when it has none
    site = models.ForeignKey(Site, null=True, on_delete=models.PROTECT, related_name="requisitions")
    seen_version = models.DateTimeField(null=True)  # the source's time of the newest snapshot
    seen_digest = models.CharField(max_length=32, default="", db_default="")  # decides ties

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id organization connection external_id site",
        operational="title plain_title family team seen_version seen_digest",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "external_id"], name="requisition_once"),
        ]

    def __str__(self) -> str:
        return self.title


class Scope(OrganizationRow):
    """A site or a team that a member works for. Whoever has none works for the whole company."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="scopes")
    # Not CASCADE: whoever loses their last site would work for the whole company.
    site = models.ForeignKey(Site, null=True, on_delete=models.PROTECT, related_name="+")
    team = models.CharField(max_length=80, blank=True)  # as in Requisition.team

    DATA = declare(
        retention=Retention.ORGANIZATION, key="id organization member site", operational="team"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(site=None) ^ models.Q(team=""), name="scope_site_or_team"
            ),
            models.UniqueConstraint(
                fields=["member", "site", "team"], name="scope_once", nulls_distinct=False
            ),
        ]


def _shared(to: type[models.Model], **options: object) -> models.ForeignKey:
    """A link to one of few rows. The database does not check it: for each candidate and each
    application it would lock and rewrite the same rows again."""
    return models.ForeignKey(
        to, on_delete=models.PROTECT, db_constraint=False, related_name="+", **options
    )


class Candidate(Row):
    """A person as one ATS knows them."""

    organization = _shared(Organization, db_index=False)  # `candidate_name` begins with it
    connection = _shared(Connection, db_index=False)  # `candidate_once` begins with it
    external_id = models.CharField(max_length=200)
    shard = models.SmallIntegerField()
    given_name = models.CharField(max_length=200, blank=True)
    family_name = models.CharField(max_length=200, blank=True)
    plain_name = PlainField("family_name given_name")  # sorted and searched by
    locale = models.CharField(max_length=12, default="en")
    country = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=10, blank=True)
    zone_stated = models.CharField(max_length=64, blank=True)  # the candidate said so
    zone_stated_at = models.DateTimeField(null=True)
    zone_address = models.CharField(max_length=64, blank=True)  # of the home address in the ATS
    last_inbound_at = models.DateTimeField(null=True)
    seen_version = models.DateTimeField(null=True)  # the source's time of the newest snapshot
    seen_digest = models.CharField(max_length=32, default="", db_default="")  # decides ties

    DATA = declare(
        retention=Retention.CANDIDATE,
        key="id organization connection external_id shard",
        operational="locale last_inbound_at seen_version seen_digest",
        personal="given_name family_name plain_name country region zone_stated zone_stated_at"
        " zone_address",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "external_id"], name="candidate_once"),
        ]
        indexes = [
            models.Index(fields=["organization", "plain_name", "id"], name="candidate_name"),
            # Without a list of what is pending: a search would read it all, and now and then one
            # write would have to work it off for all the others.
            GinIndex(PlainWords("plain_name"), name="candidate_words", fastupdate=False),
        ]

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip() or _("(no name)")


class ContactPoint(HotRow):
    """A phone number, mail address or chat identity of a candidate."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("Phone")
        EMAIL = "email", _("Email")

    WRONG_NUMBER = "wrong_number"  # unusable: whoever has it says that it is not the candidate's
    GONE = "gone"  # unusable: their ATS does not list it any more
    NOT_THEIRS = (WRONG_NUMBER, GONE)  # known, and nobody is spoken to or for by it

    candidate = models.ForeignKey(
        Candidate, on_delete=models.CASCADE, related_name="contact_points", db_index=False
    )  # `contact_once` begins with it
    kind = models.CharField(max_length=10, choices=Kind.choices)
    written = models.CharField(max_length=320)  # as the ATS has it
    address = models.CharField(max_length=320, blank=True)  # normalised; '' when unreadable
    address_key = models.CharField(max_length=64, blank=True)  # keyed hash: outlives the address
    usable = models.BooleanField(default=True)
    unusable_reason = models.CharField(max_length=40, blank=True)  # a code, see people.contacts
    position = models.SmallIntegerField(default=0)  # the ATS's order; the first usable is used
    introduced_at = models.DateTimeField(null=True)  # when the first message went there

    DATA = declare(
        retention=Retention.CANDIDATE,
        key="id organization candidate address_key",
        operational="kind usable unusable_reason position introduced_at",
        personal="written address",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["candidate", "kind", "written"], name="contact_once"),
        ]
        indexes = [
            models.Index(fields=["organization", "address_key"], name="contact_address"),
            # People type the beginning of a mail address and the end of a number; each address is
            # in one of the two.
            models.Index(
                "organization",
                OpClass("address", "text_pattern_ops"),
                name="contact_mail",
                condition=models.Q(kind="email"),
            ),
            models.Index(
                "organization",
                OpClass(Reverse("address"), "text_pattern_ops"),
                name="contact_digits",
                condition=models.Q(kind="phone"),
            ),
        ]


class Application(Row):
    """A candidate for a requisition; without one it is a lead."""

    organization = _shared(Organization, db_index=False)  # `application_stage` begins with it
    connection = _shared(Connection, db_index=False)  # `application_once` begins with it
    external_id = models.CharField(max_length=200)
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="applications")
    requisition = _shared(Requisition, null=True)
    stage = models.CharField(max_length=20, choices=Stage.choices, default=Stage.UNMAPPED)
    ats_stage = models.CharField(max_length=200, blank=True)
    stage_since = models.DateTimeField(default=clock.now)
    seen_version = models.DateTimeField(null=True)  # the source's time of the newest snapshot
    seen_digest = models.CharField(max_length=32, default="", db_default="")  # decides ties
    fields = models.JSONField(default=dict)  # ATS fields that maps may ask about

    DATA = declare(
        retention=Retention.CANDIDATE,
        key="id organization connection external_id candidate requisition",
        operational="stage ats_stage stage_since seen_version seen_digest",
        personal="fields",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "external_id"], name="application_once"),
        ]
        indexes = [
            models.Index(  # with all that is asked of applications by the thousand
                fields=["organization", "stage", "stage_since", "id"],
                include=["requisition", "connection"],
                name="application_stage",
            ),
            models.Index(fields=["organization", "stage_since", "id"], name="application_since"),
        ]


class StageMapping(OrganizationRow):
    """What one stage name of an ATS means here."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="mappings")
    ats_stage = models.CharField(max_length=200)
    stage = models.CharField(max_length=20, choices=Stage.choices)

    DATA = declare(
        retention=Retention.ORGANIZATION,
        key="id organization connection",
        operational="ats_stage stage",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "ats_stage"], name="mapping_once"),
        ]


class StageChange(HotRow):
    """A fact: the application was seen in another stage than before."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="changes")
    from_stage = models.CharField(max_length=20, blank=True)
    to_stage = models.CharField(max_length=20)
    ats_stage = models.CharField(max_length=200)
    source_time = models.DateTimeField(null=True)  # when it happened, if the ATS says
    observed_at = models.DateTimeField()  # when we saw it
    raw_event_id = models.UUIDField(null=True)

    DATA = declare(
        retention=Retention.CANDIDATE,
        key="id organization application raw_event_id",
        operational="from_stage to_stage ats_stage source_time observed_at",
    )


class Anchor(HotRow):
    """A named instant of an application, mirrored from the ATS: interview start, start date …"""

    INTERVIEW = "interview_start"

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="anchors", db_index=False
    )  # `anchor_once` begins with it
    name = models.CharField(max_length=40)
    at = models.DateTimeField(null=True)  # none: it was taken away
    sequence = models.IntegerField(default=1)  # rises with every change

    DATA = declare(
        retention=Retention.CANDIDATE,
        key="id organization application",
        operational="name at sequence",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "name"], name="anchor_once"),
        ]
        indexes = [
            models.Index(
                fields=["organization", "name", "at"],
                name="anchor_when",
                condition=models.Q(at__isnull=False),
            ),
        ]


class AnchorChange(HotRow):
    """A fact: an anchor was seen at another time than before. Rows are only ever added."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="anchor_changes"
    )
    name = models.CharField(max_length=40)
    at = models.DateTimeField(null=True)  # none: it was taken away
    sequence = models.IntegerField()  # of the anchor, from then on
    observed_at = models.DateTimeField()  # when we saw it

    DATA = declare(
        retention=Retention.CANDIDATE,
        key="id organization application",
        operational="name at sequence observed_at",
    )


class WriteBack(OrganizationRow):
    """Something the ATS is to be told. The row is an outbox; `id` is the idempotency key."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        PARKED = "parked", _("Needs a person")

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="write_backs"
    )
    shard = models.SmallIntegerField()
    kind = models.CharField(max_length=20)  # note, field …
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.SmallIntegerField(default=0)
    next_try_at = models.DateTimeField(db_default=models.functions.Now())  # infrastructure clock
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    DATA = declare(
        retention=Retention.CANDIDATE,
        key="id organization connection application shard",
        operational="kind state tries next_try_at problem created_at done_at",
        personal="payload",
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["shard", "next_try_at"],
                name="writeback_waiting",
                condition=models.Q(state="waiting"),
            ),
            models.Index(
                fields=["organization", "created_at"],
                name="writeback_parked",
                condition=models.Q(state="parked"),
            ),
        ]
