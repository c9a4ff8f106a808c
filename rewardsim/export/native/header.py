"""What C sees of the records: the public header, and the tables the runtime is driven by."""

from __future__ import annotations

import textwrap
from pathlib import Path

from rewardsim.engine.loop import Outcome
from rewardsim.engine.tables import FREE_LISTS, TABLES
from rewardsim.rules import codes
from rewardsim.rules.records import Head

from .layout import CODES, c_name, fields_of, law_tables, layout_hash, records, rules_hash

SOURCES = Path(__file__).parent / "c"
GENERATED = "/* Generated from the rules' records; do not edit. */\n"
FRESH = {"rs_event": "RS_EVENT_FRESH", "rs_event_line": "RS_EVENT_LINE_FRESH"}
WIDTH = 110


def public_header() -> str:
    """Return ``rewardsim.h``."""
    text = (SOURCES / "rewardsim.h.in").read_text(encoding="utf-8")
    parts = {"LAYOUT": f"#define RS_LAYOUT UINT64_C(0x{layout_hash():016x})", "CODES": _codes(), "RECORDS": _records()}
    for name, part in parts.items():
        text = text.replace(f"/*@{name}@*/", part)
    return text


def tables_header() -> str:
    """Return ``tables.h``: the tables by number, and what the runtime knows of each."""
    book = ", ".join(f"TABLE_{name.upper()}" for name in TABLES)
    law = ", ".join(f"LAW_{name.upper()}" for name in law_tables())
    return (
        f"{GENERATED}#ifndef REWARDSIM_TABLES_H\n#define REWARDSIM_TABLES_H\n\n#include <stdint.h>\n\n"
        f"{_enum(f'{book}, BOOK_TABLES')}\n{_enum(f'{law}, LAW_TABLES')}\n"
        f"enum {{ EVENT_TYPES = {len(codes.EVENT_TYPES)} }};\n\n"
        "/* A table of the book: words in a row, what a fresh row holds, and the place of its free list: the row's\n"
        "   ``next``, the head's first free row and number of free rows; less than 0 without one. */\n"
        "typedef struct table_kind {\n    int64_t words;\n    const int64_t *fresh;\n"
        "    int next, head_free, head_spare;\n} table_kind;\n\nextern const table_kind table_kinds[BOOK_TABLES];\n"
        "extern const int64_t law_words[LAW_TABLES];\n\n#endif\n"
    )


def tables_source() -> str:
    """Return ``tables.c``."""
    fresh = [
        f"static const int64_t fresh_{name}[] = {{{', '.join(str(field.fresh) for field in fields_of(record))}}};"
        for name, record in TABLES.items()
    ]
    kinds = [_kind(name, record) for name, record in TABLES.items()]
    widths = [str(len(fields_of(record)) if record else 1) for record in law_tables().values()]
    words = [f'    case {code}: return "{word}";' for word, code in codes.OUTCOMES.items()]
    return "\n".join(
        [
            GENERATED + '#include "tables.h"\n\n#include "rewardsim.h"\n',
            *(_wrapped(line) for line in fresh),
            "\nconst table_kind table_kinds[BOOK_TABLES] = {",
            *kinds,
            "};\n",
            f"const int64_t law_words[LAW_TABLES] = {{{', '.join(widths)}}};\n",
            f'const char *rs_rules(void) {{ return "{rules_hash()}"; }}\n',
            "const char *rs_outcome_text(int64_t outcome) {\n    switch (outcome) {",
            *words,
            '    default: return "";\n    }\n}\n',
        ]
    )


def _kind(name: str, record: type) -> str:
    places = {field.name: place for place, field in enumerate(fields_of(record))}
    head = {field.name: place for place, field in enumerate(fields_of(Head))}
    lists = "-1, -1, -1"
    if name in FREE_LISTS:
        free, spare = FREE_LISTS[name]
        lists = f"{places['next']}, {head[free]}, {head[spare]}"
    return f"    {{{len(places)}, fresh_{name}, {lists}}},"


def _codes() -> str:
    parts = []
    for kind, words in CODES.items():
        names = [f"RS_{kind}_{word or 'none'}".replace(".", "_").upper() + f" = {code}" for word, code in words.items()]
        parts.append(_enum(", ".join(names)))
    return "\n".join(parts)


def _records() -> str:
    parts = []
    for record in records():
        name = c_name(record)
        fields = "\n".join(
            f"    int64_t {field.c_name};" + (f" /* {field.meaning} */" if field.meaning else "")
            for field in fields_of(record)
        )
        said = "What became of one event." if record is Outcome else " ".join((record.__doc__ or "").split())
        parts.append(f"/* {said} */\ntypedef struct {name} {{\n{fields}\n}} {name};")
        if name in FRESH:
            values = ", ".join(str(field.fresh) for field in fields_of(record))
            parts[-1] += f"\n#define {FRESH[name]} {{{values}}}"
    return "\n\n".join(parts)


def _enum(names: str) -> str:
    # A space that does not break keeps each name with its number.
    whole = textwrap.fill(names.replace(" = ", "\xa0=\xa0"), WIDTH, initial_indent="    ", subsequent_indent="    ")
    return "enum {\n" + whole.replace("\xa0", " ") + "\n};"


def _wrapped(line: str) -> str:
    return textwrap.fill(line, WIDTH, subsequent_indent="    ")
