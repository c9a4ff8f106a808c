"""The strict type checker on the law and the linter on everything find nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib

import pytest

from .sources import ROOT

TIMEOUT_S = 180


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """A tool of this environment, run at the top of the project."""
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
    )


def test_pyright_is_strict_about_the_law() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pyright"]
    assert settings["include"] == ["rewardsim/rules"]
    assert settings["typeCheckingMode"] == "strict"
    done = run("pyright", "--outputjson")
    try:
        said = json.loads(done.stdout)
    except ValueError:
        pytest.skip(f"pyright cannot run here: {done.stderr.strip().splitlines()[-1:]}")
    found = [
        f"{d['file'].split('/')[-1]}:{d['range']['start']['line'] + 1} {d['message']}"
        for d in said["generalDiagnostics"]
    ]
    assert found == []
    assert said["summary"]["filesAnalyzed"] >= 20


def test_ruff_finds_nothing() -> None:
    done = run("ruff", "check", "--no-cache", "--output-format=concise", ".")
    if "No module named ruff" in done.stderr:
        pytest.skip("ruff is not installed")
    assert done.stdout.strip().splitlines() == ["All checks passed!"], done.stderr
