"""Reading the captured cases that lie in each adapter's folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

CHANNELS = Path(__file__).parent.parent
FOLDERS = sorted(path.parent for path in CHANNELS.glob("*/adapter.py"))


def files(adapter: str) -> list[Path]:
    return sorted((CHANNELS / adapter / "cases").glob("*.yaml"))


def sends() -> Iterator[Mapping[str, Any]]:
    """Every call case of every adapter, with the defaults of its file filled in."""
    for folder in FOLDERS:
        for path in files(folder.name):
            file = _read(path)
            for case in file.get("cases", ()):
                yield {
                    "adapter": folder.name,
                    "provider": file["provider"],
                    "call": file.get("call", "send"),
                    "answer": {},
                    **case,
                    "sender": _merged(file["sender"], case.get("sender", {})),
                    "envelope": {**file["envelope"], **case.get("envelope", {})},
                }


def webhooks() -> Iterator[Mapping[str, Any]]:
    """Every webhook case of every adapter."""
    for folder in FOLDERS:
        for path in files(folder.name):
            file = _read(path)
            for case in file.get("webhooks", ()):
                yield {"adapter": folder.name, "sender": file["sender"], **case}


def name_of(case: Mapping[str, Any]) -> str:
    return f"{case['adapter']}: {case['name']}"


def _read(path: Path) -> Mapping[str, Any]:
    return YAML(typ="safe").load(path.read_text())


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> Mapping[str, Any]:
    """`over` wins; within config a case adds to its file's, unless it empties it."""
    config = {**base.get("config", {}), **over["config"]} if over.get("config") else None
    merged = {"config": {}, "secrets": {}, **base, **over}
    return merged if config is None else {**merged, "config": config}
