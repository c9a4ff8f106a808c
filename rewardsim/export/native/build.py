"""Building the native library: object file from the cache, runtime by the machine's C compiler."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from rewardsim.engine.cache import cache_root, sources_digest
from rewardsim.programme import Programme
from rewardsim.rules.records import Law

from .header import SOURCES, public_header, tables_header, tables_source
from .terms import terms_bytes, terms_in_c

GENERIC = {"x86_64": "x86-64", "amd64": "x86-64", "aarch64": "generic", "arm64": "apple-m1"}
RUNTIME = ("book.c", "check.c", "digest.c", "events.c", "files.c", "memory.c", "sha256.c", "store.c", "terms.c")
FLAGS = ("-std=c11", "-O2", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra")
OBJECTS_KEPT = 6
LIBRARY, ARCHIVE, RUNNER = "librewardsim.so", "librewardsim.a", "conform"


class NativeError(RuntimeError):
    """The native library cannot be built here; the message says what to do."""


def build_native(
    programme: Programme | Law | None,
    out_dir: str | Path,
    *,
    cpu: str | None = None,
    cc: str | None = None,
    flags: tuple[str, ...] = (),
) -> dict[str, Path]:
    """Build library, archive, header and conformance runner into a folder, and the programme's terms beside them.

    ``cpu`` is the least processor the library shall run on: by default any of this machine's family;
    "host" for this very one. ``cc`` is the C compiler, by default $CC or ``cc``. Returns what was made, by name.
    """
    out = Path(out_dir)
    out.mkdir(parents=True, exist_ok=True)
    made = {"kernel": kernel_object(cpu)} | _write_sources(out)
    if programme is not None:
        made |= write_terms(programme if isinstance(programme, Law) else programme.law(), out)
    compiler = _compiler(cc)
    made |= _compile(out, compiler, made["kernel"], flags)
    return made


def write_terms(law: Law, out: Path) -> dict[str, Path]:
    """Write a programme's terms, as a file to be opened and as C to be compiled in."""
    terms = terms_bytes(law)
    made = {"terms": out / "terms.bin", "terms_c": out / "terms.c"}
    made["terms"].write_bytes(terms)
    made["terms_c"].write_text(terms_in_c(terms), encoding="utf-8")
    return made


def kernel_object(cpu: str | None = None) -> Path:
    """Return the object file of the rules, compiled now or read from the cache."""
    wanted = processor(cpu)
    folder = cache_root() / "native"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_key(wanted)}.o"
    with _only_one(folder / "lock"):
        if not path.exists():
            fresh = path.with_suffix(".new")
            _emit(fresh, wanted)
            fresh.replace(path)
        os.utime(path)
        _drop_old(folder)
    return path


def processor(cpu: str | None) -> str:
    """Return the processor's name as the compiler knows it."""
    from llvmlite import binding

    if cpu == "host":
        return str(binding.get_host_cpu_name())
    family = platform.machine().lower()
    if cpu is None and family not in GENERIC:
        raise NativeError(f"processor family {family!r}: found no generic name for it; give cpu, or cpu='host'")
    return cpu or GENERIC[family]


def _key(cpu: str) -> str:
    import llvmlite
    import numba

    from . import kernel

    parts = [sources_digest("rules", "engine"), Path(kernel.__file__).read_text(encoding="utf-8"), cpu]
    parts += [numba.__version__, llvmlite.__version__, platform.system(), platform.machine()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _emit(path: Path, cpu: str) -> None:
    """Compile in a process of its own: numba fixes its processor, and names, when it is imported."""
    paths = [str(Path(__file__).resolve().parents[3]), *filter(None, sys.path)]
    settings = {"NUMBA_CPU_NAME": cpu, "PYTHONHASHSEED": "0", "PYTHONPATH": os.pathsep.join(paths)}
    if processor("host") != cpu:
        settings["NUMBA_CPU_FEATURES"] = ""
    command = [sys.executable, "-m", "rewardsim.export.native.kernel", str(path), cpu]
    done = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True)
    if done.returncode:
        raise NativeError(f"the rules do not compile for {cpu!r}: {done.stderr[-500:]}")


def _write_sources(out: Path) -> dict[str, Path]:
    made = {"header": out / "rewardsim.h", "runtime": out / "src"}
    made["runtime"].mkdir(exist_ok=True)
    made["header"].write_text(public_header(), encoding="utf-8")
    (made["runtime"] / "tables.h").write_text(tables_header(), encoding="utf-8")
    (made["runtime"] / "tables.c").write_text(tables_source(), encoding="utf-8")
    for name in (*RUNTIME, "book.h", "conform.c"):
        shutil.copyfile(SOURCES / name, made["runtime"] / name)
    return made


def _compile(out: Path, cc: str, kernel: Path, flags: tuple[str, ...]) -> dict[str, Path]:
    """Compile the runtime, link it with the rules, and link the conformance runner with the library."""
    sources = out / "src"
    objects = []
    for name in ("tables.c", *RUNTIME):
        objects.append(str(sources / name.replace(".c", ".o")))
        _run(cc, *FLAGS, *flags, f"-I{out}", "-c", str(sources / name), "-o", objects[-1])
    shutil.copyfile(kernel, sources / "kernel.o")
    objects.append(str(sources / "kernel.o"))
    made = {"library": out / LIBRARY, "archive": out / ARCHIVE, "conform": out / RUNNER}
    _run(cc, *flags, "-shared", *_no_more(flags), "-o", str(made["library"]), *objects)
    made["archive"].unlink(missing_ok=True)
    _run(os.environ.get("AR", "ar"), "rcs", str(made["archive"]), *objects)
    runner = [str(sources / "conform.c"), "-o", str(made["conform"]), f"-L{out}", "-lrewardsim", "-Wl,-rpath,$ORIGIN"]
    _run(cc, *FLAGS, *flags, f"-I{out}", *runner)
    for name in objects:
        Path(name).unlink()
    return made


def _no_more(flags: tuple[str, ...]) -> tuple[str, ...]:
    """Return the flags of linking; an undefined symbol is an error here, unless a sanitizer brings its own later."""
    if platform.system() == "Darwin":
        return ("-install_name", f"@rpath/{LIBRARY}")
    if any(flag.startswith("-fsanitize") for flag in flags):
        return ()
    return ("-Wl,-z,defs", "-Wl,--build-id=none", f"-Wl,-soname,{LIBRARY}")


def _compiler(cc: str | None) -> str:
    name = cc or os.environ.get("CC") or "cc"
    if shutil.which(name) is None:
        raise NativeError(
            f"C compiler {name!r} is not on this machine; install gcc or clang, or name one with cc or $CC"
        )
    return name


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise NativeError(f"{' '.join(command[:1])} failed: {done.stderr[-2000:]}")


@contextlib.contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    """Let processes that need the same object file wait for the one that makes it."""
    import fcntl

    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _drop_old(folder: Path) -> None:
    found = sorted(folder.glob("*.o"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in found[OBJECTS_KEPT:]:
        path.unlink(missing_ok=True)
