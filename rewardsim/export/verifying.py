"""What is asked of bundles that were made: whether they may serve, what changed, what their vectors say."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from rewardsim.export.comparing import compare
from rewardsim.export.signing import check_signature, signature_path
from rewardsim.scoring.boot import BundleRefused, check_hashes, manifest_of, open_bundle, read_files
from rewardsim.scoring.vectors import vector_files


def verify(path: Path, key: Path | None = None, signature: Path | None = None) -> dict[str, Any]:
    """Return what a bundle is, and every fault that keeps it from serving.

    With a ``key``, its signature is checked before anything of it is run; hashes come first anyway.
    """
    files = read_files(path)
    manifest = manifest_of(files)
    signed_by = check_signature(files, signature or signature_path(path), key) if key is not None else None
    faults = [fault.to_dict() for fault in check_hashes(files, manifest)]
    if not faults:
        try:
            open_bundle(path)
        except BundleRefused as error:
            faults = [fault.to_dict() for fault in error.faults]
    return {
        "bundle": str(path),
        "programme": manifest["programme"]["id"],
        "version": manifest["version"],
        "hash": manifest["hash"],
        "rules_hash": manifest.get("rules_hash"),
        "files": len(files),
        "vectors": sum(text.count(b"\n") for text in vector_files(files).values()),
        "signed_by": signed_by,
        "faults": faults,
        "good": not faults,
    }


def diff(before: Path, after: Path) -> dict[str, Any]:
    """Return what changed from one bundle to another, both of which must be whole."""
    return compare(open_bundle(before), open_bundle(after))


def unlike(path: Path, other: Path) -> list[str]:
    """Return vectors of a bundle that come to something else in another bundle's own scorer."""
    held, against = open_bundle(path), open_bundle(other)
    runner = importlib.import_module(against.package + ".scoring.vectors")
    return [str(one) for one in runner.differences(against.law, against.names, held.files, exact=False, most=1000)]


def vector_lines(path: Path) -> list[str]:
    """Return a bundle's vectors, a text a file."""
    return [text.decode() for text in vector_files(open_bundle(path, vectors=False).files).values()]
