"""``rs.export``: a programme, or what a run or tuning found, as a bundle for production."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from rewardsim.export.comparing import words_changed
from rewardsim.export.faults import refuse
from rewardsim.export.origin import read_origin
from rewardsim.export.signing import sign, signature_path
from rewardsim.export.stories.made import make_vectors
from rewardsim.export.tree import Origin, complete, content_of
from rewardsim.export.versions import Change, change_between, chosen_version, terms_changes
from rewardsim.export.writing import put_file, wheel, wheel_name, write_bundle
from rewardsim.scoring.boot import Files, manifest_of, open_bundle
from rewardsim.scoring.vectors import vector_files


class Exported(NamedTuple):
    """A bundle that was written."""

    path: Path
    hash: str
    rules_hash: str
    version: str
    vectors: int
    """Steps of all golden vectors."""
    change: str
    """What the version says against the bundle before: same, patch, minor, major; "first" without one."""
    wheel: Path | None
    signature: Path | None
    native: tuple[Path, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        said = {key: value for key, value in self._asdict().items() if key not in ("path", "native")}
        said = {key: str(value) if isinstance(value, Path) else value for key, value in said.items()}
        return {"bundle": str(self.path), **said, "native": [str(path) for path in self.native]}


def export(
    source: Any,
    out: str | Path,
    *,
    version: str | None = None,
    previous: str | Path | None = None,
    sign_with: str | Path | None = None,
    with_wheel: bool = False,
    native: bool = False,
) -> Exported:
    """Write a bundle of a programme, its file, a run or tuning, or their folder; ``out`` must not exist.

    ``out`` is a folder, or one file where it ends with .pyz. ``previous`` is the bundle it follows: its
    vectors decide what the version must say at least. ``sign_with`` is an Ed25519 private key (PEM).
    Raises ProgrammeError, ExportError, BundleRefused; nothing is left behind then.
    """
    out = Path(out)
    origin = read_origin(source)
    files, change = make_files(origin, version, None if previous is None else Path(previous))
    manifest = manifest_of(files)
    wheel_at = out.with_name(wheel_name(manifest["programme"]["id"], manifest["version"])[1]) if with_wheel else None
    sign_at = signature_path(out) if sign_with else None
    places = [place for place in (out, native_path(out) if native else None, wheel_at, sign_at) if place]
    _all_free(places)
    signature = sign(files, Path(sign_with)) if sign_with else b""
    with _all_or_nothing(places):
        built = _native(origin, files, out) if native else ()
        if wheel_at is not None:
            put_file(wheel_at, wheel(files, manifest["programme"], manifest["version"]))
        if sign_at is not None:
            put_file(sign_at, signature)
        write_bundle(files, out)
    steps = sum(text.count(b"\n") for text in vector_files(files).values())
    degree = change.degree if change else "first"
    said = (manifest["hash"], manifest["rules_hash"], manifest["version"])
    return Exported(out, *said, steps, degree, wheel_at, sign_at, built)


def _all_free(places: list[Path]) -> None:
    """Refuse to write where something is; nothing has been written yet."""
    taken = [place for place in places if place.exists() or place.is_symlink()]
    if taken:
        raise refuse("exists", taken[0], "something there already", "a new name", "name another, or remove it first")


@contextmanager
def _all_or_nothing(places: list[Path]) -> Iterator[None]:
    """Take away what was written to these places, free before, where the rest cannot be."""
    try:
        yield
    except BaseException:
        for place in places:
            if place.is_dir():
                shutil.rmtree(place, ignore_errors=True)
            else:
                place.unlink(missing_ok=True)
        raise


def make_files(origin: Origin, version: str | None = None, previous: Path | None = None) -> tuple[Files, Change | None]:
    """Return a bundle's files, and how it differs from the one before."""
    content = content_of(origin, make_vectors(origin.law, origin.names))
    if previous is None:
        return complete(content, origin, chosen_version(version, None, None)), None
    before = open_bundle(previous)
    if before.about["programme"] != origin.programme["id"]:
        allowed, todo = f"one of {origin.programme['id']}", "name its own, or none"
        raise refuse("other_programme", previous, f"a bundle of {before.about['programme']}", allowed, todo)
    change = change_between(before, content, origin.law, origin.names)
    chosen = chosen_version(version, before.version, change)
    said = {
        "version": before.version,
        "hash": before.hash,
        "change": change.degree,
        "programme": words_changed(before.files, content),
        "terms": terms_changes(before.files, content),
    }
    return complete(content, origin, chosen, said), change


def _native(origin: Origin, files: Files, out: Path) -> tuple[Path, ...]:
    """Build the native library of a programme in a folder beside its bundle, with the bundle's vectors."""
    from rewardsim.export.native.build import NativeError, build_native
    from rewardsim.export.native.golden import golden_bytes

    try:
        made = build_native(origin.law, native_path(out)).values()
    except NativeError as error:
        raise refuse("no_native", "--native", error, "a machine that can build it", "leave --native out") from error
    vectors = native_path(out) / "vectors.bin"
    vectors.write_bytes(golden_bytes(origin.law, origin.names, files))
    return (*(place for place in made if place.is_relative_to(native_path(out))), vectors)


def native_path(out: Path) -> Path:
    """Return the folder of a bundle's native library: beside it."""
    return out.with_name(out.name + ".native")
