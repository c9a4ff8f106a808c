"""A bundle as folder, file and wheel: the same bytes every time, running alone, installing."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import jsonschema
import pytest

import rewardsim as rs
from export.conftest import MI
from rewardsim.scoring.boot import Files, open_bundle, read_files
from rewardsim.scoring.vectors import steps_of, vector_files

BARE = [sys.executable, "-I", "-S"]


def alone(*command: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run a bundle by an interpreter without anything installed."""
    return subprocess.run([*BARE, *map(str, command)], input=text, capture_output=True, text=True, timeout=120)


def test_the_same_bytes_every_time(made: Path, tmp_path: Path) -> None:
    done = rs.export(MI, tmp_path / "again.pyz", with_wheel=True)
    assert (tmp_path / "again.pyz").read_bytes() == (made / "mi.pyz").read_bytes()
    wheel = next(made.glob("*.whl"))
    assert done.wheel is not None
    assert done.wheel.name == wheel.name
    assert done.wheel.read_bytes() == wheel.read_bytes()


def test_folder_file_and_wheel_are_one_bundle(made: Path) -> None:
    read = [read_files(path) for path in (made / "mi", made / "mi.pyz", next(made.glob("*.whl")))]
    assert read[0] == read[1] == read[2]


def test_house_code_byte_for_byte(files: Files) -> None:
    package = Path(rs.__file__).parent
    for room in ("rules", "scoring"):
        ours = {path.name: path.read_bytes() for path in (package / room).glob("*.py")}
        start = f"bundle/{room}/"
        assert {name.removeprefix(start): text for name, text in files.items() if name.startswith(start)} == ours


@pytest.mark.parametrize("form", ["mi", "mi.pyz"])
def test_runs_alone(made: Path, tmp_path: Path, form: str) -> None:
    place = tmp_path / form
    (shutil.copytree if form == "mi" else shutil.copy)(made / form, place)
    done = alone(place, "selftest")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["passed"]
    store = f"sqlite:{tmp_path / 'store.db'}"
    event = {"event_id": "e1", "type": "enrol", "member_id": "a", "occurred_day": "2017-07-01", "second": 0}
    event |= {"amount_minor": 0, "discount_minor": 0, "tokens": 0}
    told = alone(place, "score", "--store", store, text=json.dumps(event) + "\n")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["balances"]["available"] == 50
    assert json.loads(alone(place, "settle", "--store", store, "--day", "2017-07-09").stdout)["day"] == "2017-07-09"
    assert json.loads(alone(place, "state", "--store", store, "--member", "a").stdout)["balances"]["available"] == 50
    assert alone(place, "vectors").stdout.count("\n") > 1000
    assert json.loads(alone(place, "migrate").stdout)["steps"] == []
    assert alone(place, "score", "--store", "postgres").returncode == 2
    assert alone(place, "score", text="{}\n").returncode == 1


def test_wheel_record_names_every_file(made: Path) -> None:
    with zipfile.ZipFile(next(made.glob("*.whl"))) as wheel:
        record = next(name for name in wheel.namelist() if name.endswith("/RECORD"))
        rows = list(csv.reader(io.StringIO(wheel.read(record).decode())))
        assert sorted(row[0] for row in rows) == sorted(wheel.namelist())


@pytest.mark.slow
def test_wheel_installs_with_a_command(made: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "home", with_pip=True)
    python = tmp_path / "home" / "bin" / "python"
    wheel = next(made.glob("*.whl"))
    subprocess.run([python, "-m", "pip", "install", "--no-index", "-q", wheel], check=True, timeout=300)
    done = subprocess.run([python.parent / "rewards-reward-mi-in", "selftest"], capture_output=True, text=True)
    assert json.loads(done.stdout)["passed"], done.stderr
    done = subprocess.run([python, "-m", "rewards_reward_mi_in", "selftest"], capture_output=True, text=True)
    assert json.loads(done.stdout)["passed"], done.stderr


def test_terms_are_integers_and_texts(files: Files) -> None:
    def check(value: object) -> None:
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            check(part)
        assert not isinstance(value, float)
        assert type(value) is not int or abs(value) <= 2**53

    for name in ("terms.json", "names.json", "manifest.json"):
        check(json.loads(files[name]))


def test_schemas_hold_for_what_the_vectors_say(files: Files) -> None:
    schemas = {name: json.loads(files[f"schema/{name}.json"]) for name in ("event", "entry", "reply", "state")}
    checks = {name: jsonschema.Draft202012Validator(schema) for name, schema in schemas.items()}
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    steps = [step for text in vector_files(files).values() for step in steps_of(text) if "reply" in step]
    for step in steps[::7]:
        if step["reply"]["status"] != "invalid":
            checks["event"].validate(step["event"])
            checks["reply"].validate({**step["reply"], "bundle": "x"})
            for entry in step["reply"].get("entries", ()):
                checks["entry"].validate(entry)


def test_two_bundles_in_one_process(made: Path, tmp_path: Path) -> None:
    programme = rs.load_programme(MI).vary({"earning.welcome.tokens": 60})
    rs.export(programme, tmp_path / "other.pyz")
    both = [open_bundle(path, vectors=False) for path in (made / "mi.pyz", tmp_path / "other.pyz")]
    assert both[0].package != both[1].package
    assert type(both[0].law) is not type(both[1].law)
    assert [bundle.law.terms[0].welcome_tokens for bundle in both] == [50, 60]
    assert open_bundle(made / "mi", vectors=False).package == both[0].package


def test_the_run_of_a_programme_is_exported(tmp_path: Path) -> None:
    text = rs.load_programme(MI).to_toml()
    manifest = {"kind": "replay", "key": "k" * 64, "inputs": {"seed": 7, "events": "e"}, "programme": {"text": text}}
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json").write_text(json.dumps(manifest))
    done = rs.export(tmp_path / "run", tmp_path / "out")
    said = json.loads((done.path / "manifest.json").read_text())
    assert said["provenance"]["key"] == "k" * 64
    assert said["provenance"]["seed"] == 7
    assert said["programme"]["key"] == rs.load_programme(MI).key
