"""Loading the rule packs that ship with the product, an operator's own, and the default policy.

Packs of one's own only add: whatever binds is intersected, so that they can make things stricter
and nothing looser.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from followthrough.core.places import Place
from followthrough.governance import policy
from followthrough.governance.documents import PolicyDocument, Problem
from followthrough.governance.packs import RulePack, RulePackError

_HERE = Path(__file__).parent
SHIPPED = _HERE / "rulepacks"
_own: list[Path] = []  # folders of the operator's own


def use(folders: Iterable[Path]) -> None:
    """Also read the packs of these folders from now on."""
    _own[:] = folders
    packs.cache_clear()


@lru_cache(maxsize=1)
def packs() -> tuple[RulePack, ...]:
    """Every rule pack, sorted by its id. Raises RulePackError for the first that cannot be used."""
    files = [path for folder in (SHIPPED, *_own) for path in _files(folder)]
    return tuple(sorted(_unique((path, read(path)) for path in files), key=lambda one: one.id))


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        reason, remedy = "It is no folder.", "Correct FOLLOWTHROUGH_RULEPACKS, or make it."
        raise RulePackError(str(folder), [Problem("top", reason, remedy)])
    return sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])


def read(path: Path) -> RulePack:
    """One rule pack from its file. Raises RulePackError with file, path, reason and remedy."""
    try:
        return RulePack.read(_read(path), file=str(path))
    except (YAMLError, OSError, UnicodeDecodeError) as problem:
        found = Problem(_line(problem), f"{_why(problem)}.", "Correct it so that it reads as YAML.")
        raise RulePackError(str(path), [found]) from problem


def _line(problem: Exception) -> str:
    mark = problem.problem_mark if isinstance(problem, MarkedYAMLError) else None
    return f"line {mark.line + 1}" if mark else "top"


def _why(problem: Exception) -> str:
    said = getattr(problem, "problem", None) or getattr(problem, "strerror", None) or str(problem)
    return str(said).strip().rstrip(".").capitalize()


def _unique(found: Iterable[tuple[Path, RulePack]]) -> Iterator[RulePack]:
    seen: dict[str, Path] = {}
    for path, pack in found:
        if pack.id in seen:
            reason = f"{seen[pack.id]} has the id {pack.id!r} too."
            raise RulePackError(str(path), [Problem("id", reason, "Give it an id of its own.")])
        seen[pack.id] = path
        yield pack


def choose(places: Sequence[Place], at: datetime) -> list[RulePack]:
    """The packs that bind people who may be in any of `places` at a moment."""
    return policy.choose(packs(), places, at)


def titles() -> dict[str, str]:
    """What each pack is called, by id."""
    return {pack.id: pack.title for pack in packs()}


def _read(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def default_policy() -> PolicyDocument:
    """The policy of an organization that has published none."""
    return PolicyDocument.read(_read(_HERE / "default_policy.yaml"))
