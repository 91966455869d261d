"""What the fields of an ATS say about consent, by an explicit mapping on the connection.

Without a mapping nothing in a field is taken as consent. (The generic webhook's own `consent`
object is explicit as it is.) What a mapping grants is never more than the candidate left: an ATS's
yes lifts nothing that they said themselves (`governance.standing`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, model_validator

from followthrough.intake import mappings
from followthrough.intake.mappings import refused
from followthrough.people.models import Connection
from followthrough.people.snapshots import ConsentPart, Snapshot

KEY = "consent"  # in a connection's config

Channel = Literal["sms", "email"]
Purpose = Literal["informational", "outreach"]
Scope = Literal["everything", "family", "requisition"]
Form = Literal["application_form", "form_with_number"]


class Rule(BaseModel):
    """What one field of an application means.

    Its values are compared as texts, whatever their case. `form` `form_with_number` is a fresh box
    beside the address, which was not ticked before: that is new consent, so it needs the text that
    was shown and a field that says when (`at`, ISO 8601). `purposes` none: for everything.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str = Field(min_length=1, max_length=200)
    granted: tuple[str, ...] = Field(min_length=1, max_length=20)
    revoked: tuple[str, ...] = Field(max_length=20)
    channels: tuple[Channel, ...] = Field(min_length=1)
    purposes: tuple[Purpose, ...] = ()
    scope: Scope = "everything"
    form: Form = "application_form"
    text: str = Field(default="", max_length=4000)
    at: str = Field(default="", max_length=200)

    @model_validator(mode="after")
    def check_values(self) -> Rule:
        """No value may mean yes and no."""
        both = set(map(_plain, self.granted)) & set(map(_plain, self.revoked))
        if both:
            raise refused(
                f"says that {sorted(both)[0]!r} means both yes and no.",
                "Write it under granted or under revoked.",
            )
        return self

    @model_validator(mode="after")
    def check_fresh(self) -> Rule:
        """New consent needs what was shown, and when."""
        if self.form == "form_with_number" and not (self.text.strip() and self.at):
            raise refused(
                "takes the field as new consent without the text of the form and its time.",
                "Write the text under `text` and the field with the time under `at`, or take"
                " `form: application_form`.",
            )
        return self


class Rules(BaseModel):
    """All rules of a connection."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    consent: tuple[Rule, ...] = Field(default=(), max_length=50)


def read(rules: Any) -> Sequence[Rule]:
    """The rules of a mapping. Raises BadMapping: path, reason, remedy."""
    return mappings.read(Rules, {KEY: rules}).consent


def of(connection: Connection) -> Sequence[Rule]:
    """The rules of a connection. Raises BadMapping."""
    given = connection.config.get(KEY)
    return _read(orjson.dumps(given)) if given else ()


@lru_cache(maxsize=256)
def _read(stored: bytes) -> Sequence[Rule]:
    return read(orjson.loads(stored))


def mapped(connection: Connection, snapshot: Snapshot) -> Snapshot:
    """The snapshot with what the connection's mapping makes of its fields. Raises BadMapping."""
    rules = of(connection)
    found = [part for rule in rules for part in _said(rule, snapshot)]
    if not found:
        return snapshot
    told = [*snapshot.candidate.consent, *found]
    return replace(snapshot, candidate=replace(snapshot.candidate, consent=tuple(told)))


def _said(rule: Rule, snapshot: Snapshot) -> Iterator[ConsentPart]:
    value = _plain(snapshot.fields.get(rule.field))
    granted = value in set(map(_plain, rule.granted))
    if not granted and value not in set(map(_plain, rule.revoked)):
        return
    at = _time(snapshot.fields.get(rule.at), snapshot) if rule.at else snapshot.updated_at
    if at is None:
        if granted:  # when it was given is not known, so it was not given
            return
        at = snapshot.updated_at
    for channel in rule.channels:
        for purpose in rule.purposes or ("",):
            yield ConsentPart(
                channel, granted, at, rule.text, form=rule.form, purpose=purpose,
                scope=_scope(rule, snapshot), ats_field=rule.field, timed=bool(rule.at),
            )  # fmt: skip


def _plain(value: Any) -> str:
    """`true` for True, and so on; '' for nothing."""
    if value is None:
        return ""
    return (str(value).lower() if isinstance(value, bool) else str(value)).strip().casefold()


def _time(value: Any, snapshot: Snapshot) -> datetime | None:
    """The time in a field; None where it is none, or none that can have been."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    moment = found if found.tzinfo else found.replace(tzinfo=UTC)
    return moment if moment <= snapshot.updated_at else None


def _scope(rule: Rule, snapshot: Snapshot) -> Mapping[str, str]:
    """What the application is for; where it is for nothing yet, that is nothing's name."""
    wanted = snapshot.requisition
    if rule.scope == "everything":
        return {}
    if rule.scope == "family":
        return {"family": wanted.family if wanted else ""}
    return {"requisition": wanted.external_id if wanted else ""}
