"""Text in, values out: JSON as strictly as the standard allows, and nothing a reader could take two ways."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from .faults import Fault, InvalidEvent, shown

TEXT_MAX = 1 << 20  # bytes of one event
MARK = "\ufeff"  # of byte order; no part of JSON


def parse(text: bytes) -> Any:
    """Return the value of a JSON text; raise InvalidEvent for anything doubtful in it."""
    if len(text) > TEXT_MAX:
        raise _invalid("too_large", f"{len(text)} bytes or more", f"{TEXT_MAX} bytes", "send less at once")
    try:
        said = text.decode()
        if said.startswith(MARK):
            raise json.JSONDecodeError("Unexpected UTF-8 BOM (decode using utf-8-sig)", said, 0)
        value = _decode(said)
        # As many colons as keys: none was repeated. Where there are more, some may stand in texts.
        if type(value) is not dict or said.count(":") != len(value):
            _refuse_repeated(said)
    except UnicodeDecodeError as error:
        raise _invalid("not_utf8", f"byte {error.start} is no UTF-8", "text in UTF-8", "write it in UTF-8") from error
    except json.JSONDecodeError as error:
        raise _invalid("not_json", f"{error.msg} at character {error.pos}", "one JSON object", "correct it") from error
    except RecursionError as error:
        raise _invalid("too_deep", "values nested too deeply", "an event of three levels", "correct it") from error
    except InvalidEvent:
        raise
    except ValueError as error:  # an integer of thousands of digits
        raise _invalid("number", "an integer of too many digits", "64 bits", "correct it") from error
    return value


def _refuse_repeated(said: str) -> None:
    """Read a text once more, pair by pair; raise InvalidEvent with every key that an object has twice."""
    twice: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            names = [name for name, _ in pairs]
            twice.extend(sorted({name for name in names if names.count(name) > 1}))
        return made

    json.loads(said, object_pairs_hook=once)
    if twice:
        todo = "take one of them out"
        raise InvalidEvent([Fault("repeated_key", "", f"{shown(key)} twice", "every key once", todo) for key in twice])


def _no_constant(word: str) -> Any:
    raise _invalid("number", word, "whole numbers", "correct it")


_decode = json.JSONDecoder(parse_constant=_no_constant).decode


def _invalid(code: str, found: str, allowed: str, todo: str) -> InvalidEvent:
    return InvalidEvent([Fault(code, "", found, allowed, todo)])


def lines_in(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield numbered lines that are not empty; of one that is too long, the beginning."""
    number = 0
    while line := source.readline(TEXT_MAX + 2):
        number += 1
        rest = line
        while not rest.endswith(b"\n") and (rest := source.readline(TEXT_MAX)):
            pass
        if line.strip():
            yield number, line
