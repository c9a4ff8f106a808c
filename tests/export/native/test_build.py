"""What is built: no Python within, a header that C and C++ read, terms to compile in, one cache for all."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from rewardsim.export.native.build import NativeError, build_native, kernel_object
from rewardsim.export.native.header import public_header
from rewardsim.export.native.layout import c_name, fields_of, layout_hash, records
from rewardsim.export.native.library import Library

OF_C = re.compile(
    r"(calloc|f(close|error|open|read|write)|free|malloc|mem(cmp|cpy|move|set)|qsort|realloc|remove|rename|str(cmp|len))"
)
ONLY_LINKED = ("_ITM_", "__gmon_start__", "__cxa_finalize")
INCLUDED = """
#include "rewardsim.h"
int main(void) {
    rs_event event = RS_EVENT_FRESH;
    return rs_layout() == RS_LAYOUT ? (int)event.type : 1;
}
"""


def symbols(path: Path, *options: str) -> list[str]:
    """The names nm prints."""
    if shutil.which("nm") is None:
        pytest.skip("nm is not on this machine")
    done = subprocess.run(["nm", *options, str(path)], capture_output=True, text=True, check=True)
    return [line.split()[-1].split("@")[0] for line in done.stdout.splitlines() if " " in line]


def test_nothing_but_the_c_library_is_needed(built: dict[str, Path]) -> None:
    wanted = symbols(built["library"], "-D", "--undefined-only")
    strangers = [name for name in wanted if not OF_C.fullmatch(name) and not name.startswith(ONLY_LINKED)]
    assert strangers == []


def test_the_rules_need_nothing_at_all(built: dict[str, Path]) -> None:
    assert symbols(built["kernel"], "--undefined-only") == []


def test_no_symbol_of_python_or_numba_is_left(built: dict[str, Path]) -> None:
    for name in symbols(built["library"]) + symbols(built["archive"]):
        assert not re.match(r"_?(Py|NRT|numba|_Py)", name), name


def test_what_can_be_called_is_what_the_header_says(built: dict[str, Path]) -> None:
    said = set(re.findall(r"^RS_API [^;(]*?\b(rs_\w+)\(", built["header"].read_text(), re.MULTILINE))
    assert set(symbols(built["library"], "-D", "--defined-only")) == said


@pytest.mark.parametrize(("compiler", "ending"), [("cc", "c"), ("c++", "cpp")])
def test_the_header_is_read_and_the_archive_linked(
    compiler: str, ending: str, built: dict[str, Path], tmp_path: Path
) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not on this machine")
    source, program = tmp_path / f"one.{ending}", tmp_path / "one"
    source.write_text(INCLUDED)
    command = [compiler, "-Wall", "-Wextra", "-Werror", "-pedantic", f"-I{built['header'].parent}", str(source)]
    subprocess.run([*command, str(built["archive"]), "-o", str(program)], check=True)
    assert subprocess.run([program]).returncode == 0


def test_every_field_is_in_the_header_with_its_meaning() -> None:
    text = public_header()
    for record in records():
        body = text[text.index(f"typedef struct {c_name(record)} {{") :].split("}")[0]
        for field in fields_of(record):
            assert f"int64_t {field.c_name}; /* {field.meaning} */" in body, (record, field)
            assert field.meaning, (record, field)


def test_the_library_knows_its_layout(library: Library) -> None:
    assert library.c.rs_layout() == layout_hash()


def test_terms_can_be_compiled_in(built: dict[str, Path], tmp_path: Path) -> None:
    """The C table holds the very bytes of the file."""
    source, program = tmp_path / "main.c", tmp_path / "main"
    source.write_text(
        '#include <stdio.h>\n#include "rewardsim.h"\nextern const int64_t rewardsim_terms[];\n'
        "extern const size_t rewardsim_terms_size;\nint main(void) { rs_terms *terms;\n"
        "    rs_status status = rs_terms_read(RS_LAYOUT, rewardsim_terms, rewardsim_terms_size, &terms);\n"
        '    printf("%s", rs_terms_hash(terms)); rs_terms_free(terms); return status; }\n'
    )
    out = built["header"].parent
    sources = [str(source), str(built["terms_c"]), str(built["archive"])]
    subprocess.run(["cc", "-Wall", "-Werror", f"-I{out}", *sources, "-o", str(program)], check=True)
    done = subprocess.run([program], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout == built["terms"].read_bytes()[-32:].hex()


def test_the_rules_are_compiled_once(built: dict[str, Path]) -> None:
    begun = time.perf_counter()
    assert kernel_object() == built["kernel"]
    assert time.perf_counter() - begun < 5


def test_without_a_compiler_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(NativeError, match=r"no-such-cc.*install gcc or clang"):
        build_native(None, tmp_path, cc="no-such-cc")
