"""Texts with blanks in them: Liquid, kept small enough that no template can hang a worker.

There are no loops, no includes and no file access; what is filled in is text and times. A name
that nothing is known of is a problem, never an empty hole in somebody's message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from babel import Locale
from liquid import Environment, RenderContext
from liquid.ast import Node
from liquid.builtin import content, illegal, output
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.filters import misc, string
from liquid.builtin.tags import (
    assign_tag,
    case_tag,
    comment_tag,
    if_tag,
    inline_comment_tag,
    unless_tag,
)
from liquid.exceptions import (
    LiquidError,
    LiquidSyntaxError,
    ResourceLimitError,
    UndefinedError,
    UnknownFilterError,
)
from liquid.expression import Expression
from liquid.filter import with_context
from liquid.template import BoundTemplate
from liquid.undefined import FalsyStrictUndefined, is_undefined
from liquid.utils import ReadOnlyChainMap

from followthrough.core import segments as parts
from followthrough.core.zones import UnknownZone, local
from followthrough.messages import plain, times, truth

# What a text may mention besides the application's anchors (interview_start, start_date …).
CONTEXT_NAMES = frozenset(
    {
        "candidate.given_name",
        "candidate.family_name",
        "company",
        "preferences_url",
        "requisition.title",
        "site.name",
        "site.address",
        "zone",
        "locale",
    }
)
LONGEST_SOURCE = 20_000  # characters
LONGEST_TEXT = 60_000  # characters of the whole, and of what any filter makes


class TemplateProblem(Exception):
    """A text that cannot be made. Codes: template_syntax, unknown_filter, unresolved_variable,
    unknown_zone, template_too_big, template_error. `line` counts from 1; 0 when nobody knows."""

    def __init__(self, code: str, line: int, reason: str) -> None:
        super().__init__(f"{code} in line {line}: {reason}")
        self.code, self.line, self.reason = code, line, reason


def render(source: str, values: Mapping[str, Any]) -> str:
    """The text of `source` with `values` filled in: by name, as in CONTEXT_NAMES.

    Raises TemplateProblem.
    """
    if "{{" not in source and "{%" not in source:
        return source
    try:
        template, pieces = _compiled(source)
        text = plain.filled(pieces, values) if pieces else None
        if text is not None and len(text) <= LONGEST_TEXT:
            return text
        return _filled(template, plain.nested(values))
    except (LiquidError, ArithmeticError, RecursionError, TypeError, ValueError) as problem:
        raise _problem(problem, source) from problem


def check(source: str) -> list[str]:
    """The names `source` asks for (`candidate.given_name` …), sorted. Raises TemplateProblem."""
    if len(source) > LONGEST_SOURCE:
        reason = f"It is {len(source)} characters long; {LONGEST_SOURCE} is the most."
        raise TemplateProblem("template_too_big", 0, reason)
    try:
        found = _compiled(source)[0].analyze(include_partials=False)
    except (LiquidError, ArithmeticError, RecursionError, TypeError, ValueError) as problem:
        raise _problem(problem, source) from problem
    _check_filters(found.filters)
    return sorted({str(one) for several in found.globals.values() for one in several})


def always_said(source: str) -> str:
    """The words of a text that stand outside of its blanks and conditions. Raises TemplateProblem
    where `check` does."""
    check(source)
    nodes = _compiled(source)[0].nodes
    return "".join(node.text for node in nodes if isinstance(node, content.ContentNode))


def _filled(template: BoundTemplate, values: Mapping[str, Any]) -> str:
    """What the library's own `render` does, at half the price and without its `now`."""
    context, page = RenderContext(template), _Page()
    context.scope = ReadOnlyChainMap(context.locals, values)
    for node in template.nodes:
        try:
            node.render(context, page)  # type: ignore[arg-type]
        except LiquidError as problem:
            problem.token = problem.token or node.token
            raise
    return "".join(page.parts)


class _Page:
    """What a template writes on: it has an end."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.room = LONGEST_TEXT

    def write(self, text: str) -> int:
        """Add `text`; raises when there is no room left."""
        self.room -= len(text)
        if self.room < 0:
            raise _Unfillable("template_too_big", "the text is longer than any message")
        self.parts.append(text)
        return len(text)


def segments(text: str) -> int:
    """How many parts a text message is cut into: GSM-7 160/153, else UCS-2 70/67."""
    return parts.count(text)


def _check_filters(used: Mapping[str, Any]) -> None:
    for name in used:
        if name not in _ENVIRONMENT.filters:
            known = ", ".join(sorted(_ENVIRONMENT.filters))
            raise TemplateProblem(
                "unknown_filter", 0, f"There is no filter {name!r}, only: {known}."
            )


_OUTPUT = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_CODES: tuple[tuple[type[BaseException], str], ...] = (
    (UndefinedError, "unresolved_variable"),
    (ResourceLimitError, "template_too_big"),
    (UnknownFilterError, "unknown_filter"),
    (LiquidSyntaxError, "template_syntax"),
    (RecursionError, "template_too_big"),
)


def _problem(problem: BaseException, source: str) -> TemplateProblem:
    code = next((code for kind, code in _CODES if isinstance(problem, kind)), "template_error")
    if not isinstance(problem, LiquidError):
        return TemplateProblem(code, 0, f"{type(problem).__name__} while it was filled in.")
    code = getattr(problem, "code", code)
    reason = str(problem.message or type(problem).__name__).rstrip(".")
    return TemplateProblem(code, _line(problem, source), f"{reason}.")


def _line(problem: LiquidError, source: str) -> int:
    """Where it is. The library does not know it for what ends too early: then look for it."""
    token = problem.token
    if token is not None and token.start_index >= 0:
        return token.source.count("\n", 0, token.start_index) + 1
    for part in _OUTPUT.finditer(source):
        try:
            _ENVIRONMENT.from_string(part[0])
        except LiquidError:
            return source.count("\n", 0, part.start()) + 1
    return source.count("\n") + 1 if isinstance(problem, LiquidSyntaxError) else 0


# --- filters -----------------------------------------------------------------------------------


class _Unfillable(LiquidError):
    """A filter that cannot do its work; `code` is the TemplateProblem's."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason, token=None)
        self.code = code


def _bounded(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that may not make a text longer than any message."""

    def bounded(value: Any, *given: Any) -> Any:
        made = filter_(value, *given)
        if isinstance(made, str) and len(made) > LONGEST_TEXT:
            raise _Unfillable("template_too_big", "a filter makes the text too long")
        return made

    return bounded


def _in_words(write: Callable[[datetime, Locale], str]) -> Callable[[Any, str, str], str]:
    """From a time (ISO text or aware datetime), a zone and a locale to words."""

    @lru_cache(maxsize=8192)
    def written(value: str | datetime, zone: str, locale: str) -> str:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        if not isinstance(moment, datetime) or moment.tzinfo is None:
            raise ValueError("no time, or one without a zone")
        return write(local(moment, zone), times.manner(locale, zone))

    return written


def _time_filter(written: Callable[[Any, str, str], str]) -> Callable[..., str]:
    """A filter that writes a time in the person's zone and language, and says what is wrong."""

    @with_context
    def filtered(value: Any, *, context: Any) -> str:
        zone, locale = _named(context, "zone"), _named(context, "locale") or "en"
        if is_undefined(value) or value in (None, "") or not zone:
            raise _Unfillable("unresolved_variable", "a time or its zone is not known")
        try:
            return written(value, zone, str(locale))
        except UnknownZone as problem:
            raise _Unfillable("unknown_zone", "the zone is not known") from problem
        except (TypeError, ValueError, OverflowError) as problem:
            raise _Unfillable("template_error", "this is not a time") from problem

    return filtered


def _plainly(written: Callable[[Any, str, str], str]) -> plain.Write:
    """The same where nothing is wrong; else None."""

    def found(value: Any, zone: Any, locale: Any) -> str | None:
        try:
            texts = isinstance(value, str) and isinstance(zone, str) and isinstance(locale, str)
            return written(value, zone, locale) if texts and zone and locale else None
        except (UnknownZone, ValueError, OverflowError):
            return None

    return found


def _named(context: Any, name: str) -> Any:
    return context.resolve(name, default=None)


_TIMES = {
    name: _in_words(write)
    for name, write in (
        ("local_clock", times.clock), ("local_date", times.date),
        ("local_time", times.date_and_clock), ("local_zone", times.zone),
        ("clock_if_any", times.clock_if_any),
    )
}  # fmt: skip
_PLAINLY = {name: _plainly(written) for name, written in _TIMES.items()}
_FILTERS: Mapping[str, Callable[..., Any]] = {
    "append": _bounded(string.append),
    "capitalize": _bounded(string.capitalize),
    "default": misc.default,
    "downcase": _bounded(string.downcase),
    "prepend": _bounded(string.prepend),
    "strip": _bounded(string.strip),
    "truncate": _bounded(string.truncate),
    "upcase": _bounded(string.upcase),
    **{name: _time_filter(written) for name, written in _TIMES.items()},
}
_TAGS = (
    content.Literal,
    output.Output,
    illegal.Illegal,
    assign_tag.AssignTag,
    case_tag.CaseTag,
    comment_tag.CommentTag,
    if_tag.IfTag,
    inline_comment_tag.InlineCommentTag,
    unless_tag.UnlessTag,
)


class _Small(Environment):
    """Only what cannot run away: what is not listed here does not exist in a template."""

    block_nesting_limit = 10
    context_depth_limit = 10
    local_namespace_limit = 200_000  # bytes held by `assign`

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Replace the library's own set."""
        for tag in _TAGS:
            self.add_tag(tag)
        for name, filter_ in _FILTERS.items():
            self.add_filter(name, filter_)


_ENVIRONMENT = _Small(undefined=FalsyStrictUndefined)
_NOTHING = RenderContext(BoundTemplate(_ENVIRONMENT, []))


@lru_cache(maxsize=4096)
def _compiled(source: str) -> tuple[BoundTemplate, plain.Pieces | None]:
    if len(source) > LONGEST_SOURCE:
        raise _Unfillable("template_too_big", "the template is too long")
    template = _ENVIRONMENT.from_string(source)
    for node in template.nodes:
        _prepare(node)
    return template, plain.pieces(template.nodes, _PLAINLY)


def _prepare(node: Node) -> None:
    """Refuse ranges, and let what is empty be false."""
    for expression in node.expressions():
        _check_range(expression)
    truth.mend(node)
    for child in node.children(_NOTHING, include_partials=False):
        _prepare(child)


def _check_range(expression: Expression) -> None:
    """Refuse `(1..9)`: asking whether it contains a text walks all of it, however long."""
    if isinstance(expression, RangeLiteral):
        raise LiquidSyntaxError("ranges are not available", token=expression.token)
    for child in expression.children():
        _check_range(child)
