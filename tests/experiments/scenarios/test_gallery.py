"""The error gallery: every message, word for word; and nothing but ScenarioError ever comes out."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from rewardsim.experiments.scenarios import ScenarioError, load_sweep, parse_sweep
from rewardsim.programme.faults import CODES

from .conftest import DATA, faults_of

GALLERY = Path(__file__).parent / "errors"
FILES = sorted(GALLERY.glob("*.toml"))
KNOWN = {*CODES, "unknown-measure"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_gallery(path: Path) -> None:
    told = "\n".join(str(fault) for fault in faults_of(lambda: load_sweep(path)))
    text = told.replace(f"{GALLERY}{os.sep}", "")
    assert text + "\n" == path.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_fault_has_a_line_and_a_known_code(path: Path) -> None:
    for fault in faults_of(lambda: load_sweep(path)):
        assert fault.place.line > 0
        assert fault.code in KNOWN


def test_files_that_are_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "large").write_bytes(b"#" * 1_000_001)
    for name, code in {
        "none": "unreadable",
        "pipe": "unreadable",
        ".": "unreadable",
        "binary": "not-utf8",
        "large": "too-large",
    }.items():
        (fault,) = faults_of(lambda name=name: load_sweep(tmp_path / name))  # type: ignore[misc]
        assert fault.code == code


def test_pipes_that_a_file_names(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    text = (DATA / "sweeps" / "rates.toml").read_text(encoding="utf-8").replace("../", f"{DATA}/")
    files = text.replace(f"{DATA}/programmes/reward-mi.toml", "pipe")
    (tmp_path / "s.toml").write_text(files.replace(f"{DATA}/populations/india-2017.toml", "/dev/zero"))
    found = [(fault.code, fault.place.path) for fault in faults_of(lambda: load_sweep(tmp_path / "s.toml"))]
    assert found == [("unreadable", "sweep.programme"), ("unreadable", "sweep.population")]
    (tmp_path / "t.toml").write_text(text + '\n[design]\nkind = "table"\nfile = "pipe"\n')
    (fault,) = faults_of(lambda: load_sweep(tmp_path / "t.toml"))
    assert (fault.code, fault.place.path) == ("unreadable", "design.file")


TABLES = {
    "": "missing",
    "name\n": "missing",
    'name,population.behaviour.goal\n"a,0.3\n': "syntax",
    "name,population.behaviour.goal\na,0.3,0.4\n": "inconsistent",
    "name,population.behaviour.goal\nwithout,0.3\n": "out-of-range",
    "name,population.behaviour.goal\na,\x00\n": "wrong-type",
    "name,population.behaviour.goal\na,[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]\n": "wrong-type",
    "name,population.behaviour.goal\na," + "9" * 5000 + "\n": "wrong-type",
    'name,population.behaviour.goal\na,"0.3\nb = 4"\n': "wrong-type",
    "name,programme\na,nowhere.toml\n": "unreadable",
}


@pytest.mark.parametrize("text", TABLES, ids=range(len(TABLES)))
def test_tables_that_cannot_be(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    sweep = (GALLERY / "table.toml").read_text(encoding="utf-8").replace("../../../../data", str(DATA))
    (tmp_path / "s.toml").write_text(sweep.replace("table.csv", "t.csv"))
    found = faults_of(lambda: load_sweep(tmp_path / "s.toml"))
    assert TABLES[text] in {fault.code for fault in found}


ODD = [
    "1", "-1", "true", '""', "[]", "[[]]", "{}", "[{}]", "2020-01-01", "1.5", "nan", "inf", '"x"', "[1]", "1e400",
    "99999999999999999999", '"50%"', '"-5%"', '"1.00"', "0", "0.0", "-0.5", "9999-12-31", "0001-01-01", '"base"',
    '"population.behaviour.goal"', '{ "programme.earning.purchase.rate" = "8%" }', "2020-01-01T10:00:00",
    "[[[[[[1]]]]]]",
]  # fmt: skip


@pytest.mark.parametrize("name", ["rates", "grid", "sensitivity", "nightly"])
def test_no_damage_raises_anything_else(name: str) -> None:
    place = str(DATA / "sweeps" / f"{name}.toml")
    lines = Path(place).read_text(encoding="utf-8").splitlines()
    lucky = random.Random(name)
    refused = kept = 0
    for number, line in enumerate(lines):
        key, equals, _ = line.partition("=")
        if not line.strip() or line.startswith("#"):
            continue
        damage = [[line + "]"], [line, line], [line[: len(line) // 2]]]
        damage += [[f"{key}= {value}"] for value in ODD if equals]
        for new in [[], *lucky.sample(damage, 2)]:
            try:
                parse_sweep("\n".join([*lines[:number], *new, *lines[number + 1 :]]), place)
            except ScenarioError as error:
                refused += 1
                assert error.faults
                assert all(fault.code in KNOWN for fault in error.faults), error
                continue
            kept += 1
    assert refused > len(lines)
    assert kept > 3


SECTIONS = ["sweep", "scenarios", "design", "precision", "best", "guards", "sensitivity"]


@pytest.mark.parametrize("section", SECTIONS)
def test_whole_sections_of_the_wrong_kind(section: str) -> None:
    place = str(DATA / "sweeps" / "nightly.toml")
    text = Path(place).read_text(encoding="utf-8").replace("schema = 1", "").replace(f"[{section}", f"[x{section}")
    for value in ODD[::3]:
        with pytest.raises(ScenarioError) as caught:
            parse_sweep(f"schema = 1\n{section} = {value}\n{text}", place)
        assert caught.value.faults
