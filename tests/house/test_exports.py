"""Export lists are honest, and importing the package loads nothing heavy."""

from __future__ import annotations

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import rewardsim

from .sources import FILES, PACKAGE, ROOT, name_of, tree

HEAVY = ("pandas", "numpy", "numba", "plotly", "duckdb", "pyarrow", "llvmlite", "simpy")
INITS = [path for path in FILES if path.name == "__init__.py"]


def listed(path: Path) -> list[str] | None:
    """The export list of a file, None where it has none."""
    for node in tree(path).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return list(ast.literal_eval(node.value))
    return None


def defined(path: Path) -> set[str]:
    """Public names that a file defines, brings in from the project, or finds lazily."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("rewardsim")):
            names |= {alias.asname or alias.name for alias in node.names}
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        for target in node.targets if isinstance(node, ast.Assign) else []:
            if getattr(target, "id", "") in ("_HOME", "_HOMES"):
                names |= set(ast.literal_eval(node.value))  # type: ignore[attr-defined]
    return {name for name in names if not name.startswith("_")}


def module_of(path: Path) -> str:
    """Dotted name of a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("path", INITS, ids=name_of)
def test_a_room_lists_exactly_what_it_exports(path: Path) -> None:
    names = listed(path)
    exported = defined(path)
    assert (names is None) == (not exported), "a room that exports has a list"
    assert set(names or []) == exported


@pytest.mark.parametrize("path", [path for path in FILES if listed(path) is not None], ids=name_of)
def test_every_listed_name_is_there_once(path: Path) -> None:
    names = listed(path) or []
    module = importlib.import_module(module_of(path))
    assert len(names) == len(set(names))
    assert [name for name in names if getattr(module, name, None) is None] == []
    assert module.__all__ == names


def test_the_package_offers_its_names_and_no_others() -> None:
    assert set(dir(rewardsim)) == {*rewardsim.__all__, "__version__"}
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = rewardsim.nonsense
    namespace: dict[str, object] = {name: getattr(rewardsim, name) for name in rewardsim.__all__}
    assert all(value is getattr(rewardsim, name) for name, value in namespace.items())


def test_the_version_is_that_of_the_project() -> None:
    import tomllib

    assert rewardsim.__version__ == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def loaded_by(code: str) -> set[str]:
    """Top-level modules loaded by some code in a fresh interpreter."""
    text = f"import sys, json\n{code}\njson.dump(sorted({{n.split('.')[0] for n in sys.modules}}), sys.stderr)"
    done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, check=False)
    return set(json.loads(done.stderr.splitlines()[-1]))


LIGHT = {
    "the package": "import rewardsim; dir(rewardsim)",
    "the command line": "import rewardsim.cli",
    "its draws": "import rewardsim.cli_draw",
    "help": "import rewardsim.cli as c\ntry: c.app(['--help'])\nexcept SystemExit: pass",
    "help of a command": "import rewardsim.cli as c\ntry: c.app(['replay', '--help'])\nexcept SystemExit: pass",
    "version": "import rewardsim.cli as c\ntry: c.app(['--version'])\nexcept SystemExit: pass",
    "the law": "import rewardsim.rules",
}


@pytest.mark.parametrize("what", LIGHT)
def test_loading_is_light(what: str) -> None:
    loaded = loaded_by(LIGHT[what])
    assert "rewardsim" in loaded
    assert loaded & set(HEAVY) == set()


def test_the_light_test_would_see_a_heavy_module() -> None:
    assert {"numpy", "pandas"} <= loaded_by("import rewardsim, pandas")
    assert "pyarrow" in loaded_by(
        "import rewardsim; rewardsim.Run; import rewardsim.transactions.events as e; e.event_schema()"
    )


def test_the_reading_order_names_rooms_that_exist() -> None:
    import re

    rooms = re.findall(r"``rewardsim\.(\w+)``", rewardsim.__doc__ or "")
    assert len(rooms) >= 5
    assert [room for room in rooms if not (PACKAGE / room).is_dir()] == []
