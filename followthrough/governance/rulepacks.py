"""Loading the rule packs that ship with the product, and the default policy."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from followthrough.governance import policy
from followthrough.governance.documents import PolicyDocument, RulePack

_HERE = Path(__file__).parent


def _read(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text())


@lru_cache(maxsize=1)
def packs() -> tuple[RulePack, ...]:
    """Every rule pack, sorted by its id."""
    found = [RulePack.model_validate(_read(path)) for path in (_HERE / "rulepacks").glob("*.yaml")]
    return tuple(sorted(found, key=lambda pack: pack.id))


def choose(country: str, region: str) -> list[RulePack]:
    """The packs that bind people in `country` and `region` ('' when unknown)."""
    return policy.choose(packs(), country, region)


@lru_cache(maxsize=1)
def default_policy() -> PolicyDocument:
    """The policy of an organization that has published none."""
    return PolicyDocument.read(_read(_HERE / "default_policy.yaml"))
