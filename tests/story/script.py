"""A story as written: its company and its steps, checked so that a misspelt word is no silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from followthrough.core.durations import read_duration
from followthrough.journeys import library

STORIES = Path(__file__).resolve().parent.parent / "stories"


@dataclass(frozen=True)
class Step:
    """One step: time passes until `at`, then something happens, then `expect` must hold."""

    at: str = ""  # ISO with an offset, or +PT2H after the step before; '' is at the same moment
    note: str = ""  # said in the printed story
    ats: dict[str, Any] | None = None  # what changes in the application's snapshot
    again: int = 0  # the last ATS webhook once more, byte by byte, so many times
    candidate: Any = None  # a text, or {text, from, via, id, waits: so long until we look}
    chooses: str = ""  # the candidate presses a button of their page: interviews, pause:week …
    unsubscribes: bool = False  # with one click in their mail program
    delivery: dict[str, Any] | None = None  # what the provider reports of the last message
    freeze: dict[str, Any] | None = None
    unfreeze: bool = False
    resolve: bool = False  # a member resolves what was handed over
    member: Any = None  # a member writes: a text, or {text, via, form}
    withdraw: bool = False  # and takes back what still waits
    opt_out: dict[str, Any] | None = None  # a member heard it: {how, channels?, scope?}
    judge: str = ""  # a member judges words in doubt: meant, or did_not
    happens: dict[str, Any] | None = None  # an event of the organization's own: {name, at?}
    presses: str = ""  # a member sends this touch of the map by hand
    voicemail: bool = False  # something spoken came in that may be an opt-out
    carrier: str = ""  # blocks, or lifts: what the carrier does with their number by itself
    meanwhile: str = ""  # what they text while the next message of ours is on its way
    publish: dict[str, Any] | None = None  # changes to the map, by path
    move: bool = False  # a member moves the runs to the newest version
    jump: bool = False  # nobody worked on the way to `at`: everything stood still
    expect: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Company:
    """Who the story happens at. Maps are files of `stories/maps` or of the library, by name."""

    zone: str = "America/Los_Angeles"
    site: str = "Reno"
    region: str = "NV"
    country: str = "US"
    policy: dict[str, Any] = field(default_factory=dict)  # what differs from the default
    maps: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {"associates": {"family": "retail"}}
    )
    changes: dict[str, Any] = field(default_factory=dict)  # to the maps, by path
    consent: list[dict[str, Any]] = field(default_factory=list)  # what ATS fields say about it
    application: dict[str, Any] = field(default_factory=dict)  # how the first snapshot differs


@dataclass(frozen=True)
class Story:
    """A title, a company, a beginning and steps."""

    name: str
    title: str
    steps: list[Step]
    company: Company = Company()
    start: str = "2026-06-03T10:00-07:00"  # a Wednesday morning in Reno


def read(path: Path) -> Story:
    """Read a story. Raises ValueError that names the file and the word that is not known."""
    raw = _yaml().load(path.read_text())
    steps = [_made(Step, one, path) for one in raw.pop("steps")]
    company = _made(Company, raw.pop("company", {}), path)
    return _made(Story, {"name": path.stem, "steps": steps, "company": company, **raw}, path)


def every() -> Iterator[Path]:
    """The files of all stories, those in folders too."""
    yield from sorted(one for one in STORIES.rglob("*.yaml") if one.parent.name != "maps")


def called(path: Path) -> str:
    """How a story is asked for: `stop`, or `library-retail-store-no-show` for one in a folder."""
    return "-".join(path.relative_to(STORIES).with_suffix("").parts)


def load_map(name: str) -> dict[str, Any]:
    """A map of `stories/maps`, or else of the library, as plain values."""
    own = STORIES / "maps" / f"{name}.yaml"
    return _yaml().load(own.read_text() if own.exists() else library.source(name))


def moment(text: str, *, after: datetime) -> datetime:
    """`text` as an aware UTC time; relative ones begin with + and count from `after`."""
    if not text:
        return after
    if text.startswith("+"):
        return after + read_duration(text[1:])
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text!r} has no offset: write 2026-06-03T10:00-07:00.")
    return found.astimezone(UTC)


def _made(kind: type, given: dict[str, Any], path: Path) -> Any:
    known = {one.name for one in fields(kind)}
    if strange := set(given) - known:
        raise ValueError(f"{path.name}: {kind.__name__.lower()} knows no {', '.join(strange)}.")
    return kind(**given)


def _yaml() -> YAML:
    """Times stay text, so that their offsets are not lost."""
    reader = YAML(typ="safe", pure=True)
    reader.constructor.yaml_constructors = {
        **reader.constructor.yaml_constructors,
        "tag:yaml.org,2002:timestamp": lambda _, node: node.value,
    }
    return reader
