"""Where a place of a document is in the file it was read from. Lines count from 1."""

from __future__ import annotations

from typing import Any

from ruamel.yaml.comments import CommentedSeq

from followthrough.journeys.problems import Place, Problem
from followthrough.messages import templates

TEXTS = frozenset({"body", "subject", "preheader"})


def line_of(tree: Any, place: Place) -> int:
    """The line of the last part of `place` that is there."""
    line = 1
    for part in place:
        try:
            spot = tree.lc.item(part) if isinstance(tree, CommentedSeq) else tree.lc.key(part)
            tree, line = tree[part], spot[0] + 1
        except (AttributeError, KeyError, IndexError, TypeError):
            return line
    return line


def with_line(problem: Problem, place: Place, tree: Any, text: str) -> Problem:
    """The problem with its line: of what is wrong in a template, that within the text."""
    line = line_of(tree, place)
    within = _within(text, line, problem) if place and place[-1] in TEXTS else 0
    return problem._replace(line=line + within)


def _within(text: str, line: int, problem: Problem) -> int:
    """How many lines after its name a text has what a template's problem is about."""
    written = _written(text, line)
    try:
        named = [name for name in templates.check("\n".join(written)) if _is_about(problem, name)]
    except templates.TemplateProblem as found:
        return max(found.line - 1, 0)
    lines = (at for at, said in enumerate(written) if any(name in said for name in named))
    return next(lines, 0)


def _is_about(problem: Problem, name: str) -> bool:
    return problem.reason.endswith(f" {name}.")


def _written(text: str, line: int) -> list[str]:
    """The lines of the file that a text stands on, from the one with its name on."""
    lines = text.split("\n")[line - 1 :]
    depth = _depth(lines[0]) if lines else 0
    last = 1
    for number, said in enumerate(lines[1:], 1):
        if said.strip() and _depth(said) <= depth:
            break
        last = number + 1
    return lines[:last]


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" -"))
