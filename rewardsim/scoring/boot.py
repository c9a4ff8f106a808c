"""Opens a bundle: reads its files once, compares them with its manifest, and runs its code from what was read.

What is checked is what runs: nothing is imported from where the bundle lies, and no compiled file
beside the sources is looked at. This file is also the bundle's ``__main__.py``; it imports
nothing of its neighbours.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import stat
import sys
import zipfile
from importlib.abc import ExecutionLoader, MetaPathFinder
from importlib.util import spec_from_loader
from pathlib import Path
from typing import Any, NamedTuple

FORMAT, VERSION = "bundle", 1
MANIFEST = "manifest.json"
CODE, MIGRATIONS = "bundle", "migrate"
FILES_MAX, FILE_MAX, WHOLE_MAX = 4096, 1 << 26, 1 << 28
NOT_OURS = ("__pycache__",)  # what an installer puts beside sources; never read
AGAIN = "take the bundle as it was made"
Files = dict[str, bytes]


class Wrong(NamedTuple):
    """One thing that is wrong with a bundle; ``place`` is a file in it, or the bundle's own path."""

    code: str
    place: str
    found: str
    allowed: str
    todo: str

    def __str__(self) -> str:
        return f"{self.code}: {self.place}: found {self.found}, allowed {self.allowed}, do: {self.todo}"

    def to_dict(self) -> dict[str, str]:
        """Return the fault as plain values."""
        return self._asdict()


class BundleRefused(ValueError):
    """A bundle that must not serve, with every reason."""

    def __init__(self, faults: list[Wrong]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def refusal(code: str, place: Any, found: str, allowed: str, todo: str = AGAIN) -> BundleRefused:
    """Return the refusal for one reason."""
    return BundleRefused([Wrong(code, _clip(place), _clip(found), allowed, todo)])


def read_files(path: Path) -> Files:
    """Return the files of a bundle: a folder, a single file, or a wheel of one."""
    try:
        if path.is_dir():
            return _of_folder(path)
        if not path.is_file():
            raise refusal("no_bundle", path, "nothing there", "a bundle's folder or file", "name one")
        if not zipfile.is_zipfile(path):
            raise refusal("no_bundle", path, "a file of another kind", "a bundle's folder or file", "name one")
        return _inner(_of_archive(path))
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise refusal("unreadable", path, str(error), "a bundle that can be read", "fetch it again") from error


def _of_folder(folder: Path) -> Files:
    files: Files = {}
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in NOT_OURS]
        for name in (*names, *folders):
            at = Path(place, name)
            kind = at.lstat().st_mode
            said = at.relative_to(folder).as_posix()
            if stat.S_ISDIR(kind):
                continue
            if not stat.S_ISREG(kind):
                raise refusal("not_a_file", said, "a link or device", "plain files")
            if at.stat().st_size > FILE_MAX or len(files) >= FILES_MAX:
                raise _too_large(said)
            files[said] = at.read_bytes()
    return files


def _of_archive(path: Path) -> Files:
    files: Files = {}
    with zipfile.ZipFile(path) as archive:
        found = archive.infolist()
        if len(found) > FILES_MAX or sum(info.file_size for info in found) > WHOLE_MAX:
            raise _too_large(path)
        for info in found:
            name = info.filename
            parts = name.split("/")
            if name in files or "\\" in name or "\0" in name or not all(parts) or {".", ".."} & set(parts):
                raise refusal("bad_name", name, "a name that leads elsewhere, or comes twice", "plain names, each once")
            if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG) or info.flag_bits & 1:
                raise refusal("not_a_file", name, "a link, device or locked file", "plain files")
            if info.file_size > FILE_MAX:
                raise _too_large(name)
            files[name] = archive.read(info)
    return files


def _inner(files: Files) -> Files:
    """Return a wheel's one package as the bundle that it is."""
    homes = [name.partition("/")[0] for name in files if name.count("/") == 1 and name.endswith("/" + MANIFEST)]
    if MANIFEST in files or len(homes) != 1:
        return files
    start = homes[0] + "/"
    return {name.removeprefix(start): text for name, text in files.items() if name.startswith(start)}


def _too_large(place: Any) -> BundleRefused:
    allowed = f"{FILES_MAX} files of {FILE_MAX >> 20} MiB, {WHOLE_MAX >> 20} MiB in all"
    return refusal("too_large", place, "more than a bundle can be", allowed)


def manifest_of(files: Files) -> dict[str, Any]:
    """Return a bundle's manifest; raise BundleRefused where it is none of this format."""
    if MANIFEST not in files:
        raise refusal("no_bundle", MANIFEST, "nothing there", "a bundle's folder or file", "name a bundle")
    try:
        manifest = json.loads(files[MANIFEST])
        kind, _, version = manifest["format"].partition("/")
        number, listed, said = int(version), manifest["files"], manifest["hash"]
        good = kind == FORMAT and number > 0 and isinstance(listed, dict) and isinstance(said, str)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        found = f"no manifest ({type(error).__name__})"
        raise refusal("bad_manifest", MANIFEST, found, "a bundle's manifest") from error
    if not good:
        raise refusal("bad_manifest", MANIFEST, "a manifest of something else", "a bundle's manifest")
    if number > VERSION:
        todo = "read it with the version of rewardsim that made it, or a later one"
        raise refusal("newer_format", MANIFEST, f"{FORMAT}/{number}", f"{FORMAT}/{VERSION} or older", todo)
    return manifest


def hash_of(hashes: dict[str, str]) -> str:
    """Return the SHA-256 over the sorted list of names and SHA-256 of files, a line each as sha256sum writes it."""
    listed = "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes))
    return hashlib.sha256(listed.encode()).hexdigest()


def hashes_of(files: Files) -> dict[str, str]:
    """Return the SHA-256 of every file but the manifest."""
    return {name: hashlib.sha256(text).hexdigest() for name, text in files.items() if name != MANIFEST}


def rules_hash(hashes: dict[str, str]) -> str:
    """Return the hash of the rules alone."""
    return part_hash(hashes, f"{CODE}/rules/")


def part_hash(hashes: dict[str, str], start: str) -> str:
    """Return the hash over the files whose names begin so."""
    return hash_of({name: found for name, found in hashes.items() if name.startswith(start)})


def check_hashes(files: Files, manifest: dict[str, Any]) -> list[Wrong]:
    """Return every file that is missing, too many, or not what was made; and hashes that do not follow."""
    listed, found = manifest["files"], hashes_of(files)
    faults = []
    for name in sorted({*listed, *found}):
        if name not in found:
            faults.append(Wrong("missing", _clip(name), "nothing", "the file that was made", AGAIN))
        elif name not in listed:
            faults.append(Wrong("extra", _clip(name), "a file too many", "what the manifest lists", "take it out"))
        elif found[name] != listed[name]:
            faults.append(Wrong("changed", _clip(name), "another content", "the file that was made", AGAIN))
    if not faults:
        said = {"hash": hash_of(found), "rules_hash": rules_hash(found)}
        said["scoring_hash"] = part_hash(found, f"{CODE}/scoring/")
        for key, right in said.items():
            if manifest.get(key) != right:
                faults.append(Wrong("bad_manifest", MANIFEST, f"another {key}", "that of its files", AGAIN))
    return faults


def _clip(text: Any) -> str:
    shown = "".join(letter if letter.isprintable() else "?" for letter in str(text)[:400])
    return shown if len(shown) <= 200 else shown[:197] + "..."


class Memory(ExecutionLoader, MetaPathFinder):
    """Finds and runs the modules of one bundle, under one name, from its files as they were read."""

    def __init__(self, name: str, files: Files) -> None:
        self.name, self.files = name, files

    def _file(self, module: str) -> tuple[str, bool] | None:
        inner = module[len(self.name) + 1 :].replace(".", "/")
        base = inner if inner.partition("/")[0] == MIGRATIONS else f"{CODE}/{inner}".rstrip("/")
        for file, package in ((f"{base}/__init__.py", True), (f"{base}.py", False)):
            if file in self.files:
                return file, package
        return None

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        """Return where a module of the bundle comes from, None for others."""
        ours = fullname == self.name or fullname.startswith(self.name + ".")
        found = self._file(fullname) if ours else None
        return None if found is None else spec_from_loader(fullname, self, is_package=found[1])

    def is_package(self, fullname: str) -> bool:
        """Tell whether a module is a package."""
        found = self._file(fullname)
        return found is not None and found[1]

    def get_filename(self, fullname: str) -> str:
        """Return what stands for a module's file in messages."""
        found = self._file(fullname)
        return f"{self.name}/{found[0] if found else fullname}"

    def get_source(self, fullname: str) -> str:
        """Return a module's source as it was read and checked."""
        found = self._file(fullname)
        if found is None:
            raise ImportError(f"the bundle has no {fullname}", name=fullname)
        return self.files[found[0]].decode()


def import_code(files: Files, name: str) -> Any:
    """Return a bundle's package, imported under a name from its files."""
    if name not in sys.modules:
        sys.meta_path.insert(0, Memory(name, files))
    return importlib.import_module(name)


def open_bundle(path: Path, vectors: bool = True) -> Any:
    """Return a bundle (``scoring.bundle.Bundle``, of its own code) that passed its self-test; raise BundleRefused."""
    files = read_files(Path(path))
    manifest = manifest_of(files)
    faults = check_hashes(files, manifest)
    if faults:
        raise BundleRefused(faults)
    name = "rewardsim_bundle_" + manifest["hash"][:16]
    try:
        import_code(files, name)
        bundle = importlib.import_module(name + ".scoring.bundle").Bundle(files, manifest)
        test = importlib.import_module(name + ".scoring.selftest")
        faults = [Wrong(*fault) for fault in test.faults_of(bundle)] if vectors else []
    except (ImportError, SyntaxError, LookupError, TypeError, ValueError, AttributeError) as error:
        found, allowed = f"{type(error).__name__}: {error}", "code, terms and names that belong together"
        raise refusal("not_whole", path, found, allowed) from error
    if faults:
        raise BundleRefused(faults)
    return bundle


def main(arguments: list[str] | None = None) -> int:
    """Run a command of the bundle that this file lies in."""
    try:
        bundle = open_bundle(Path(__file__).absolute().parent)
    except BundleRefused as error:
        print(f"the bundle refuses to serve\n{error}", file=sys.stderr)
        return 2
    command = importlib.import_module(bundle.package + ".scoring.main")
    return int(command.run(bundle, sys.argv[1:] if arguments is None else arguments))


if __name__ == "__main__":
    sys.exit(main())
