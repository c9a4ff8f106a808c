"""The nightly script says by its exit code whether a guard is broken, and keeps what was finished."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import DATA

SCRIPT = DATA / "sweeps" / "nightly.sh"
pytestmark = pytest.mark.skipif(shutil.which("sh") is None, reason="needs a POSIX shell")


def nightly(tmp_path: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run the script beside its sweep file with a ``rewardsim`` of its own on the path."""
    tools = tmp_path / "bin"
    tools.mkdir(exist_ok=True)
    (tools / "rewardsim").write_text(f"#!/bin/sh\n{command}\n")
    (tools / "rewardsim").chmod(0o755)
    shutil.copy(SCRIPT, tmp_path / "nightly.sh")
    return subprocess.run(
        ["sh", str(tmp_path / "nightly.sh"), str(tmp_path / "out")],
        env={**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("code", [0, 1, 2, 130])
def test_the_scripts_exit_code_is_the_sweeps(tmp_path: Path, code: int) -> None:
    done = nightly(tmp_path, f'echo "$@" >&2\necho "{{}}"\nexit {code}')
    assert done.returncode == code
    assert f"sweep {tmp_path}/nightly.toml --workers processes --out {tmp_path}/out --json" in done.stderr
    assert (tmp_path / "out" / "nightly.json").read_text() == "{}\n"
    assert ("held" in done.stdout) == (code == 0)


def test_a_broken_guard_of_a_real_sweep(tmp_path: Path) -> None:
    text = (DATA / "sweeps" / "nightly.toml").read_text(encoding="utf-8").replace("../", f"{DATA}/")
    text = text.replace("members = 3_000", "members = 60\nuntil = 2017-08-15").replace(
        "replicates = 8", "replicates = 3"
    )
    guard = '[[guards]]\nmeasure = "active_members"\n'
    small = text[: text.index("[[guards]]")].replace("2018-04-01", "2017-07-01")
    command = f'exec "{sys.executable}" -m rewardsim.cli "$@"'
    (tmp_path / "nightly.toml").write_text(f"{small}{guard}at_least = 1\n")
    held = nightly(tmp_path, command)
    assert held.returncode == 0, held.stderr
    (tmp_path / "nightly.toml").write_text(f"{small}{guard}at_least = 1\n{guard}at_most = 1\n")
    broken = nightly(tmp_path, command)
    assert broken.returncode == 1, broken.stderr
    verdicts = [one["status"] for one in json.loads((tmp_path / "out" / "nightly.json").read_text())["guards"]]
    assert sorted(verdicts) == ["broken", "broken", "held", "held"]
    (tmp_path / "nightly.toml").write_text(f'{small}{guard}at_most = "1"\n')
    assert nightly(tmp_path, command).returncode == 2
