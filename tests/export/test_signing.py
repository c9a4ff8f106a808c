"""Signatures: made and checked by a library, over the manifest; wrong keys, other bundles, no library."""

from __future__ import annotations

import builtins
import shutil
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from typer.testing import CliRunner

import rewardsim as rs
from export.conftest import MI
from rewardsim.cli import app
from rewardsim.export.faults import ExportError
from rewardsim.export.verifying import verify


def keys(folder: Path, name: str, private: Any = None) -> tuple[Path, Path]:
    """A pair of keys in PEM."""
    private = private or ed25519.Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b"."))
    plain, pem = serialization.NoEncryption(), serialization.Encoding.PEM
    secret, public = folder / f"{name}.pem", folder / f"{name}.pub"
    secret.write_bytes(private.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    public.write_bytes(private.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo))
    return secret, public


def test_signed_and_verified(tmp_path: Path) -> None:
    secret, public = keys(tmp_path, "one")
    _, other = keys(tmp_path, "two")
    done = rs.export(MI, tmp_path / "x.pyz", sign_with=secret)
    assert done.signature == tmp_path / "x.pyz.sig"
    assert verify(done.path, public)["signed_by"]
    assert verify(done.path, public)["good"]
    with pytest.raises(ExportError, match="wrong_signature"):
        verify(done.path, other)
    assert CliRunner().invoke(app, ["bundle", "verify", str(done.path), "--key", str(other)]).exit_code == 2


def test_a_signature_of_another_bundle(made: Path, tmp_path: Path) -> None:
    secret, public = keys(tmp_path, "one")
    rs.export(MI, tmp_path / "x", sign_with=secret, version="1.0.1")
    shutil.copy(tmp_path / "x.sig", tmp_path / "mi.pyz.sig")
    shutil.copy(made / "mi.pyz", tmp_path / "mi.pyz")
    with pytest.raises(ExportError, match="wrong_signature"):
        verify(tmp_path / "mi.pyz", public)


@pytest.mark.parametrize("text", [b"", b"{}", b'{"format": "bundle-signature/1", "signature": "??"}', b"\xff"])
def test_no_signature(made: Path, tmp_path: Path, text: bytes) -> None:
    (tmp_path / "sig").write_bytes(text)
    _, public = keys(tmp_path, "one")
    with pytest.raises(ExportError, match="no_signature"):
        verify(made / "mi.pyz", public, tmp_path / "sig")
    with pytest.raises(ExportError, match="no_signature"):
        verify(made / "mi.pyz", public)


def test_keys_that_are_none(tmp_path: Path) -> None:
    secret, public = keys(tmp_path, "curve", ec.generate_private_key(ec.SECP256R1()))
    (tmp_path / "text").write_text("hello")
    for path in (secret, public, tmp_path / "text", tmp_path / "nowhere", tmp_path):
        with pytest.raises(ExportError, match="no_key"):
            rs.export(MI, tmp_path / "x.pyz", sign_with=path)
    assert not (tmp_path / "x.pyz").exists()


def test_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = builtins.__import__

    def absent(name: str, *given: Any, **named: Any) -> Any:
        if name.startswith("cryptography"):
            raise ImportError(name)
        return first(name, *given, **named)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(ExportError, match=r"rewardsim\[sign\]"):
        rs.export(MI, tmp_path / "x.pyz", sign_with=tmp_path / "key")
    assert not (tmp_path / "x.pyz").exists()
