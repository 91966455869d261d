"""How a file is laid out: line ends, a byte order mark, indentation, blank lines. Pure text.

A change is made to the file as people wrote it: what the product would write before and after the
change is compared line by line, and only where the two differ the file is touched.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import cached_property
from itertools import pairwise

BOM = "\ufeff"
STEP = 2  # how much deeper the product writes what belongs to a name

Depth = tuple[int, int]  # how deep a line stands as the product writes it, and in the file

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_END = re.compile(r"[\r\n]+\Z")
_BREAK = re.compile(r"\r\n?")


def normal(text: str) -> str:
    """The text without a byte order mark, each line ended by a line feed."""
    return _BREAK.sub("\n", text.removeprefix(BOM))


def changed(original: str, before: str, after: str, *, comments: bool = True) -> str:
    """`original` with what differs from `before` to `after` changed, in its own layout: `before` is
    what the product writes for what `original` says. With `comments`, lines that look like comments
    stay where they are, above what they stood above."""
    bom = BOM if original.startswith(BOM) else ""
    theirs = _LINE.findall(original.removeprefix(BOM))
    end = _line_end(theirs)
    made = _Merge(theirs, before.split("\n"), after.split("\n"), comments=comments).lines()
    return bom + "".join(_ended(made, end))


def framed(original: str, text: str) -> str:
    """A text that the product wrote, with the line ends and the mark of `original`."""
    bom = BOM if original.startswith(BOM) else ""
    return bom + text.replace("\n", _line_end(_LINE.findall(original)))


def _line_end(lines: Sequence[str]) -> str:
    """How most of them end."""
    ends = Counter(found[0] for line in lines if (found := _END.search(line)))
    return ends.most_common(1)[0][0] if ends else "\n"


def _ended(lines: Sequence[str], end: str) -> Iterator[str]:
    """Lines that the product made get the file's line end; only the last may go without one."""
    for number, line in enumerate(lines, 1):
        yield line if _END.search(line) or number == len(lines) else line + end


class _Merge:
    """A file's lines, and the lines of what the product writes before and after a change."""

    def __init__(
        self, theirs: list[str], before: list[str], after: list[str], *, comments: bool
    ) -> None:
        self.theirs, self.before, self.after = theirs, before, after
        self.comments = comments
        self.at = dict(_aligned(theirs, before))  # the file's line of a line of `before`

    def lines(self) -> list[str]:
        """The file's lines, with the change."""
        made: list[str] = []
        done = 0
        for first, last, start, stop in self._chunks():
            made += self.theirs[done : self._place(first)]
            depths = _Depths(self._known(first), self.step, self._following(last))
            made += [depths.laid_out(line) for line in self.after[start:stop]]
            done = self._place(last)
        made += self.theirs[done:]
        return made

    def _known(self, first: int) -> list[Depth]:
        """How deep the lines before a line stand: as the product writes them, and in the file."""
        there = (line for line in range(first) if line in self.at)
        lines = [line for line in there if not _says_nothing(self.before[line])]
        return [(_depth(self.before[line]), _depth(self.theirs[self.at[line]])) for line in lines]

    def _following(self, last: int) -> list[Depth]:
        """How deep the line after a change stands, and in a list its first part."""
        while last < len(self.before) and _says_nothing(self.before[last]):
            last += 1
        if last not in self.at:
            return []
        ours, theirs = self.before[last], self.theirs[self.at[last]]
        first = (
            _depth(theirs[_depth(theirs) + 1 :]) + 1 if theirs.lstrip().startswith("- ") else STEP
        )
        return [(_depth(ours), _depth(theirs)), (_depth(ours) + STEP, _depth(theirs) + first)]

    @cached_property
    def step(self) -> int:
        """How much deeper than its name the file writes a group."""
        known = self._known(len(self.before))
        steps = [
            theirs - their_name
            for (name, their_name), (ours, theirs) in pairwise(known)
            if ours == name + STEP and theirs > their_name
        ]
        return Counter(steps).most_common(1)[0][0] if steps else STEP

    def _chunks(self) -> Iterator[tuple[int, int, int, int]]:
        """What differs, widened until its edges are known in the file: lines of `before`, and those
        of `after` that take their place. None overlap."""
        pending: tuple[int, int, int, int] | None = None
        for kind, first, last, start, stop in _opcodes(self.before, self.after):
            if kind == "equal":
                continue
            if self.comments:
                first, last, start, stop = self._beside_comments(first, last, start, stop)
            first, start = self._back(first, start)
            last, stop = self._on(last, stop)
            if pending and first <= pending[1]:
                pending = (pending[0], max(last, pending[1]), pending[2], max(stop, pending[3]))
                continue
            if pending:
                yield pending
            pending = (first, last, start, stop)
        if pending:
            yield pending

    def _beside_comments(
        self, first: int, last: int, start: int, stop: int
    ) -> tuple[int, int, int, int]:
        """What hangs on the lines before it in a tree belongs to the line after it: it is not taken
        away with those, and nothing comes between."""
        said = {line for line in self.after[start:stop] if _says_nothing(line)}
        while last > first and _says_nothing(self.before[last - 1]):
            if self.before[last - 1] in said:
                break
            last -= 1
        while first == last and first > 0 and _says_nothing(self.before[first - 1]):
            first, last, start, stop = first - 1, last - 1, start, stop
        return first, last, start, stop

    def _back(self, first: int, start: int) -> tuple[int, int]:
        while first > 0 and first - 1 not in self.at and first not in self.at:
            first, start = first - 1, start - 1
        return first, start

    def _on(self, last: int, stop: int) -> tuple[int, int]:
        while last < len(self.before) and last - 1 not in self.at and last not in self.at:
            last, stop = last + 1, stop + 1
        return last, stop

    def _place(self, line: int) -> int:
        """Where a line of `before` begins in the file."""
        if line - 1 in self.at:
            return self.at[line - 1] + 1
        if line in self.at:
            return self.at[line]
        return 0 if line == 0 else len(self.theirs)


class _Depths:
    """How deep lines stand in a file, line after line."""

    def __init__(self, known: list[Depth], step: int, following: list[Depth]) -> None:
        self.known, self.step, self.following = known, step, dict(following)

    def laid_out(self, line: str) -> str:
        """A line of the product's as deep as the file would have it here."""
        deep, said = _depth(line), line.lstrip(" ")
        if not said:
            return line
        place = self._place(deep)
        self.known.append((deep, place))
        if not said.startswith("- "):
            return " " * place + said
        rest = said[1:].lstrip(" ")  # it stands as deep as the other parts of its group
        inner = self._inner(deep, place)
        self.known.append((deep + STEP, inner))
        return f"{' ' * place}-{' ' * max(1, inner - place - 1)}{rest}"

    def _place(self, deep: int) -> int:
        """As deep as the line before that is no deeper; a step more, where that is its group."""
        for ours, theirs in reversed(self.known):
            if ours < deep and deep in self.following:
                return self.following[deep]
            if ours <= deep:
                return theirs + (deep - ours) * self.step // STEP
        return deep

    def _inner(self, deep: int, place: int) -> int:
        """As deep as the parts of the groups before in the same list."""
        for ours, theirs in reversed(self.known):
            if ours < deep:
                break
            if ours == deep + STEP and theirs > place:
                return theirs
        return self.following.get(deep + STEP, place + STEP)


def _says_nothing(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def comments_gone(original: str, text: str) -> Iterator[str]:
    """The lines of comments that `text` has not any more."""
    left = Counter(line.strip() for line in normal(text).split("\n"))
    for line in normal(original).split("\n"):
        if line.lstrip().startswith("#"):
            left[line.strip()] -= 1
            if left[line.strip()] < 0:
                yield line.strip()


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _opcodes(one: Sequence[str], other: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, one, other, autojunk=False).get_opcodes()


def _aligned(theirs: Sequence[str], before: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Lines of `before` and the file's that say the same, as (line of `before`, the file's)."""
    matcher = SequenceMatcher(
        None, [_bare(line) for line in theirs], [_bare(line) for line in before], autojunk=False
    )
    for start, first, size in matcher.get_matching_blocks():
        yield from ((first + step, start + step) for step in range(size))


def _bare(line: str) -> str:
    """A line without its spaces: what it says, however it is laid out."""
    return "".join(line.split())
