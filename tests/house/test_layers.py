"""Arrows point inward only; and the walker that says so can say otherwise."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from .layers import INWARD, imports, violations
from .sources import PACKAGE, RULES


def test_every_import_points_inward() -> None:
    assert violations(PACKAGE) == []


def test_the_walker_sees_the_imports_that_are_there() -> None:
    seen = {(one.importer, one.imported) for path in PACKAGE.rglob("*.py") for one in imports(path, PACKAGE) if one.own}
    assert ("experiments.replays.replay", "engine.cache.sources_digest") in seen  # within a function
    assert ("experiments.run", "programme.Programme") in seen  # for type checkers
    assert ("experiments.run", "experiments.store.verify") in seen  # relative
    assert ("rules.apply", "rules.clock.advance") in seen


def test_every_room_stands_in_the_plan() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and list(path.glob("*.py"))}
    assert rooms <= set(INWARD)


def test_rules_import_little() -> None:
    outside = {one.imported for path in RULES for one in imports(path, PACKAGE) if not one.own}
    assert outside <= {"__future__.annotations", "dataclasses.dataclass", "functools.lru_cache", "typing.NamedTuple"}
    assert {name.split(".")[0] for name in outside} <= sys.stdlib_module_names


WRONG = {
    "rules/a.py": ("import numpy", "standard library"),
    "rules/b.py": ("from house.rules.records import Event", "relatively"),
    "rules/c.py": ("from ..programme import x", "relatively"),
    "scoring/a.py": ("import psycopg", "standard library"),
    "scoring/b.py": ("from house.rules import apply", "relatively"),
    "scoring/c.py": ("from ..engine.audit import mix", "scoring may import"),
    "draws/keys.py": ("from house.rules import codes", "relatively"),
    "programme/a.py": ("from house.transactions import x", "programme may import"),
    "transactions/a.py": ("from house.programme.lower import x", "transactions may import"),
    "transactions/b.py": ("def f():\n    from house.engine import x", "transactions may import"),
    "engine/a.py": ("from ..experiments.run import Run", "engine may import"),
    "economics/a.py": ("from house import experiments", "economics may import"),
    "experiments/a.py": ("import house.cli", "experiments may import"),
    "experiments/b.py": ("import plotly.graph_objects", "figures"),
    "engine/replay.py": ("from .simulation import x", "two loops"),
    "experiments/simulations/simulate.py": ("from house.experiments.replays.replay import replay", "two loops"),
    "attic/a.py": ("from house.rules import apply", "not in the plan"),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_walker_finds_what_is_wrong(tmp_path: Path, name: str) -> None:
    text, said = WRONG[name]
    path = tmp_path / "house" / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    (found,) = violations(tmp_path / "house")
    assert name in found
    assert said in found


def test_the_walker_lets_the_good_pass(tmp_path: Path) -> None:
    good = {
        "rules/a.py": "import math\nfrom .records import Event\nfrom . import codes",
        "scoring/a.py": "import sqlite3\nfrom ..rules.records import Event\nfrom ..draws.keys import rank_tickets",
        "programme/a.py": "from house.scoring.names import Names",
        "transactions/a.py": "import pyarrow\nfrom house.programme.faults import Fault\nfrom house.rules import codes",
        "experiments/replays/replay.py": "from house.engine.replay import replay_events\nfrom .run import Run",
        "figures/a.py": "import plotly",
        "cli.py": "from house.experiments import replay\nfrom house import __version__",
    }
    for name, text in good.items():
        (tmp_path / "house" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "house" / name).write_text(text)
    assert violations(tmp_path / "house") == []
