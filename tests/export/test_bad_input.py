"""Bundles tampered with, bombs, wrong names, full disks: a precise answer, nothing served, nothing left behind."""

from __future__ import annotations

import errno
import json
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import rewardsim as rs
from export.conftest import MI
from rewardsim.cli import app
from rewardsim.export import exporting, writing
from rewardsim.export.faults import ExportError
from rewardsim.export.verifying import verify
from rewardsim.scoring import boot
from rewardsim.scoring.boot import BundleRefused, Files, open_bundle

Change = Callable[[Files], object]


def put(files: Files, out: Path) -> Path:
    writing.write_bundle(files, out)
    return out


def resealed(files: Files) -> Files:
    """Files with a manifest that fits them, as somebody would who knows how."""
    manifest = json.loads(files["manifest.json"])
    hashes = boot.hashes_of(files)
    manifest |= {"files": hashes, "hash": boot.hash_of(hashes), "rules_hash": boot.rules_hash(hashes)}
    manifest["scoring_hash"] = boot.part_hash(hashes, "bundle/scoring/")
    return files | {"manifest.json": json.dumps(manifest).encode()}


def codes_of(path: Path) -> set[str]:
    with pytest.raises(BundleRefused) as refused:
        open_bundle(path)
    return {fault.code for fault in refused.value.faults}


TAMPERED: dict[str, tuple[Change, set[str]]] = {
    "changed": (lambda files: files.update({"terms.json": files["terms.json"] + b" "}), {"changed"}),
    "missing": (lambda files: files.pop("names.json"), {"missing"}),
    "extra": (lambda files: files.update({"bundle/rules/more.py": b""}), {"extra"}),
    "a rule": (lambda files: files.update({"bundle/rules/lots.py": b"raise SystemExit"}), {"changed"}),
    "all three": (
        lambda files: (files.pop("names.json"), files.update({"x": b"", "terms.json": b"{}"})),
        {"changed", "missing", "extra"},
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
@pytest.mark.parametrize("form", ["x", "x.pyz"])
def test_tampered_with(files: Files, tmp_path: Path, name: str, form: str) -> None:
    change, found = TAMPERED[name]
    mine = dict(files)
    change(mine)
    path = put(mine, tmp_path / form)
    assert codes_of(path) == found
    assert verify(path)["good"] is False
    assert CliRunner().invoke(app, ["bundle", "verify", str(path)]).exit_code == 1


def test_resealed_terms_fail_on_vectors(files: Files, tmp_path: Path) -> None:
    law = json.loads(files["terms.json"])
    place = law["law"]["terms"]["fields"].index("welcome_tokens")
    law["law"]["terms"]["rows"][0][place] += 1
    text = json.dumps(law, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    assert codes_of(put(resealed(files | {"terms.json": text}), tmp_path / "x")) == {"vector"}


def test_resealed_without_vectors(files: Files, tmp_path: Path) -> None:
    mine = {name: text for name, text in files.items() if not name.startswith("vectors/")}
    assert codes_of(put(resealed(mine), tmp_path / "x")) == {"no_vectors"}


def test_resealed_in_another_writing(files: Files, tmp_path: Path) -> None:
    loose = json.dumps(json.loads(files["terms.json"])).encode()
    assert codes_of(put(resealed(files | {"terms.json": loose}), tmp_path / "x")) == {"not_canonical"}


@pytest.mark.parametrize("text", [b"{}", b'{"law": {}}', b"[", b"\xff"])
def test_resealed_with_terms_that_are_none(files: Files, tmp_path: Path, text: bytes) -> None:
    assert codes_of(put(resealed(files | {"terms.json": text}), tmp_path / "x")) == {"not_whole"}


def test_newer_format(files: Files, tmp_path: Path) -> None:
    manifest = json.loads(files["manifest.json"]) | {"format": "bundle/2"}
    mine = files | {"manifest.json": json.dumps(manifest).encode()}
    assert codes_of(put(mine, tmp_path / "x")) == {"newer_format"}


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"format": 3}', b"[" * 100_000, b'{"format": "run/2"}'])
def test_bad_manifest(files: Files, tmp_path: Path, text: bytes) -> None:
    assert codes_of(put(files | {"manifest.json": text}, tmp_path / "x")) == {"bad_manifest"}


def test_no_bundle(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    (tmp_path / "empty").mkdir()
    for name in ("text", "empty", "nowhere"):
        assert codes_of(tmp_path / name) == {"no_bundle"}
    assert CliRunner().invoke(app, ["bundle", "verify", str(tmp_path / "text")]).exit_code == 2


def test_truncated(made: Path, tmp_path: Path) -> None:
    whole = (made / "mi.pyz").read_bytes()
    for size in (100, len(whole) // 2, len(whole) - 10):
        (tmp_path / "x.pyz").write_bytes(whole[:size])
        assert codes_of(tmp_path / "x.pyz") & {"no_bundle", "unreadable"}


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "a\\evil", "a//b", "./a"])
def test_names_that_lead_elsewhere(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.pyz", "w") as made:
        made.writestr("manifest.json", "{}")
        made.writestr(name, "x")
    assert codes_of(tmp_path / "x.pyz") == {"bad_name"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_twice(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.pyz", "w") as made:
        made.writestr("manifest.json", "{}")
        made.writestr("manifest.json", "[]")
    assert codes_of(tmp_path / "x.pyz") == {"bad_name"}


def test_a_bomb(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.pyz", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("manifest.json", bytes(boot.FILE_MAX + 1))
    assert codes_of(tmp_path / "x.pyz") == {"too_large"}
    with zipfile.ZipFile(tmp_path / "y.pyz", "w") as made:
        for number in range(boot.FILES_MAX + 1):
            made.writestr(str(number), "")
    assert codes_of(tmp_path / "y.pyz") == {"too_large"}


def test_links(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "mi", tmp_path / "x")
    (tmp_path / "x" / "names.json").rename(tmp_path / "names.json")
    (tmp_path / "x" / "names.json").symlink_to(tmp_path / "names.json")
    assert codes_of(tmp_path / "x") == {"not_a_file"}
    with zipfile.ZipFile(tmp_path / "x.pyz", "w") as archive:
        info = zipfile.ZipInfo("manifest.json")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert codes_of(tmp_path / "x.pyz") == {"not_a_file"}


def test_compiled_files_beside_it_are_not_looked_at(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "mi", tmp_path / "x")
    cache = tmp_path / "x" / "bundle" / "rules" / "__pycache__"
    cache.mkdir()
    (cache / "lots.cpython-311.pyc").write_bytes(b"evil")
    assert open_bundle(tmp_path / "x").version == "1.0.0"


@pytest.mark.parametrize("form", ["x", "x.pyz"])
def test_the_place_is_taken(tmp_path: Path, form: str) -> None:
    (tmp_path / form).write_text("mine")
    with pytest.raises(ExportError, match="exists"):
        rs.export(MI, tmp_path / form)
    assert (tmp_path / form).read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("form", ["x", "x.pyz"])
def test_the_disk_is_full(files: Files, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def full(path: Path) -> None:
        calls.append(path)
        if len(calls) > (0 if form == "x.pyz" else 7):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writing, "sync", full)
    with pytest.raises(ExportError, match="No space left"):
        put(files, tmp_path / form)
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(files: Files, out: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(exporting, "write_bundle", full)
    with pytest.raises(OSError, match="No space left"):
        rs.export(MI, tmp_path / "x.pyz", with_wheel=True)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_exported(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json").write_text('{"kind": "replay"}')
    (tmp_path / "bad.toml").write_text("schema = 1\n")
    for source in ("run", "bad.toml", "nothing.toml"):
        done = CliRunner().invoke(app, ["export", str(tmp_path / source), "--out", str(tmp_path / "x"), "--json"])
        assert done.exit_code == 2
        assert json.loads(done.stdout)["faults"]
    assert not (tmp_path / "x").exists()
