"""Which adapters there are, and which senders an organization has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from followthrough.channels.contract import Adapter, SenderConfig
from followthrough.channels.email.adapter import Email
from followthrough.channels.http.adapter import Http
from followthrough.channels.sandbox.adapter import Sandbox
from followthrough.core.errors import Explained
from followthrough.store import sql

ADAPTERS: tuple[Adapter, ...] = (Sandbox(), Http(), Email())
_BY_NAME: dict[str, Adapter] = {adapter.name: adapter for adapter in ADAPTERS}


class UnknownAdapter(Explained):
    """A sender names an adapter that this installation does not have."""


class SenderRow(NamedTuple):
    """A sender as stored: what adapters are given, and whether it may be used."""

    config: SenderConfig
    active: bool


def adapter(name: str) -> Adapter:
    """The adapter called `name` (the name of its folder). Raises UnknownAdapter."""
    try:
        return _BY_NAME[name]
    except KeyError as problem:
        raise UnknownAdapter(
            f"The channel adapter {name!r}",
            reason="is not part of this installation.",
            remedy=f"Use one of {', '.join(sorted(_BY_NAME))}, or add a folder for it.",
        ) from problem


def installed(name: str) -> bool:
    """Whether there is an adapter called `name`."""
    return name in _BY_NAME


def register(adapter: Adapter) -> None:
    """Add an adapter that is not part of the product: another package's, or a test's."""
    _BY_NAME[adapter.name] = adapter


def senders(organization_ids: Iterable[UUID]) -> dict[UUID, list[SenderRow]]:
    """Every sender of these organizations, the oldest first; [] for one that has none."""
    found: dict[UUID, list[SenderRow]] = {one: [] for one in organization_ids}
    for organization_id, row in map(_read, sql.rows(_SENDERS, (list(found),))):
        found[organization_id].append(row)
    return found


def of_organizations(
    organization_ids: Sequence[UUID],
) -> sql.Question[dict[UUID, dict[str, SenderRow]]]:
    """Which sender does each channel of these organizations leave by?

    The oldest whose adapter is installed; which one of several is chosen by site comes later.
    """
    return sql.Question(_SENDERS, (list(organization_ids),), _by_channel)


def _by_channel(rows: Sequence[tuple]) -> dict[UUID, dict[str, SenderRow]]:
    found: dict[UUID, dict[str, SenderRow]] = {}
    for organization_id, row in map(_read, rows):
        if installed(row.config.adapter):
            found.setdefault(organization_id, {}).setdefault(row.config.channel, row)
    return found


def _read(row: tuple) -> tuple[UUID, SenderRow]:
    organization_id, active, *config = row
    return organization_id, SenderRow(SenderConfig(*config), active)


_SENDERS = """
    SELECT organization_id, active, id, adapter, channel, address, config, secrets
      FROM channels_sender WHERE organization_id = ANY(%s) ORDER BY id
"""
