"""The house itself: the import contracts hold, files and functions stay small enough to read."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

from importlinter import configuration
from importlinter.application import use_cases

ROOT = Path(__file__).resolve().parent.parent
OURS = ("followthrough", "config", "tests", "bench")
LONGEST_FILE = 400
MEDIAN, NINE_IN_TEN = 8, 25  # lines of a function, signature to last line


def sources(*folders: str) -> Iterator[Path]:
    """Our Python files, migrations aside."""
    for folder in folders or OURS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def length(function: ast.AST) -> int:
    """The lines of a function without its decorators and docstring."""
    body = function.body  # type: ignore[attr-defined]
    spoken = ast.get_docstring(function) is not None  # type: ignore[arg-type]
    told = body[0].end_lineno - body[0].lineno + 1 if spoken else 0
    return function.end_lineno - function.lineno + 1 - told  # type: ignore[attr-defined]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", length(node)


def test_every_package_imports_only_what_is_further_down_the_flow(monkeypatch):
    """Not by its command line, which switches off every logger that there is."""
    monkeypatch.chdir(ROOT)
    configuration.configure()
    assert use_cases.lint_imports(cache_dir=None, no_logo=True)


def test_no_file_is_longer_than_a_person_reads_at_once():
    lines = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in sources()}
    long = {str(path): count for path, count in lines.items() if count > LONGEST_FILE}
    assert not long


def test_functions_stay_short(capsys):
    paths = sources("followthrough", "config")
    found = sorted(((size, name) for path in paths for name, size in functions(path)), reverse=True)
    sizes = [size for size, _ in found]
    median, ninth = statistics.median(sizes), statistics.quantiles(sizes, n=10)[-1]
    with capsys.disabled():
        print(f"\n{len(sizes)} functions: median {median:g} lines, 9 in 10 <= {ninth:g}; longest:")
        for size, name in found[:5]:
            print(f"  {size:4} {name}")
    assert median <= MEDIAN
    assert ninth <= NINE_IN_TEN
