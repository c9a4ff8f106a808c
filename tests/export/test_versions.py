"""A version says what the vectors say; differences are told in the programme's own words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import rewardsim as rs
from export.conftest import MI
from rewardsim.cli import app
from rewardsim.export.faults import ExportError
from rewardsim.export.origin import read_origin
from rewardsim.export.tree import content_of
from rewardsim.export.versions import MINOR, PATCH, change_between, next_version
from rewardsim.scoring.boot import open_bundle
from rewardsim.scoring.vectors import vector_files


def test_a_changed_vector_is_major(made: Path, tmp_path: Path) -> None:
    richer = rs.load_programme(MI).vary({"earning.welcome.tokens": 60})
    with pytest.raises(ExportError, match="says_too_little"):
        rs.export(richer, tmp_path / "x.pyz", previous=made / "mi.pyz", version="1.9.9")
    assert list(tmp_path.iterdir()) == []
    done = rs.export(richer, tmp_path / "x.pyz", previous=made / "mi.pyz")
    assert (done.version, done.change) == ("2.0.0", "major")
    said = open_bundle(done.path, vectors=False).manifest["previous"]
    assert said["terms"] == ["terms[0].welcome_tokens: 50 -> 60"]
    assert said["programme"] == ["earning.welcome.tokens: 50 -> 60"]
    found = CliRunner().invoke(app, ["bundle", "diff", str(made / "mi"), str(done.path), "--json"])
    assert found.exit_code == 1
    assert json.loads(found.stdout)["degree"] == "major"
    assert json.loads(found.stdout)["vectors"]
    unlike = CliRunner().invoke(app, ["bundle", "vectors", str(made / "mi"), str(done.path)])
    assert unlike.exit_code == 1
    assert "60" in unlike.stdout


def test_what_nobody_notices_is_minor(made: Path) -> None:
    bundle = open_bundle(made / "mi.pyz", vectors=False)
    origin = read_origin(MI)
    origin.names.categories["a-new-word"] = 0
    change = change_between(bundle, content_of(origin, vector_files(bundle.files)), origin.law, origin.names)
    assert (change.degree, change.files) == (MINOR, ["names.json"])


def test_another_text_of_the_same_code_is_a_patch(made: Path) -> None:
    bundle = open_bundle(made / "mi.pyz", vectors=False)
    files = {**bundle.files, "bundle/rules/lots.py": bundle.files["bundle/rules/lots.py"] + b"\n# said better\n"}
    change = change_between(bundle, files, bundle.law, bundle.names)
    assert (change.degree, change.files) == (PATCH, ["bundle/rules/lots.py"])


def test_the_same_again_keeps_its_version(made: Path, tmp_path: Path) -> None:
    done = rs.export(MI, tmp_path / "x", previous=made / "mi")
    assert (done.version, done.change) == ("1.0.0", "same")
    assert rs.export(MI, tmp_path / "y", previous=made / "mi", version="1.2.0").version == "1.2.0"


def test_versions_count() -> None:
    assert [next_version("1.4.2", degree) for degree in ("same", "patch", "minor", "major")] == [
        "1.4.2", "1.4.3", "1.5.0", "2.0.0",
    ]  # fmt: skip


@pytest.mark.parametrize("version", ["1", "1.0", "v1.0.0", "1.0.0-rc1", "01.0.0", "1.0.0\n", ""])
def test_no_version(tmp_path: Path, version: str) -> None:
    with pytest.raises(ExportError, match="bad_version"):
        rs.export(MI, tmp_path / "x", version=version)


def test_another_programme_before_it(made: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="other_programme"):
        rs.export(MI.with_name("tea-club.toml"), tmp_path / "x", previous=made / "mi")
