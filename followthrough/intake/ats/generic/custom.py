"""An event of the organization's own, as the generic webhook writes it: maps may wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints, ValidationError

from followthrough.intake.ats.contract import Happened
from followthrough.intake.ats.generic.document import BadSnapshot, Moment, Part, _real

CUSTOM = "custom"  # the webhook's own `event`


class Custom(Part):
    """`{"event": "custom", "name": "visit.missed", "at": …, "application": {"id": …}}`."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,79}$")]
    at: Annotated[Moment, AfterValidator(_real)]


def read(raw: Mapping[str, Any], *, id: str) -> Happened:
    """What happened, by a verified webhook. Raises BadSnapshot with the path of a mistake."""
    try:
        found = Custom.model_validate(raw)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_context=False, include_input=False)[0]
        raise BadSnapshot(
            ".".join(str(part) for part in first["loc"]),
            reason=f"{first['msg'].removeprefix('Value error, ')}.",
            remedy='Send {"event": "custom", "name": "visit.missed", "at": "…", '
            '"application": {"id": "…"}}.',
        ) from None
    return Happened(found.name, found.at, id)
