"""The application as the generic webhook writes it, validated; and the snapshot it becomes.

Strict where a mistake would send something wrong (times need an offset, zones must exist), open
where it would only lose something (fields we do not know are ignored).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import orjson
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from followthrough.core.errors import Explained
from followthrough.core.zones import known_zones
from followthrough.people.snapshots import (
    CandidatePart,
    ConsentPart,
    RequisitionPart,
    SitePart,
    Snapshot,
)


class BadSnapshot(Explained):
    """An application that cannot be read: the thing is the path of the mistake."""


def _text(value: Any) -> Any:
    """Ids may be numbers; null means nothing."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _trimmed(most: int, *, least: int = 0) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=least, max_length=most)


def _zone(name: str) -> str:
    if name and name not in known_zones():
        raise ValueError("is not an IANA time zone; write one such as America/Chicago")
    return name


FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # the first or last hours there are
        return moment.replace(tzinfo=UTC)


def _is_real(moment: datetime | None) -> bool:
    """Systems write `0001-01-01` or `9999-12-31` where they have no time."""
    return moment is not None and FIRST <= moment < LAST


def _real(moment: datetime) -> datetime:
    if not _is_real(moment):
        raise ValueError("is not a time at which anything can have changed")
    return moment


def _listed(value: Any) -> Any:
    return [] if value is None else value


def _mapped(value: Any) -> Any:
    return {} if value is None else value


# Constraints stand next to the type: after a validator of ours they would be checked in Python.
Text10 = Annotated[str, _trimmed(10), BeforeValidator(_text)]
Text12 = Annotated[str, _trimmed(12), BeforeValidator(_text)]
Text80 = Annotated[str, _trimmed(80), BeforeValidator(_text)]
Text200 = Annotated[str, _trimmed(200), BeforeValidator(_text)]
Text300 = Annotated[str, _trimmed(300), BeforeValidator(_text)]
Text320 = Annotated[str, _trimmed(320), BeforeValidator(_text)]
Text2000 = Annotated[str, _trimmed(2000), BeforeValidator(_text)]
Required = Annotated[str, _trimmed(200, least=1), BeforeValidator(_text)]
Country = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^([A-Za-z]{2})?$"),
    BeforeValidator(_text),
]
Zone = Annotated[
    str, StringConstraints(max_length=64), AfterValidator(_zone), BeforeValidator(_text)
]  # fmt: skip
Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
Addresses = Annotated[list[Text320], Field(max_length=20), BeforeValidator(_listed)]
AnchorName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Site(Part):
    id: Text200 = ""
    name: Required
    address: Text300 = ""
    country: Country = ""
    region: Text10 = ""
    zone: Zone = ""


class Requisition(Part):
    id: Required
    title: Required
    family: Text80 = ""
    team: Text80 = ""
    site: Site | None = None


class Consent(Part):
    granted: bool
    at: Moment
    text: Text2000 = ""


class Candidate(Part):
    id: Required
    given_name: Text200 = ""
    family_name: Text200 = ""
    locale: Text12 = ""
    country: Country = ""
    region: Text10 = ""
    zone: Zone = ""
    zone_stated: Zone = ""
    phones: Addresses = []
    emails: Addresses = []
    consent: Annotated[
        dict[Literal["sms", "email"], Consent], BeforeValidator(_mapped)
    ] = {}  # fmt: skip


class Application(Part):
    id: Required
    updated_at: Annotated[Moment, AfterValidator(_real)]
    stage: Required
    stage_changed_at: Moment | None = None
    candidate: Candidate
    requisition: Requisition | None = None
    anchors: Annotated[
        dict[AnchorName, Moment | None], Field(max_length=40), BeforeValidator(_mapped)
    ] = {}  # fmt: skip
    fields: Annotated[dict[str, Any], Field(max_length=200), BeforeValidator(_mapped)] = {}
    closed: Annotated[
        Literal["", "hired", "rejected", "withdrawn"], BeforeValidator(_text)
    ] = ""  # fmt: skip


def read_snapshot(raw: Mapping[str, Any], *, clean: bool = False) -> Snapshot:
    """The snapshot in an `application` object. Raises BadSnapshot: path, reason, remedy.

    `clean` says that there is no zero byte in it, which would have to be searched for.
    """
    try:
        return _snapshot(Application.model_validate(raw if clean else _clean(raw)))
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_context=False, include_input=False)[0]
        path = ".".join(str(part) for part in first["loc"] if part != "[key]")
        reason = first["msg"].removeprefix("Value error, ")
        raise BadSnapshot(
            f"application.{path}",
            reason=f"{reason}.",
            remedy="Correct it in the source and send the application again.",
        ) from None


def _clean(value: Any) -> Any:
    """`value` without the one character that PostgreSQL cannot store."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, Mapping):
        return {_clean(key): _clean(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_clean(one) for one in value]
    return value


def _snapshot(found: Application) -> Snapshot:
    return Snapshot(
        external_id=found.id,
        updated_at=found.updated_at,
        stage=found.stage,
        stage_changed_at=found.stage_changed_at if _is_real(found.stage_changed_at) else None,
        candidate=_candidate(found.candidate),
        requisition=_requisition(found.requisition) if found.requisition else None,
        anchors={name: at for name, at in sorted(found.anchors.items()) if _is_real(at)},
        fields=_sorted(found.fields),
        closed=found.closed,
    )


def _sorted(fields: dict[str, Any]) -> dict[str, Any]:
    """A copy with all keys in order, at every depth."""
    return orjson.loads(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)) if fields else {}


def _candidate(found: Candidate) -> CandidatePart:
    return CandidatePart(
        external_id=found.id,
        given_name=found.given_name,
        family_name=found.family_name,
        locale=found.locale,
        country=found.country,
        region=found.region,
        zone=found.zone,
        zone_stated=found.zone_stated,
        phones=tuple(found.phones),
        emails=tuple(found.emails),
        consent=tuple(
            ConsentPart(channel, one.granted, one.at, one.text)
            for channel, one in sorted(found.consent.items())
        ),
    )


def _requisition(found: Requisition) -> RequisitionPart:
    return RequisitionPart(
        external_id=found.id,
        title=found.title,
        family=found.family,
        team=found.team,
        site=_site(found.site) if found.site else None,
    )


def _site(found: Site) -> SitePart:
    return SitePart(
        name=found.name,
        external_id=found.id,
        address=found.address,
        country=found.country,
        region=found.region,
        zone=found.zone,
    )
