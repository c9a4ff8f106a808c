"""Rules, scoring and the keys of draws copied elsewhere, under another name, without site packages: they score."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .sources import PACKAGE

PARTS = ("rules", "scoring")
KEYS = ("__init__.py", "keys.py")
SCRIPT = """
import importlib, json, pkgutil, sys
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
from elsewhere import scoring
from elsewhere.rules import records as r

terms = r.Terms(amount_max=10**9, tokens_max=10**9, counter_width=2, category_width=1, channel_width=1, earn_on=1,
    band_count=1, orders_max=r.NONE, share_limit=r.NONE, welcome_tokens=5, debt_limit=r.NONE, window_days=r.NONE)
law = r.Law([terms], [r.Band(upper=r.NONE, tokens=1, per=100, common=1, denominator=100)], [], [], [], [],
    [1], [1], [10_000], [], [], [])
event = {"event_id": "e1", "type": "order", "member_id": "m", "occurred_day": "2017-06-15", "second": 0,
    "amount_minor": 1299, "discount_minor": 0, "tokens": 0, "order_id": "o1"}
told = {}
for name, store in (("memory", scoring.MemoryStore()), ("file", scoring.SqliteStore(sys.argv[1] + "/store.db"))):
    scorer = scoring.Scorer(law, scoring.Names(), store, bundle_hash="elsewhere")
    replies = [scorer.apply(event), scorer.apply(event), scorer.apply({**event, "amount_minor": 1})]
    told[name] = [[reply.status for reply in replies], replies[0].balances["available"], scorer.digest()]
    store.close()
for module in pkgutil.iter_modules(scoring.__path__):
    importlib.import_module("elsewhere.scoring." + module.name)
loaded = sorted(name for name in set(sys.modules) - before if name.split(".")[0] != "elsewhere")
told["foreign"] = sorted({name.split(".")[0] for name in loaded} - set(sys.stdlib_module_names))
told["own"] = sorted(name for name in sys.modules if name.startswith("elsewhere."))
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What one order, sent again and then otherwise, does under the copied scorer."""
    folder = tmp_path_factory.mktemp("elsewhere")
    for part in PARTS:
        shutil.copytree(PACKAGE / part, folder / "elsewhere" / part, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "elsewhere" / "draws").mkdir()
    for name in KEYS:
        shutil.copy(PACKAGE / "draws" / name, folder / "elsewhere" / "draws" / name)
    (folder / "elsewhere" / "__init__.py").write_text("")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", SCRIPT, str(folder)],
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("store", ["memory", "file"])
def test_an_order_earns_there_once(elsewhere: dict[str, list[object]], store: str) -> None:
    assert elsewhere[store][:2] == [["applied", "duplicate", "conflict"], 17]  # welcome 5, purchase 12


def test_both_stores_have_one_digest(elsewhere: dict[str, list[object]]) -> None:
    assert elsewhere["memory"][2] == elsewhere["file"][2]


def test_nothing_but_the_standard_library_is_loaded(elsewhere: dict[str, object]) -> None:
    assert elsewhere["foreign"] == []


def test_every_module_is_there(elsewhere: dict[str, list[str]]) -> None:
    modules = {f"elsewhere.scoring.{path.stem}" for path in (PACKAGE / "scoring").glob("[!_]*.py")}
    assert modules <= set(elsewhere["own"])


@pytest.mark.parametrize("path", sorted((PACKAGE / "scoring").glob("*.py")), ids=lambda path: path.name)
def test_nothing_in_it_imports_by_the_packages_name(path: Path) -> None:
    assert "import rewardsim" not in path.read_text()
    assert "from rewardsim" not in path.read_text()
