"""A detached Ed25519 signature over a bundle's manifest, which names every file's hash.

``BUNDLE.sig`` holds one object: format, the bundle's hash, the public key's fingerprint, the signature.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from rewardsim.export.faults import ExportError, refuse
from rewardsim.scoring.boot import MANIFEST, Files, manifest_of

FORMAT = "bundle-signature/1"
CONTEXT = b"rewardsim bundle signature 1\0"
SUFFIX = ".sig"
MAKE = "make one: openssl genpkey -algorithm ed25519 -out KEY.pem; openssl pkey -in KEY.pem -pubout -out PUBLIC.pem"


def signature_path(bundle: Path) -> Path:
    """Return where a bundle's signature lies: beside it."""
    return bundle.with_name(bundle.name + SUFFIX)


def sign(files: Files, key: Path) -> bytes:
    """Return the text of a signature of a bundle by a private key (PEM)."""
    serialization, ed25519 = _library()
    private = _load(key, lambda text: serialization.load_pem_private_key(text, None), ed25519.Ed25519PrivateKey)
    said = {
        "format": FORMAT,
        "hash": manifest_of(files)["hash"],
        "key": fingerprint(private.public_key()),
        "signature": base64.b64encode(private.sign(CONTEXT + files[MANIFEST])).decode(),
    }
    return json.dumps(said, sort_keys=True, indent=1).encode() + b"\n"


def check_signature(files: Files, signature: Path, key: Path) -> str:
    """Return the fingerprint of the public key (PEM) that made a signature; raise ExportError where it did not."""
    serialization, ed25519 = _library()
    public = _load(key, serialization.load_pem_public_key, ed25519.Ed25519PublicKey)
    from cryptography.exceptions import InvalidSignature

    try:
        said = json.loads(signature.read_bytes())
        good = said["format"] == FORMAT
        mark = base64.b64decode(said["signature"], validate=True)
    except (OSError, ValueError, KeyError, TypeError) as error:
        found = f"no signature ({type(error).__name__})"
        raise refuse("no_signature", signature, found, f"a file of format {FORMAT}", "fetch it again") from error
    try:
        public.verify(mark if good else b"", CONTEXT + files[MANIFEST])
    except InvalidSignature as error:
        allowed = f"one by the key {fingerprint(public)}"
        raise refuse(
            "wrong_signature", signature, "not this key's, or another bundle's", allowed, "do not serve it"
        ) from error
    return fingerprint(public)


def fingerprint(public: Any) -> str:
    """Return the SHA-256 of a public key's 32 bytes, shortened."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:32]


def _library() -> tuple[Any, Any]:
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as error:
        todo = "install it: pip install 'rewardsim[sign]'"
        raise refuse("no_library", "cryptography", "not installed", "the extra 'sign'", todo) from error
    return serialization, ed25519


def _load(path: Path, read: Any, kind: type) -> Any:
    try:
        key = read(path.read_bytes())
    except OSError as error:
        raise refuse("no_key", path, error.strerror or error, "an Ed25519 key in PEM", MAKE) from error
    except (ValueError, TypeError) as error:
        raise refuse("no_key", path, "no key in PEM without a passphrase", "an Ed25519 key in PEM", MAKE) from error
    except Exception as error:  # the library has errors of its own for kinds of keys it does not know
        raise _other_key(path) from error
    if not isinstance(key, kind):
        raise _other_key(path)
    return key


def _other_key(path: Path) -> ExportError:
    return refuse("no_key", path, "a key of another kind", "an Ed25519 key in PEM", MAKE)
