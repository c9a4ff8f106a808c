"""A bundle whose files were read and compared with its manifest: its terms and names, and a scorer of them."""

from __future__ import annotations

import json
from typing import Any

from .law import law_of, names_of
from .scorer import Scorer
from .store import Store

TERMS, NAMES, MANIFEST = "terms.json", "names.json", "manifest.json"


def canonical(value: Any) -> bytes:
    """Return plain values as text, the same for the same values: sorted keys, no spaces, UTF-8, one line end."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


class Bundle:
    """What a bundle holds, in its own code's records. ``scoring`` is that code's ``scoring`` package by name."""

    def __init__(self, files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        self.files, self.manifest = files, manifest
        self.package = __name__.rpartition(".scoring.")[0]
        self.hash: str = manifest["hash"]
        self.version: str = manifest["version"]
        self.law = law_of(json.loads(files[TERMS])["law"])
        self.names = names_of(json.loads(files[NAMES]))

    @property
    def about(self) -> dict[str, str]:
        """The programme's id, currency and zone, which a store must be of."""
        said = self.manifest["programme"]
        return {"programme": said["id"], "currency": said["currency"], "timezone": said["timezone"]}

    def scorer(self, store: Store, **options: Any) -> Scorer:
        """Return a scorer on a store, which must be one of this bundle's own code."""
        known = {"bundle_hash": self.hash, "version": self.version, **self.about}
        return Scorer(self.law, self.names, store, **known, **options)

    def __repr__(self) -> str:
        return f"<Bundle {self.about['programme']} {self.version} {self.hash[:12]}>"
