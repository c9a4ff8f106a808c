"""Who imports whom, and what of it the plan of the house forbids."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# What a room may import of the project, besides itself. Arrows point inward only.
INWARD: dict[str, frozenset[str]] = {"rules": frozenset()}
INWARD["scoring"] = frozenset({"rules", "draws.keys"})
INWARD["programme"] = frozenset({"rules", "scoring.names"})
INWARD["transactions"] = frozenset({"rules", "programme.faults"})
INWARD["behaviour"] = frozenset({"rules", "programme"})
INWARD["population"] = frozenset({"rules", "programme", "transactions", "behaviour"})
INWARD["draws"] = frozenset({"rules", "programme"})
INWARD["engine"] = frozenset({"rules", "programme", "transactions", "population", "behaviour", "draws"})
INWARD["economics"] = INWARD["engine"] | {"engine"}
INWARD["operations"] = INWARD["economics"]
INWARD["export"] = INWARD["economics"] | {"scoring"}
INWARD["service"] = frozenset({"rules", "programme", "scoring", "export"})
INWARD["experiments"] = INWARD["economics"] | {"economics"}
INWARD["figures"] = INWARD["experiments"] | {"experiments", "operations", "export"}
ANYWHERE = {"cli", "cli_draw", "cli_drift", "cli_export", "cli_report", "cli_score", "cli_serve", "cli_simulate"}
ANYWHERE |= {"cli_progress", "cli_sweep", "cli_tune", ""}
CARRIED = {"rules", "scoring"}  # rooms that a bundle takes along; of draws, the keys
LOOPS = ("replay", "simulat")


class Import(NamedTuple):
    """One module imports another; both by dotted name within the package."""

    importer: str
    imported: str
    relative: bool
    line: int
    own: bool  # of this project


def module_name(path: Path, package: Path) -> str:
    """Dotted name of a file within its package; empty for the package itself."""
    parts = list(path.relative_to(package).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, package: Path) -> Iterator[Import]:
    """Every import statement of a file, also those within functions and for type checkers."""
    here = module_name(path, package)
    home = here.split(".") if path.name == "__init__.py" else here.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield _absolute(here, alias.name, node.lineno, package)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                yield _absolute(here, f"{node.module}.{alias.name}", node.lineno, package)
        elif isinstance(node, ast.ImportFrom):
            base = [part for part in home if part][: len(home) + 1 - node.level]
            for alias in node.names:
                full = ".".join([*base, *(node.module.split(".") if node.module else []), alias.name])
                yield Import(here, full, True, node.lineno, True)


def _absolute(here: str, name: str, line: int, package: Path) -> Import:
    own = name.split(".")[0] == package.name
    return Import(here, name.partition(".")[2] if own else name, False, line, own)


def violations(package: Path) -> list[str]:
    """What the files of a package import against the plan, one sentence each."""
    found = []
    for path in sorted(package.rglob("*.py")):
        for one in imports(path, package):
            said = _carried(one) or _outward(one) or _two_loops(one) or _plotting(one)
            if said:
                found.append(f"{path.relative_to(package).as_posix()}:{one.line} imports {one.imported}: {said}")
    return found


def _room(module: str) -> str:
    return module.split(".")[0]


def _carried(one: Import) -> str:
    """What goes into a bundle under another name imports what goes with it, relatively."""
    room = _room(one.importer)
    if room not in CARRIED and one.importer not in ("draws", "draws.keys"):
        return ""
    if one.own and room == "rules":
        good = one.relative and _room(one.imported) == "rules"
        return "" if good else "rules import only themselves, relatively"
    if one.own:
        return "" if one.relative else f"{room} imports relatively, since it goes into bundles"
    known = one.imported.split(".")[0] in sys.stdlib_module_names
    return "" if known else f"{room} import only the standard library"


def _outward(one: Import) -> str:
    room = _room(one.importer)
    if not one.own or room in ANYWHERE or _room(one.imported) in (room, ""):
        return ""
    if room not in INWARD:
        return f"room {room!r} is not in the plan"
    inside = any(f"{one.imported}.".startswith(f"{allowed}.") for allowed in INWARD[room])
    return "" if inside else f"{room} may import {', '.join(sorted(INWARD[room])) or 'nothing'}"


def _two_loops(one: Import) -> str:
    ours = {loop for loop in LOOPS if loop in one.importer}
    theirs = {loop for loop in LOOPS for part in one.imported.split(".") if one.own and loop in part}
    return "" if not ours or theirs <= ours else "replay and simulation are two loops over one law"


def _plotting(one: Import) -> str:
    if not one.own and _room(one.imported) == "plotly" and _room(one.importer) != "figures":
        return "plotting belongs to figures"
    return ""
