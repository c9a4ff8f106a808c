"""What stands in the repository, and what must not."""

from __future__ import annotations

import functools
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .sources import ROOT

TOP = {"rewardsim", "notebooks", "data", "tests", "pyproject.toml", "README.md", "LICENSE"}
TEXTS = {".py", ".toml", ".md", ".txt", ".json", ".csv", ".ipynb", ".cfg", ".yml", ".yaml", ".lock", ""}
REGISTRIES = re.compile(r"https?://[^\s\"']*(?:pypi|pythonhosted|/simple\b|artifact|nexus|proxy|mirror)", re.IGNORECASE)
LOCK_LIKE = re.compile(
    r"(?:\.lock|lock\.toml|lock\.json|^requirements.*\.txt|^uv\.toml|^pip\.conf|^pyproject\.toml|\.pypirc)$"
)


@functools.cache
def listed(*options: str) -> tuple[str, ...]:
    """Paths that git lists."""
    done = subprocess.run(["git", "ls-files", *options], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"not a git working tree: {done.stderr.strip()}")
    return tuple(name for name in done.stdout.splitlines() if (ROOT / name).exists())


def present() -> tuple[str, ...]:
    """Files that are in the repository or would come in with the next commit."""
    return listed("--cached", "--others", "--exclude-standard")


def test_the_top_level_is_bare() -> None:
    top = {name.split("/")[0] for name in present()}
    assert {name for name in top if not name.startswith(".")} <= TOP


@pytest.mark.parametrize(
    "name", ["README.md", "LICENSE", "pyproject.toml", ".ci/run", "rewardsim/DECISIONS.md", "rewardsim/CHANGES.md"]
)
def test_what_a_project_needs_is_there(name: str) -> None:
    assert name in present()
    assert (ROOT / name).stat().st_size > 100


def test_no_lock_file_of_this_environment() -> None:
    assert [name for name in listed("--cached") if Path(name).name in ("uv.lock", "pylock.toml", "poetry.lock")] == []


def test_no_package_registry_is_named() -> None:
    found = [name for name in present() if LOCK_LIKE.search(Path(name).name)]
    assert "pyproject.toml" in found
    assert [name for name in found if REGISTRIES.search((ROOT / name).read_text(encoding="utf-8"))] == []


def test_the_pattern_knows_a_registry() -> None:
    assert REGISTRIES.search('registry = "https://pypi.org/simple"')
    assert REGISTRIES.search("url = http://10.0.0.1:8080/simple/numpy")
    assert not REGISTRIES.search('homepage = "https://example.org/rewardsim"')


def test_no_path_of_this_machine() -> None:
    here = {str(ROOT), sys.prefix, f"{Path.home()}/", "/".join(["", "tmp", "rs"]), "/".join(["", "work", "shared"])}
    texts = [name for name in present() if Path(name).suffix in TEXTS]
    assert len(texts) > 100
    found = [
        (name, word)
        for name in texts
        for word in here
        if word in (ROOT / name).read_text(encoding="utf-8", errors="replace")
    ]
    assert found == []


def test_nothing_is_large_or_executable_by_accident() -> None:
    assert [name for name in present() if (ROOT / name).stat().st_size > 2_000_000] == []
    runnable = [name for name in present() if (ROOT / name).stat().st_mode & 0o111]
    assert [name for name in runnable if not name.startswith(".")] == []


def test_no_secret_and_no_leftover() -> None:
    left = re.compile(r"(?:\.orig|\.rej|\.swp|~|\.pyc|\.nbi|\.nbc|\.pem|\.key|\.env)$")
    assert [name for name in present() if left.search(name)] == []


def test_nothing_pickled_is_kept() -> None:
    assert [name for name in present() if Path(name).suffix in (".pkl", ".pickle", ".joblib", ".npy")] == []
