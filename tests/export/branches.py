"""Which lines of the rules golden vectors run: measured by the interpreter's own tracing."""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import rewardsim.rules

RULES = Path(rewardsim.rules.__file__).parent
Lines = set[tuple[str, int]]


def run_lines(work: Callable[[], Any]) -> Lines:
    """Return the lines of the rules that some work runs."""
    found: Lines = set()
    start = str(RULES)

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        name = frame.f_code.co_filename
        if not name.startswith(start):
            return None
        if event == "line":
            found.add((Path(name).name, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return found


def lines_of_functions() -> Lines:
    """Return every line of every function of the rules."""
    found: Lines = set()

    def collect(name: str, code: CodeType) -> None:
        for inner in code.co_consts:
            if isinstance(inner, CodeType):
                first = inner.co_firstlineno
                lines = {line for _, line in dis.findlinestarts(inner) if line is not None and line > first}
                if "@" not in inner.co_name and inner.co_flags & 0x2 and not _is_class(inner):
                    found.update((name, line) for line in lines)
                collect(name, inner)

    for path in RULES.glob("*.py"):
        collect(path.name, compile(path.read_text(encoding="utf-8"), str(path), "exec"))
    return found


def _is_class(code: CodeType) -> bool:
    return "__qualname__" in code.co_names and "__module__" in code.co_names


def unreached_lines(work: Callable[[], Any]) -> list[tuple[str, int]]:
    """Return the lines of the rules that some work never runs."""
    return sorted(lines_of_functions() - run_lines(work))
