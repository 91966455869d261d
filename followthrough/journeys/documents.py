"""Message maps as YAML, in and out without loss, and the one check every document passes.

A map kept in a file keeps its comments, its order and its quotes: `write_yaml` changes only what
changed. Documents come from people and from other systems, so they are read with limits on size,
depth and on what aliases repeat, and without YAML's tags.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from typing import Any, NamedTuple

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent

from followthrough.journeys import blocks, layout
from followthrough.journeys.checks import cross_problems
from followthrough.journeys.definition import SCHEMA, MapDocument
from followthrough.journeys.lines import line_of, with_line
from followthrough.journeys.merging import merge, part_ways, plain, raise_schema, readable
from followthrough.journeys.problems import DocumentError, Place, Problem, of_structure
from followthrough.journeys.upgrades import upgraded

__all__ = [
    "DocumentError",
    "Problem",
    "Written",
    "check",
    "lines",
    "read_yaml",
    "write_yaml",
    "written",
]

LARGEST = 256 * 1024  # bytes
DEEPEST = 40  # levels
LAYOUT, COMMENTS = "layout", "comments"
MOST_PARTS = 50_000  # names, values and groups, those repeated by aliases included


def check(raw: Any) -> MapDocument:
    """Read a document from plain values. Raises DocumentError with every problem at once."""
    return _checked(raw, None)


def read_yaml(text: str) -> MapDocument:
    """Read a document from YAML. Raises DocumentError; each problem has its line."""
    tree = _tree(text)
    return _checked(plain(tree), tree, layout.normal(text))


def write_yaml(document: MapDocument, *, like: str = "") -> str:
    """The document as YAML. `like` is what it was read from: then only what changed is changed,
    and where nothing did the text comes back as it was, byte for byte."""
    return written(document, like=like).text


class Written(NamedTuple):
    """A document as YAML, and what of the text it is like could not be kept: '' for nothing, LAYOUT
    (blank lines, indentation, line ends), or COMMENTS as well. `comments` are those that are gone.
    """

    text: str
    lost: str = ""
    comments: tuple[str, ...] = ()


def written(document: MapDocument, *, like: str = "") -> Written:
    """The same, and whether what did not change is as it was."""
    if not like:
        return Written(_dumped(readable(document.sparse())))
    if read_yaml(like) == document:
        return Written(like)
    best: Written | None = None
    for text, lost in _versions(document, like):
        gone = tuple(layout.comments_gone(like, text))
        if (best is None or len(gone) < len(best.comments)) and _reads_as(text, document):
            best = Written(text, lost, gone)
        if best and not best.comments:
            break
    assert best  # the last way of writing it loses whatever is in the way
    return best


def _reads_as(text: str, document: MapDocument) -> bool:
    try:
        return read_yaml(text) == document
    except DocumentError:
        return False


# --- checking ----------------------------------------------------------------------------------


def _checked(raw: Any, tree: Any, text: str = "") -> MapDocument:
    raw = upgraded(raw)
    document, found = _structure(raw)
    found += cross_problems(raw)
    if found or document is None:
        places = [(place, _with_line(problem, place, tree, text)) for place, problem in found]
        raise DocumentError(list(_ordered(places)))
    return document


def _with_line(problem: Problem, place: Place, tree: Any, text: str) -> Problem:
    return problem if tree is None else with_line(problem, place, tree, text)


def lines(text: str) -> Callable[[Place], int]:
    """Where each place of a document that reads is in its text. Raises DocumentError."""
    tree = _tree(text)
    return lambda place: line_of(tree, place)


def _structure(raw: Any) -> tuple[MapDocument | None, list[tuple[Place, Problem]]]:
    try:
        return MapDocument.model_validate(raw), []
    except ValidationError as problem:
        return None, [of_structure(error) for error in problem.errors(include_url=False)]


def _ordered(found: Iterable[tuple[Place, Problem]]) -> Iterable[Problem]:
    return dict.fromkeys(problem for _, problem in sorted(found, key=lambda one: one[1].line))


# --- reading -----------------------------------------------------------------------------------


def _yaml(width: int = 100) -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = width
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _refused(reason: str, remedy: str, line: int) -> DocumentError:
    return DocumentError([Problem("the document", reason, remedy, line)])


def _tree(text: str) -> Any:
    """The text as ruamel's tree. Raises DocumentError when it is no YAML, or more than we read."""
    text = layout.normal(text)
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise _refused(f"It is larger than {LARGEST // 1024} KiB.", "Make two maps of it.", 0)
    return _loaded(text, check=True)


def _loaded(text: str, *, check: bool = False) -> Any:
    """The same for what was looked at before, unless `check` says so."""
    try:
        if check:
            _check_events(text)
        tree = _yaml().load(text)
    except YAMLError as problem:
        raise _malformed(problem) from problem
    except (ValueError, RecursionError, TypeError, AttributeError) as problem:
        raise _refused("It is not YAML that can be read.", "Check its last change.", 0) from problem
    if not isinstance(tree, CommentedMap):
        raise _refused(
            "It is not a group of named parts.", f"Begin with schema: {SCHEMA} and name: ….", 1
        )
    return tree


def _check_events(text: str) -> None:
    """Look before anything is built: how deep it goes, and how much its aliases repeat."""
    sizes: dict[str, int] = {}  # parts under each anchor that is complete
    open_: list[tuple[str | None, int]] = []  # the anchor of each open part, and what came before
    seen = 0
    for event in _yaml().parse(StringIO(text)):
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent):
            if event.anchor not in sizes:
                raise _refused(f"*{event.anchor} contains itself.", "Write it out.", line)
            seen += sizes[event.anchor]
        elif isinstance(event, NodeEvent):
            if getattr(event, "tag", None) is not None:
                raise _refused("Tags (with !) are not read.", "Take the tag away.", line)
            seen += 1
            if isinstance(event, CollectionStartEvent):
                open_.append((event.anchor, seen - 1))
            elif event.anchor:
                sizes[event.anchor] = 1
        elif isinstance(event, CollectionEndEvent):
            anchor, before = open_.pop()
            if anchor:
                sizes[anchor] = seen - before
        _check_size(len(open_), seen, line)


def _check_size(depth: int, seen: int, line: int) -> None:
    if depth > DEEPEST:
        raise _refused("It is nested too deeply.", "Write it with fewer levels.", line)
    if seen > MOST_PARTS:
        raise _refused("Its aliases repeat too much.", "Write less, or make two maps.", line)


def _malformed(problem: YAMLError) -> DocumentError:
    mark = problem.problem_mark if isinstance(problem, MarkedYAMLError) else None
    said = getattr(problem, "problem", None) or "it is not YAML"
    first = str(said).splitlines()[0][:200].rstrip(".")
    remedy = "Check the indentation, the quotes and the colons there and in the line before."
    return _refused(f"It cannot be read: {first}.", remedy, mark.line + 1 if mark else 0)


# --- writing -----------------------------------------------------------------------------------


def _dumped(tree: Any, *, width: int = 100) -> str:
    out = StringIO()
    _yaml(width).dump(tree, out)
    return out.getvalue()


def _versions(document: MapDocument, like: str) -> Iterator[tuple[str, str]]:
    """Ways of writing a document like a text, the faithful ones first, with what each one loses."""
    full, sparse, text = document.dump(), document.sparse(), layout.normal(like)
    moved = blocks.arranged(text, _loaded(text), full)
    for base in [one for one in dict.fromkeys([moved, text]) if one == text or _is_yaml(one)]:
        before, after = _before_and_after(base, full, sparse)
        original = like if base == text else layout.changed(like, text, base)
        yield layout.changed(original, before, after), ""
        yield layout.changed(original, before, after, comments=False), ""
        yield layout.framed(like, after), LAYOUT
    yield layout.framed(like, _dumped(readable(sparse))), COMMENTS


def _is_yaml(text: str) -> bool:
    """Whether it still reads: an alias may have lost what it names."""
    try:
        return bool(_loaded(text))
    except DocumentError:
        return False


def _before_and_after(text: str, full: Any, sparse: Any) -> tuple[str, str]:
    """What the product writes for what `text` says, and for what is to be said. What was written on
    one line stays on one."""
    tree, changed = _loaded(text), _loaded(text)
    raise_schema(changed)
    part_ways(changed, full)
    merge(changed, full, sparse)
    return _dumped(tree, width=LARGEST), _dumped(changed, width=LARGEST)
