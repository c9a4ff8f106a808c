"""The rollout guide: its commands run as they stand, and it names every step."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "rewardsim" / "export" / "ROLLOUT.md"
TOOLS = ("bash", "curl", "openssl")


def blocks(kind: str) -> list[str]:
    """The guide's blocks of a kind."""
    return re.findall(rf"```{kind}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_every_stage_has_its_chapter_and_its_gate() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    for stage in ("Back-test", "Shadow", "Canary", "Full", "Rollback"):
        assert re.search(rf"^## \d\. {stage}$", text, re.MULTILINE)
    assert text.count("*If it fails:*") >= 4
    for chapter in ("State migration", "Secrets of draws", "The end of a day", "The database's own checks"):
        assert f"\n## {chapter}\n" in text


def test_every_command_it_names_is_there() -> None:
    from typer.testing import CliRunner

    from rewardsim.cli import app

    named = set(
        re.findall(r"(?:^|\s|`)rewardsim (?!as\b)([a-z]+)", "\n".join([*blocks("sh"), *blocks("cron")]), re.MULTILINE)
    )
    assert {"export", "bundle", "serve", "replay", "drift", "settle", "store", "draw"} <= named
    for name in named:
        assert CliRunner().invoke(app, [name, "--help"]).exit_code == 0


@pytest.mark.slow
def test_its_commands_run_as_they_stand(tmp_path: Path) -> None:
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not on this machine: {', '.join(missing)}")
    pytest.importorskip("fastapi")
    (tmp_path / "data").symlink_to(ROOT / "data")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, command in (("rewardsim", "-m rewardsim.cli"), ("python", "")):
        (programs / name).write_text(f'#!/bin/bash\nexec "{sys.executable}" {command} "$@"\n')
        (programs / name).chmod(0o755)
    found = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PORT": str(free_port())}
    found["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    script = "set -euo pipefail\ntrap 'kill $(cat out/serve.pid) 2>/dev/null' ERR\n" + "\n".join(blocks("sh"))
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=os.environ | found, capture_output=True, text=True, timeout=900,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "0 members differ" in done.stdout
    assert '"failed":0,"missed":0' in done.stdout
    assert "something broke" in done.stdout, "the sample's members are not the forecast's"
