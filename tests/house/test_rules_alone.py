"""The law copied elsewhere, under another name, in an interpreter without site packages."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from .sources import PACKAGE

SCRIPT = """
import json, sys
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
import law_of_elsewhere as law
from law_of_elsewhere import codes, records as r

terms = r.Terms(amount_max=10**9, tokens_max=10**9, counter_width=2, category_width=1, channel_width=1, earn_on=1,
    band_count=1, orders_max=r.NONE, share_limit=r.NONE, welcome_tokens=5, debt_limit=r.NONE, window_days=r.NONE)
law_book = law.Law([terms], [r.Band(upper=r.NONE, tokens=1, per=100, common=1, denominator=100)], [], [], [], [],
    [1], [1], [10_000], [], [], [])
book = law.Book([r.Head(lot_free=0, lot_spare=8, order_free=0, order_spare=1)], [r.Member()],
    [r.Lot(next=n + 1) for n in range(8)], [r.Order()], [], [], [], [r.Counter() for _ in range(2)], [], [],
    [r.Entry() for _ in range(8)], [], [], [], [], [], [])
event = r.Event(type=codes.ORDER, day=17000, amount=1299, order=0, line_count=1)
code = law.apply(law_book, book, event, [r.EventLine(number=1, amount=1299)])
told = [(e.source, e.target, e.tokens, e.rule) for e in book.entries[: book.head[0].entry_count]]
loaded = sorted(name for name in set(sys.modules) - before if not name.startswith("law_of_elsewhere"))
foreign = sorted({name.split(".")[0] for name in loaded} - set(sys.stdlib_module_names))
own = sorted(name for name in sys.modules if name.startswith("law_of_elsewhere."))
print(json.dumps({"code": code, "told": told, "available": book.members[0].available, "foreign": foreign, "own": own}))
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What one order does under the copied law."""
    folder = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(PACKAGE / "rules", folder / "law_of_elsewhere", ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", SCRIPT, str(folder)],
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_an_order_earns_there(elsewhere: dict[str, object]) -> None:
    assert elsewhere["code"] == 0
    assert elsewhere["told"] == [[0, 2, 5, 2], [0, 2, 12, 1]]  # welcome 5, purchase 12, both ISSUE to AVAILABLE
    assert elsewhere["available"] == 17


def test_nothing_but_the_standard_library_is_loaded(elsewhere: dict[str, object]) -> None:
    assert elsewhere["foreign"] == []


def test_every_module_of_the_law_is_reached_from_its_front_door(elsewhere: dict[str, object]) -> None:
    modules = {f"law_of_elsewhere.{path.stem}" for path in (PACKAGE / "rules").glob("*.py") if path.stem != "__init__"}
    assert set(elsewhere["own"]) == modules  # type: ignore[call-overload]


def test_nothing_in_the_law_names_its_package() -> None:
    assert [path.name for path in (PACKAGE / "rules").glob("*.py") if "rewardsim" in path.read_text()] == []
