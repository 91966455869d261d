"""What fields of an ATS mean, said explicitly for one connection: read from YAML, checked, put in
force and on record. `consents` and `anchors` say what may stand in theirs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from django.core.management.base import CommandError
from django.db import transaction
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML, YAMLError

from followthrough.audit import facts
from followthrough.audit.facts import Actor
from followthrough.core.canonical import digest
from followthrough.core.errors import Explained
from followthrough.people.models import Connection

OPERATOR = Actor("operator", "command line")
M = TypeVar("M", bound=BaseModel)


class BadMapping(Explained):
    """A mapping that cannot be used: the thing is the path of the mistake."""


def refused(reason: str, remedy: str) -> PydanticCustomError:
    """An error that keeps its remedy until it is shown."""
    return PydanticCustomError("refused", "{reason}", {"reason": reason, "remedy": remedy})


def read(model: type[M], raw: Any) -> M:
    """A mapping, validated. Raises BadMapping: path, reason, remedy."""
    try:
        return model.model_validate(raw)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        path = ".".join(str(part) for part in first["loc"] if part != "[key]")
        told = first.get("ctx", {})
        raise BadMapping(
            f"The mapping at {path}",
            reason=str(told.get("reason") or f"{first['msg']}."),
            remedy=str(told.get("remedy") or "See docs/webhooks.md for what may stand there."),
        ) from None


def connection(key: UUID) -> Connection:
    """The connection of that id. Raises CommandError."""
    found = Connection.objects.filter(id=key).first()
    if found is None:
        raise CommandError(f"There is no connection {key}: its id is in its page's address.")
    return found


def from_file(path: Path, check: Callable[[Any], Any], *, otherwise: Any) -> Any:
    """What the YAML file says, checked; `otherwise` where it is empty. Raises CommandError."""
    try:
        given = YAML(typ="safe", pure=True).load(path.read_text()) or otherwise
        check(given)
    except (OSError, YAMLError) as problem:
        raise CommandError(f"{path} cannot be read: {problem}") from None
    except BadMapping as problem:
        raise CommandError(str(problem)) from None
    return given


@transaction.atomic
def put(source: Connection, key: str, rules: Any, *, verb: str) -> None:
    """Put rules, which were checked, in force; that it was done is on record."""
    source.config = {**source.config, key: rules}
    source.save(update_fields=["config"])
    facts.record(
        organization_id=source.organization_id, actor=OPERATOR, verb=verb,
        subject_kind="connection", subject_id=source.id, why={"rules": digest(rules)},
    )  # fmt: skip
