"""The compile cache: quick the second time, and never stale."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import rewardsim
from rewardsim.engine import cache

PACKAGE = Path(rewardsim.__file__).parent

WHERE = """
from rewardsim.engine.cache import cache_folder, sources_digest
print(cache_folder().name, sources_digest("rules"))
"""
EDIT = ("        return total\n    return divide(", "        return total + 1\n    return divide(")
REPLAY = """
import sys, time
sys.path.insert(0, sys.argv[1])
from engine.made import BUSY, START, canonical, run
from rewardsim.programme import parse_programme
rows = [{"event_id": str(n), "type": "order", "member_id": "m", "order_id": str(n), "occurred_day": START,
    "second": n, "amount_minor": 1_000} for n in range(3)]
text = BUSY.partition("[earning.purchase]")[0] + '[earning.purchase]\\nrate = { tokens = 1, per = "1.00" }\\n'
began = time.perf_counter()
done = run(parse_programme(text), canonical(rows), "compiled")
print(sum(entry[6] for entry in done.entries), time.perf_counter() - began)
"""


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the package, to edit."""
    shutil.copytree(PACKAGE, tmp_path / "rewardsim", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def python(folder: Path, code: str, *words: str) -> list[str]:
    """The words that some code prints, run with the copied package and a cache of its own."""
    env = {**os.environ, "PYTHONPATH": str(folder), "REWARDSIM_CACHE_DIR": str(folder / "cache")}
    done = subprocess.run(
        [sys.executable, "-B", "-W", "error", "-c", code, *words],
        capture_output=True, text=True, check=False, cwd=folder, env=env,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout.split()


def edit(folder: Path, name: str, old: str, new: str, keep_time: bool = False) -> None:
    """Replace a text in a copied file."""
    path = folder / "rewardsim" / name
    stat, text = path.stat(), path.read_text()
    assert text.count(old) == 1, (name, old)
    path.write_text(text.replace(old, new))
    if keep_time:
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


@pytest.mark.parametrize("name", ["rules/earning.py", "rules/codes.py", "engine/loop.py", "engine/audit.py"])
def test_any_change_of_rules_or_engine_is_another_folder(copied: Path, name: str) -> None:
    before = python(copied, WHERE)
    path = copied / "rewardsim" / name
    stat = path.stat()
    path.write_text(path.read_text() + "\n# changed\n")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # numba would look at the time only
    after = python(copied, WHERE)
    assert before[0] != after[0]
    assert (before[1] != after[1]) == name.startswith("rules/")


def test_what_compiles_to_the_same_is_the_same_folder(copied: Path) -> None:
    before = python(copied, WHERE)
    (copied / "rewardsim" / "cli.py").write_text("# nothing\n")
    (copied / "rewardsim" / "rules" / "notes.txt").write_text("no source")
    for path in (copied / "rewardsim").rglob("*.py"):
        os.utime(path)
    assert python(copied, WHERE) == before


def test_the_copy_has_the_folder_of_the_original(copied: Path) -> None:
    assert python(copied, WHERE)[1] == cache.sources_digest("rules")


def test_a_renamed_and_an_added_rule_are_seen(copied: Path) -> None:
    before = python(copied, WHERE)
    (copied / "rewardsim" / "rules" / "waterfall.py").rename(copied / "rewardsim" / "rules" / "cascade.py")
    edit(copied, "rules/__init__.py", "from .waterfall import", "from .cascade import")
    assert python(copied, WHERE)[0] != before[0]


def test_the_root_is_what_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REWARDSIM_CACHE_DIR", str(tmp_path))
    assert cache.cache_folder().parent == cache.cache_root() == tmp_path
    monkeypatch.delenv("REWARDSIM_CACHE_DIR")
    assert tmp_path not in cache.cache_root().parents
    assert cache.cache_root().parts[-2:] == ("rewardsim", "compiled")


def test_old_folders_are_dropped_and_new_ones_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REWARDSIM_CACHE_DIR", str(tmp_path))
    for age in range(8):
        (tmp_path / f"old{age}").mkdir()
        then = time.time() - 1_000 * (age + 1)
        os.utime(tmp_path / f"old{age}", (then, then))
    with cache.keyed_cache():
        mine = cache.cache_folder()
        assert mine.is_dir()
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {mine.name, *(f"old{age}" for age in range(cache.FOLDERS_KEPT - 1))}


def test_numbas_own_setting_is_put_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from numba.core import config

    monkeypatch.setenv("REWARDSIM_CACHE_DIR", str(tmp_path))
    before = config.CACHE_DIR
    with keep_going(), cache.keyed_cache():
        assert str(tmp_path) in config.CACHE_DIR
        raise InterruptedError
    assert before == config.CACHE_DIR


def keep_going() -> contextlib.AbstractContextManager[None]:
    return contextlib.suppress(InterruptedError)


@pytest.mark.slow
def test_the_second_process_is_fast_and_an_edited_rule_is_never_stale(copied: Path) -> None:
    """Compiles twice: about a minute and a half."""
    tests = str(Path(__file__).resolve().parents[1])
    first, cold = python(copied, REPLAY, tests)
    again, warm = python(copied, REPLAY, tests)
    assert (first, again) == ("30", "30")
    assert float(warm) < 5 < float(cold)
    edit(copied, "rules/earning.py", *EDIT, keep_time=True)
    changed, _ = python(copied, REPLAY, tests)
    assert changed == "33"
