"""People who apply while there is trouble: by mail, and from where it is day, so that the hour at
the company does not matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from followthrough.accounts.models import Organization
from followthrough.core import clock
from followthrough.core.canonical import iso
from followthrough.core.zones import local
from followthrough.demo import ats
from followthrough.demo.models import AtsApplication

MARK = "T-"  # what the ids of their applications begin with
FAMILY = "retail"  # whose message map thanks by mail as well
GIVEN = ("Ines", "Tom", "Aroha", "Luca", "Mina", "Jonas", "Sade", "Pavel", "Noa", "Kemi")
# One of them has its day whenever it is asked; whoever applies says that they are there now.
AROUND = ("America/Chicago", "Pacific/Auckland", "Europe/Madrid")
DAY = range(8, 20)
FAMILIES = ("Alvarez", "Baker", "Chen", "Dahl", "Eriksen", "Fofana", "Garner")


def gather(organization_id: UUID, people: int) -> list[AtsApplication]:
    """So many new people in the ATS, which has not told the product yet; [] without an opening
    to apply for."""
    model = _model(organization_id)
    if model is None:
        return []
    with transaction.atomic():  # one crowd at a time: two would count the same people
        Organization.objects.select_for_update(no_key=True).get(id=organization_id)
        return [_enter(model, number) for number in _numbers(organization_id, people)]


def tell(application: AtsApplication) -> str:
    """The ATS tells the product that they have applied; '' or what went wrong."""
    return ats.send(application, _("Applied"), ats.webhook(application)).problem


def theirs(organization_id: UUID) -> Iterator[AtsApplication]:
    """Everyone who ever applied because of trouble."""
    rows = AtsApplication.objects.filter(organization_id=organization_id)
    yield from rows.filter(external_id__startswith=MARK)


def by_day() -> str:
    """The zone of somewhere that mails may go to at this hour, under the company's policy."""
    return next(zone for zone in AROUND if local(clock.now(), zone).hour in DAY)


def _model(organization_id: UUID) -> AtsApplication | None:
    """An application for the kind of opening they apply for."""
    rows = AtsApplication.objects.filter(organization_id=organization_id)
    mine = rows.filter(data__requisition__family=FAMILY).select_related("connection")
    return mine.order_by("id").first()


def _numbers(organization_id: UUID, people: int) -> Sequence[int]:
    first = sum(1 for _one in theirs(organization_id)) + 1
    return range(first, first + people)


def _enter(model: AtsApplication, number: int) -> AtsApplication:
    given, family = GIVEN[number % len(GIVEN)], FAMILIES[number % len(FAMILIES)]
    address = f"{given}.{family}{number}@example.org".lower()
    person = {"id": f"C-{MARK}{number}", "given_name": given, "family_name": family, "locale": "en",
              "country": "US", "zone_stated": by_day(), "phones": [],
              "emails": [address]}  # fmt: skip
    return ats.enter(
        model.connection, external_id=f"{MARK}{number}", stage="Applied", candidate=person,
        requisition=model.data["requisition"], stage_changed_at=iso(clock.now()),
    )  # fmt: skip
