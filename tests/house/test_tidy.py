"""The few things no linter knows: sizes, forbidden words, docstrings, integers in the law."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

from .sources import FILES, PACKAGE, RULES, calls, functions, name_of, tree

FUNCTION_MAX = 40
MODULE_MAX = 400
FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "joblib", "marshal", "shelve", "cloudpickle"}
every_file = pytest.mark.parametrize("path", FILES, ids=name_of)
every_rule = pytest.mark.parametrize("path", RULES, ids=name_of)


@every_file
def test_functions_are_short(path: Path) -> None:
    lengths = {f"{f.name}:{f.lineno}": (f.end_lineno or 0) - f.lineno + 1 for f in functions(path)}
    assert {name: length for name, length in lengths.items() if length > FUNCTION_MAX} == {}


@every_file
def test_modules_are_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MODULE_MAX


def test_no_drawer_for_everything() -> None:
    drawers = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py"}
    assert [name_of(path) for path in FILES if path.name in drawers] == []


@every_file
def test_no_wildcard_import(path: Path) -> None:
    stars = [n.lineno for n in ast.walk(tree(path)) if isinstance(n, ast.ImportFrom) and n.names[0].name == "*"]
    assert stars == []


@every_file
def test_nothing_is_unpickled_or_evaluated(path: Path) -> None:
    imported = [
        alias.name.split(".")[0]
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import)
        for alias in node.names
    ]
    imported += [n.module or "" for n in ast.walk(tree(path)) if isinstance(n, ast.ImportFrom)]
    assert set(imported) & FORBIDDEN_MODULES == set()
    assert [line for name, line in calls(path) if name in ("read_pickle", "to_pickle", "unsafe_load")] == []
    plain = [n for n in ast.walk(tree(path)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    assert [n.lineno for n in plain if n.func.id in ("eval", "exec", "compile", "__import__")] == []  # type: ignore[attr-defined]
    assert not re.search(r"\byaml\b", path.read_text(encoding="utf-8"))


@every_file
def test_no_fork_and_no_fast_mathematics(path: Path) -> None:
    assert [
        line for name, line in calls(path) if name in ("fork", "forkpty", "get_context", "ProcessPoolExecutor")
    ] == []
    words = [n.arg for n in ast.walk(tree(path)) if isinstance(n, ast.keyword)]
    assert not {"fastmath", "parallel"} & {word for word in words if word}


@every_file
def test_modules_and_public_names_are_described(path: Path) -> None:
    assert ast.get_docstring(tree(path)), "the module"
    public = [n for n in tree(path).body if isinstance(n, ast.FunctionDef | ast.ClassDef) and n.name[0] != "_"]
    methods = [m for c in public if isinstance(c, ast.ClassDef) for m in c.body if isinstance(m, ast.FunctionDef)]
    public += [m for m in methods if m.name[0] != "_"]
    assert [n.name for n in public if not ast.get_docstring(n)] == []


@every_rule
def test_the_law_knows_integers_only(path: Path) -> None:
    numbers = [n for n in ast.walk(tree(path)) if isinstance(n, ast.Constant) and isinstance(n.value, float | complex)]
    assert [n.lineno for n in numbers] == []
    assert [line for name, line in calls(path) if name in ("float", "round", "Decimal", "sum", "open", "print")] == []
    divisions = [n.lineno for n in ast.walk(tree(path)) if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Div)]
    assert divisions == []


@every_rule
def test_the_law_never_raises_and_never_catches(path: Path) -> None:
    assert [n.lineno for n in ast.walk(tree(path)) if isinstance(n, ast.Raise | ast.Try | ast.Assert)] == []


@every_rule
def test_the_law_is_annotated(path: Path) -> None:
    bare = [
        f"{function.name}({argument.arg})"
        for function in functions(path)
        for argument in function.args.args + function.args.kwonlyargs
        if argument.annotation is None
    ]
    assert bare == []
    assert [function.name for function in functions(path) if function.returns is None] == []


@every_file
def test_nothing_is_left_for_later(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    comments = [t.string for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type == tokenize.COMMENT]
    assert [c for c in comments if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", c)] == []


def test_the_files_looked_at_are_the_package() -> None:
    assert PACKAGE / "rules" / "apply.py" in RULES
    assert {"cli.py", "replay.py", "mapping.py", "lower.py"} <= {path.name for path in FILES}
