"""The examples run and print the same, in every language whose tools are on this machine."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rewardsim.export.native.header import SOURCES
from rewardsim.export.native.layout import fields_of
from rewardsim.rules.records import Entry, Event

EXAMPLES = SOURCES.parent / "examples"
JAVA_LEAST = 22
PLACES = {"type": 0, "member": 1, "day": 2, "number": 5, "amount": 6, "order": 9, "channel": 10}


def run(*command: str | Path) -> str:
    """What a command prints."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def said(built: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the example in C prints."""
    out, program = built["header"].parent, tmp_path_factory.mktemp("c") / "example"
    flags = ["-Wall", "-Wextra", "-Werror", f"-I{out}", f"-L{out}", "-lrewardsim", f"-Wl,-rpath,{out}"]
    run("cc", EXAMPLES / "example.c", *flags, "-o", program)
    text = run(program, built["terms"])
    assert re.fullmatch(
        r"order applied\n(entry.*\n)+deliver applied\n(entry.*\n)+available [1-9]\d*\ndigest [0-9a-f]{64}\n", text
    )
    return text


def test_python_alone(said: str, built: dict[str, Path]) -> None:
    """No package, no site: the interpreter and the library."""
    assert run(sys.executable, "-I", "-S", EXAMPLES / "example.py", built["library"], built["terms"]) == said


def test_java(said: str, built: dict[str, Path]) -> None:
    found = shutil.which("java")
    if found is None:
        pytest.skip("java is not on this machine")
    homes = Path(found).resolve().parents[2].glob("*/bin/java")
    versions = {one: subprocess.run([one, "-version"], capture_output=True, text=True).stderr for one in homes}
    good = [
        one for one, text in versions.items() if (v := re.search(r'version "(\d+)', text)) and int(v[1]) >= JAVA_LEAST
    ]
    if not good:
        pytest.skip(f"java is older than {JAVA_LEAST}, the first with the foreign function API")
    command = [good[0], "--enable-native-access=ALL-UNNAMED", EXAMPLES / "Example.java"]
    assert run(*command, built["library"], built["terms"]) == said


def test_node(said: str, built: dict[str, Path], tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not on this machine")
    headers = Path(node).resolve().parents[1] / "include" / "node"
    if not (headers / "node_api.h").exists():
        pytest.skip("node's headers are not on this machine")
    out, addon = built["header"].parent, tmp_path / "rewardsim.node"
    flags = ["-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", f"-I{out}", f"-I{headers}", f"-L{out}", "-lrewardsim"]
    run("cc", EXAMPLES / "node_rewardsim.c", *flags, f"-Wl,-rpath,{out}", "-o", addon)
    assert run(node, EXAMPLES / "example.js", addon, built["terms"]) == said


def test_rust(said: str, built: dict[str, Path], tmp_path: Path) -> None:
    if shutil.which("rustc") is None:
        pytest.skip("rustc is not on this machine")
    out, program = built["header"].parent, tmp_path / "example"
    run(
        "rustc",
        "--edition",
        "2021",
        EXAMPLES / "example.rs",
        "-L",
        out,
        "-C",
        f"link-arg=-Wl,-rpath,{out}",
        "-o",
        program,
    )
    assert run(program, built["terms"]) == said


def test_the_places_written_in_the_examples_are_the_records() -> None:
    """Languages without the header count words; a field moved is a layout changed."""
    fields = [field.name for field in fields_of(Event)]
    assert {name: fields.index(name) for name in PLACES} == PLACES
    fresh = ", ".join(str(field.fresh) for field in fields_of(Event))
    for name in ("Example.java", "example.rs", "example.js", "example.py"):
        assert fresh in (EXAMPLES / name).read_text()
    entry = [field.name for field in fields_of(Entry)]
    assert len(entry) == 12
    assert entry[3:7] == ["day", "source", "target", "tokens"]
