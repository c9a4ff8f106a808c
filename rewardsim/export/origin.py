"""Where a bundle comes from: a programme file, or the folder of a run or tuning, whose manifest holds the programme."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rewardsim.export.faults import refuse
from rewardsim.export.tree import Origin, origin_of
from rewardsim.programme import Programme, load_programme, parse_programme

MANIFEST = "manifest.json"


def read_origin(source: Programme | str | Path | Any) -> Origin:
    """Return what is exported of a programme, its file, a run (an object with a ``path``), or a run's folder."""
    if isinstance(source, Programme):
        return origin_of(source, {"kind": "programme"})
    path = Path(getattr(source, "path", source))
    if not path.is_dir():
        return origin_of(load_programme(path), {"kind": "programme", "file": path.name})
    return _of_run(path)


def _of_run(folder: Path) -> Origin:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        kind, text = str(manifest["kind"]), manifest["programme"]["text"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        allowed, todo = "a programme file, or the folder of a run or tuning", "name one"
        raise refuse("no_run", folder, f"no manifest of a run ({type(error).__name__})", allowed, todo) from error
    programme = parse_programme(text, str(folder / MANIFEST))
    told = {"kind": kind, "key": manifest.get("key"), "digest": manifest.get("digest")}
    said = manifest.get("inputs")
    if isinstance(said, dict):
        told |= {name: said[name] for name in ("seed", "events", "population", "objective") if name in said}
    for name in ("seed", "events", "data", "versions"):
        if name in manifest:
            told.setdefault(name, manifest[name])
    return origin_of(programme, _plain({name: value for name, value in told.items() if value is not None}))


def _plain(value: Any) -> Any:
    """Return a value as integers and text alone."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if value is None or isinstance(value, (bool, str)):
        return value
    return value if isinstance(value, int) and abs(value) <= 2**53 else str(value)
