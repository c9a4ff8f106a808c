"""The self-test of a bundle: what its manifest says of its code, its terms, and every vector. Any fault: no service."""

from __future__ import annotations

from typing import Any

from . import migrate, state, vectors
from .bundle import NAMES, TERMS, Bundle, canonical
from .law import plain_law, plain_names

AGAIN = "take the bundle as it was made"


def faults_of(bundle: Bundle) -> list[tuple[str, str, str, str, str]]:
    """Return everything that keeps a bundle from serving: code, place, found, allowed, what to do."""
    faults = _of_terms(bundle)
    said = bundle.manifest["state_version"]
    if said != state.VERSION:
        allowed = f"{state.VERSION}, that of its code"
        faults.append(("bad_manifest", "manifest.json", f"state version {said}", allowed, AGAIN))
    faults += [("migration", file, found, expected, AGAIN) for file, found, expected in migrate.differences(bundle)]
    if not vectors.vector_files(bundle.files):
        faults.append(("no_vectors", vectors.FOLDER, "nothing", "vectors", AGAIN))
    for one in vectors.differences(bundle.law, bundle.names, bundle.files):
        faults.append(("vector", f"{one.file}:{one.line}", str(one), "what the vector says", AGAIN))
    return faults


def _of_terms(bundle: Bundle) -> list[tuple[str, str, str, str, str]]:
    """Terms and names must be written in the one way there is, so that equal terms have equal hashes."""
    head = {"law": plain_law(bundle.law)}
    written: dict[str, Any] = {TERMS: head, NAMES: plain_names(bundle.names)}
    return [
        ("not_canonical", name, "another writing", "sorted keys, no spaces, whole numbers", AGAIN)
        for name, plain in written.items()
        if canonical(plain) != bundle.files[name]
    ]
