"""The files of a draw: written whole, once, and never over another."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from rewardsim.draws.faults import DrawError, refuse
from rewardsim.draws.keys import DRAW_ID, SECRET_MIN

SECRET_MAX = 4096
DISTINCT_MIN = 8
"""Fewest different bytes of a secret: 32 random ones have some 30."""
COMMITMENT, ENTRANTS, RESULT, VERIFY = "commitment.json", "entrants.csv", "result.json", "verify.py"
ONCE = {
    COMMITMENT: "take the secret and the terms it was made of, or another draw id",
    ENTRANTS: "draw from the entrants that are frozen, or take another draw id",
    RESULT: "check it with rewardsim draw verify; another draw takes another draw id",
    VERIFY: "take another folder",
}
"""What to do where a file of a draw is there already, with other content."""


def draw_name(draw_id: str) -> str:
    """A draw's id, if it can be one; files are named by it."""
    if not DRAW_ID.fullmatch(draw_id):
        allowed = "1 to 64 letters, digits, - and _, the first a letter or digit"
        raise refuse("bad_draw_id", "--draw", repr(draw_id[:80]), allowed, "name the draw so")
    return draw_id


def file_of(out: Path, draw_id: str, what: str) -> Path:
    """Where a draw keeps its commitment, entrants or result."""
    return out / f"{draw_id}.{what}"


def read_secret(path: Path) -> bytes:
    """The secret: every byte of its file, line ends too."""
    allowed = f"a file of {SECRET_MIN} to {SECRET_MAX} bytes that nobody can guess"
    todo = "make one: rewardsim draw commit --new"
    try:
        if not path.is_file():
            raise refuse("no_secret", path, "a folder or device" if path.exists() else "no file", allowed, todo)
        secret = path.read_bytes() if path.stat().st_size <= SECRET_MAX else b""
    except OSError as error:
        raise refuse("no_secret", path, error.strerror or str(error), allowed, todo) from error
    if not SECRET_MIN <= len(secret) <= SECRET_MAX:
        raise refuse("bad_secret", path, f"{path.stat().st_size} bytes", allowed, todo)
    if len(set(secret)) < DISTINCT_MIN:
        raise refuse("weak_secret", path, f"{len(set(secret))} different bytes among {len(secret)}", allowed, todo)
    return secret


def new_secret(path: Path) -> bytes:
    """A fresh secret in a file that only its owner can read; never over another file."""
    secret = os.urandom(SECRET_MIN)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise there(path) from error
    except OSError as error:
        raise unwritable(path, error) from error
    with os.fdopen(handle, "wb") as stream:
        stream.write(secret)
        stream.flush()
        os.fsync(stream.fileno())
    return secret


def folder(out: Path) -> None:
    """Make the folder of a draw's files."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(out, error) from error


def put(path: Path, content: bytes) -> None:
    """Write a file whole, synced; refuse one that is there. Of two writers at once one is refused."""
    temporary = path.with_name(f".writing-{os.urandom(8).hex()}-{path.name}")
    try:
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        # a link, unlike a rename, fails where the name is taken
        os.link(temporary, path)
    except FileExistsError as error:
        raise there(path) from error
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def check_free(path: Path, content: bytes | None = None) -> None:
    """Refuse a name that is taken, unless by a file of just this content."""
    if not os.path.lexists(path):
        return
    if content is None or not path.is_file() or path.read_bytes() != content:
        raise there(path)


def keep(path: Path, content: bytes) -> None:
    """Write a file, or find it as it would be written, by whoever wrote it first."""
    if not os.path.lexists(path):
        try:
            put(path, content)
        except DrawError:
            if not path.exists():
                raise
    check_free(path, content)


def there(path: Path) -> DrawError:
    """The refusal of a file that exists."""
    todo = next(
        (todo for what, todo in ONCE.items() if path.name.endswith(what)), "name another file, or leave out --new"
    )
    return refuse("exists", path, "a file that is there already, and stays as it is", "a new file", todo)


def unwritable(path: Path, error: OSError) -> DrawError:
    """The refusal of a place that cannot be written."""
    return refuse("unwritable", path, error.strerror or str(error), "a place that can be written", "name another")


def json_bytes(value: Any) -> bytes:
    """A value as the JSON that is written."""
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()
