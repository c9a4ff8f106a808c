"""A programme's terms as the native library reads them: whole numbers of eight bytes, lowest byte first.

"RSTERMS1"  layout hash  rules hash (32 bytes)  tables  {rows  fields  numbers...} a table  SHA-256 of all before
"""

from __future__ import annotations

import dataclasses
import hashlib
import struct
from array import array
from collections.abc import Iterable
from typing import Any

from rewardsim.rules.records import Law

from .layout import law_tables, layout_hash, rules_hash

MAGIC = b"RSTERMS1"
A_LINE = 6  # numbers in a line of the C table


def terms_bytes(law: Law) -> bytes:
    """Return the terms file of a law."""
    tables = law_tables()
    parts = [MAGIC, struct.pack("<Q", layout_hash()), bytes.fromhex(rules_hash()), words([len(tables)])]
    for name, record in tables.items():
        rows = getattr(law, name)
        if record is None:
            parts.append(words([len(rows), 1, *rows]))
            continue
        width = len(dataclasses.fields(record))
        parts.append(words([len(rows), width, *(number for row in rows for number in dataclasses.astuple(row))]))
    whole = b"".join(parts)
    return whole + hashlib.sha256(whole).digest()


def terms_in_c(terms: bytes, name: str = "rewardsim_terms") -> str:
    """Return a terms file as a C source, for programs that have no file system."""
    numbers = array("q", terms)
    rows = [numbers[first : first + A_LINE] for first in range(0, len(numbers), A_LINE)]
    body = "\n".join("    " + " ".join(f"{_literal(number)}," for number in row) for row in rows)
    return (
        "/* Generated: the terms of one programme. rs_terms_read(RS_LAYOUT, NAME, NAME_size, &terms) opens them. */\n"
        f"#include <stddef.h>\n#include <stdint.h>\n\nconst int64_t {name}[] = {{\n{body}\n}};\n"
        f"const size_t {name}_size = sizeof {name};\n"
    )


def words(numbers: Iterable[Any]) -> bytes:
    """Return whole numbers as eight bytes each, lowest first."""
    row = [int(number) for number in numbers]
    return struct.pack(f"<{len(row)}q", *row)


def _literal(number: int) -> str:
    return "INT64_MIN" if number == -(1 << 63) else f"INT64_C({number})"
