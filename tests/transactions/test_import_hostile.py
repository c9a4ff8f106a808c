"""Hostile input: one test for each of the fault classes 11 to 30. No partial effect, every bad row named."""

from __future__ import annotations

import csv
import gzip
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rewardsim.transactions import TransactionError, import_transactions
from rewardsim.transactions.textgate import Limits

from .helpers import ROOT, Importer, plan

HEAD = "member,order,time,amount\n"
GOOD = "m1,o1,2024-01-02,1.00\n"


def codes(error: pytest.ExceptionInfo[TransactionError]) -> list[tuple[str, int, str]]:
    return [(fault.code, fault.place.line, fault.place.path) for fault in error.value.faults]


def parquet(path: Path, rows: int = 3, **columns: object) -> Path:
    table = {
        "member": ["m"] * rows,
        "order": [f"o{i}" for i in range(rows)],
        "time": ["2024-01-02"] * rows,
        "amount": ["1.00"] * rows,
    }
    pq.write_table(pa.table(table | columns), path)
    return path


def test_11_truncated_parquet_is_refused_by_name(tmp_path: Path) -> None:
    path = parquet(tmp_path / "cut.parquet")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(TransactionError, match=r"damaged: cut.parquet"):
        import_transactions(path, plan())


def test_11_parquet_with_a_flipped_bit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rot.parquet"
    table = pa.table(
        {
            "member": [f"m{i}" for i in range(999)],
            "order": ["o"] * 999,
            "time": ["2024-01-02"] * 999,
            "amount": ["1"] * 999,
        }
    )
    pq.write_table(table, path, write_page_checksum=True, compression="none", use_dictionary=False)
    body = bytearray(path.read_bytes())
    body[500] ^= 4
    path.write_bytes(body)
    with pytest.raises(TransactionError, match=r"damaged: rot.parquet"):
        import_transactions(path, plan())


def test_12_parquet_bomb_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    """A few hundred bytes that claim a gigabyte: one value, run-length encoded."""
    path = tmp_path / "bomb.parquet"
    rows = 40_000_000
    fixed = pa.DictionaryArray.from_arrays(pa.array([0], pa.int8()).take(pa.array([0] * 1)), pa.array(["1"]))
    column = pa.chunked_array([pa.concat_arrays([fixed] * 1000)] * (rows // 1000))
    names = ["member", "order", "time", "amount"]
    pq.write_table(pa.table([column] * 4, names), path, row_group_size=rows, data_page_size=1 << 30, compression="zstd")
    assert path.stat().st_size < 1_000_000
    with pytest.raises(TransactionError, match=r"bomb: bomb.parquet"):
        import_transactions(path, plan())


def test_12_long_text_repeated_by_a_dictionary_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.parquet"
    long = pa.DictionaryArray.from_arrays(pa.array([0] * 800, pa.int32()), pa.array(["x" * 1_000_000]))
    parquet(path, 800, member=long)
    with pytest.raises(TransactionError, match=r"field_too_long: wide.parquet"):
        import_transactions(path, plan())


def test_12_what_unfolds_counts_against_the_budget(tmp_path: Path) -> None:
    path = tmp_path / "much.parquet"
    parquet(
        path, 2000, member=pa.DictionaryArray.from_arrays(pa.array([0] * 2000, pa.int32()), pa.array(["x" * 60_000]))
    )
    with pytest.raises(TransactionError, match=r"too_large: much.parquet"):
        import_transactions(path, plan(), limits=Limits(decoded_max=50_000_000))


def test_13_gzip_is_read_and_a_gzip_bomb_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress((HEAD + GOOD).encode()))
    assert import_transactions(path, plan()).summary["rows"]["kept"] == 1
    path.write_bytes(gzip.compress((HEAD + GOOD * 2_000_000).encode()))
    with pytest.raises(TransactionError, match=r"bomb: rows.csv.gz"):
        import_transactions(path, plan())
    path.write_bytes(gzip.compress((HEAD + GOOD).encode())[:-9])
    with pytest.raises(TransactionError, match=r"damaged: rows.csv.gz"):
        import_transactions(path, plan())


def test_13_absolute_cap_on_text(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(HEAD + GOOD * 1000)
    with pytest.raises(TransactionError, match="too_large"):
        import_transactions(path, plan(), limits=Limits(decoded_max=1000))


def test_14_extension_types_are_not_loaded_and_pyarrow_is_new_enough(tmp_path: Path) -> None:
    assert tuple(int(part) for part in pa.__version__.split(".")[:2]) >= (14, 1)
    for path in (ROOT / "rewardsim").rglob("*.py"):
        assert not re.search(r"register_extension_type|PyExtensionType|ipc\.open|feather", path.read_text()), path.name
    path = parquet(tmp_path / "typed.parquet", amount=pa.array([b"1", b"2", b"3"], pa.binary()))
    with pytest.raises(TransactionError, match="column_type"):
        import_transactions(path, plan())


def test_15_ids_that_look_like_nothing_are_ids(take: Importer) -> None:
    rows = "".join(f"{name},o-{name},2024-01-02,1.00\n" for name in ("NA", "null", "None", "nan", "NaN", "N/A"))
    assert sorted(set(take(HEAD + rows).events.column("member_id").to_pylist())) == [
        "N/A",
        "NA",
        "NaN",
        "None",
        "nan",
        "null",
    ]
    with pytest.raises(TransactionError) as error:
        take(HEAD + GOOD + ",o2,2024-01-02,1.00\n  ,o3,2024-01-02,1\n")
    assert [code[:2] for code in codes(error)] == [("null_member", 2), ("null_member", 3)]


def test_16_ids_are_text_whatever_they_look_like(take: Importer, tmp_path: Path) -> None:
    rows = (
        "007,o1,2024-01-02,1\n7,o2,2024-01-02,1\n9007199254740993,o3,2024-01-02,1\n9007199254740992,o4,2024-01-02,1\n"
    )
    assert take(HEAD + rows).summary["members"] == 4
    decomposed = "e\u0301va,o1,2024-01-02,1\n\u00e9va,o2,2024-01-02,1\n"
    assert take(HEAD + decomposed).summary["members"] == 1
    with pytest.raises(TransactionError, match="bad_id"):
        take(HEAD + "m" * 129 + ",o1,2024-01-02,1\n")
    floats = parquet(tmp_path / "f.parquet", member=[17850.0, 2.0**53, 1.5])
    with pytest.raises(TransactionError) as error:
        import_transactions(floats, plan(ids={"member": "float_integer"}))
    assert codes(error) == [("bad_id", 2, "member"), ("bad_id", 3, "member")]
    with pytest.raises(TransactionError, match="float_integer"):
        import_transactions(floats, plan())


def test_17_one_field_too_few_is_a_row_error(take: Importer) -> None:
    with pytest.raises(TransactionError) as error:
        take(HEAD + GOOD + "m2,o2,2024-01-02\n" + GOOD.replace("o1", "o3"))
    assert codes(error) == [("field_count", 2, "")]


def test_18_all_rows_one_field_too_many_do_not_shift(take: Importer) -> None:
    with pytest.raises(TransactionError) as error:
        take(HEAD + "x,m1,o1,2024-01-02,1.00\n" * 120)
    assert error.value.count == 120
    assert len(error.value.faults) == 50
    assert "and 70 more" in str(error.value)


def test_19_an_open_quote_is_one_bad_row(take: Importer, tmp_path: Path) -> None:
    body = HEAD + GOOD + '"m2,o2,2024-01-02,2.00\nm3,o3,2024-01-02,3.00\n"m4",o4,2024-01-02,4.00\n'
    with pytest.raises(TransactionError) as error:
        take(body)
    assert codes(error) == [("open_quote", 2, "")]
    result = take(body, rejects=tmp_path / "r.csv")
    assert result.summary["rows"] == {"read": 4, "kept": 3, "dropped": {}, "rejected": 1}
    assert result.events.column("source_row").to_pylist() == [1, 3, 4]
    with pytest.raises(TransactionError, match="line_too_long"):
        take(HEAD + "m" * 2_000_000)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"member,order,time,amount,amount\n", "duplicate_header"),
        ((HEAD + GOOD).encode("utf-16"), "encoding"),
        ((HEAD + GOOD).encode("utf-16-le"), "encoding"),
        ((HEAD + "m\0,o1,2024-01-02,1\n").encode(), "nul"),
        ((HEAD + "m1,o\r1,2024-01-02,1\n").encode(), "lone_cr"),
        ((HEAD + GOOD).replace("\n", "\r").encode(), "lone_cr"),
        ((HEAD + "m\u00e9,o1,2024-01-02,1\n").encode("latin-1"), "encoding"),
        (b"", "empty_file"),
    ],
)
def test_20_broken_text_is_named(take: Importer, body: bytes, code: str) -> None:
    with pytest.raises(TransactionError) as error:
        take(body)
    assert error.value.faults[0].code == code


def test_20_good_text_in_other_clothes_is_read(take: Importer) -> None:
    accented = HEAD + "m\u00e9,o1,2024-01-02,1.00\n"
    for body in (
        b"\xef\xbb\xbf" + accented.encode(),
        accented.replace("\n", "\r\n").encode(),
        accented.encode().rstrip(b"\n"),
    ):
        assert take(body).events.column("member_id").to_pylist() == ["m\u00e9"]
    for encoding in ("utf-16", "latin-1", "cp1252"):
        assert take(accented.encode(encoding), source={"encoding": encoding}).events.column(
            "member_id"
        ).to_pylist() == ["m\u00e9"]


@pytest.mark.parametrize(
    "amount",
    [
        "1,234.56",
        "1_000",
        "1e400",
        "1e3",
        "inf",
        "nan",
        "0x10",
        "1.",
        ".5",
        "--1",
        "1.1234567",
        "\u0661",
        "1 0",
        "1" * 13,
    ],
)
def test_21_one_decimal_grammar(take: Importer, amount: str) -> None:
    with pytest.raises(TransactionError) as error:
        take(HEAD + f'm1,o1,2024-01-02,"{amount}"\n')
    assert codes(error) == [("bad_number", 1, "amount")]


def test_21_minus_zero_is_zero_and_separators_are_a_choice(take: Importer) -> None:
    assert take(HEAD + "m1,o1,2024-01-02,-0.00\n").summary["amount"] == "0.00"
    assert take(HEAD + 'm1,o1,2024-01-02,"1,234.56"\n', money={"thousands": ","}).summary["amount"] == "1234.56"
    swapped = {"thousands": ".", "decimal_point": ","}
    assert take(HEAD + 'm1,o1,2024-01-02,"1.234,56"\n', money=swapped).summary["amount"] == "1234.56"
    with pytest.raises(TransactionError, match="bad_number"):
        take(HEAD + 'm1,o1,2024-01-02,"12,34.56"\n', money={"thousands": ","})


@pytest.mark.parametrize(
    "time",
    [
        "03/04/2024",
        "2024-02-30",
        "2023-02-29",
        "2024-1-2",
        "20240102",
        "2024-01-02 24:00",
        "2024-01-02 23:59:60",
        "now",
        "45296",
    ],
)
def test_21_one_date_grammar(take: Importer, time: str) -> None:
    with pytest.raises(TransactionError) as error:
        take(HEAD + f"m1,o1,{time},1\n")
    assert codes(error) == [("bad_time", 1, "time")]


def test_21_local_dates_by_explicit_format(take: Importer) -> None:
    result = take(HEAD + "m1,o1,03/04/2024,1\n", time={"formats": ["%d/%m/%Y"]})
    assert result.summary["first"] == "2024-04-03T00:00:00"
    with pytest.raises(TransactionError, match="bad_time"):
        take(HEAD + "m1,o1,31/04/2024,1\n", time={"formats": ["%d/%m/%Y"]})


@pytest.mark.parametrize("body", ['{"member": "m1", "amount": NaN}\n', "[" * 100_000, '{"a": 1e400}\n'])
def test_22_json_is_refused_not_guessed_at(take: Importer, body: str) -> None:
    with pytest.raises(TransactionError, match="JSON is not read"):
        take(body, name="events.jsonl")


def absent(pattern: str) -> None:
    for path in (ROOT / "rewardsim" / "transactions").rglob("*.py"):
        assert not re.search(pattern, path.read_text()), path.name


def test_23_24_25_no_yaml_is_read() -> None:
    absent(r"\byaml\b")


def test_26_no_formula_is_evaluated() -> None:
    absent(r"\b(eval|exec|compile)\s*\((?<!re\.compile\()")


def test_27_no_pickle_is_read_or_written(take: Importer) -> None:
    absent(r"\b(import (pickle|joblib|dill|marshal|shelve)|from (pickle|joblib)|read_pickle|to_pickle|allow_pickle)")
    with pytest.raises(TransactionError, match="a pickle"):
        take(b"\x80\x04\x95.", name="x.csv")


@pytest.mark.parametrize("file", ["../secret.csv", "/etc/hosts", "a/../../b", "c:\\x", "\\\\host\\x", "http://h/x"])
def test_28_a_mapping_reaches_only_into_its_package(file: str) -> None:
    with pytest.raises(ValueError, match="relative to the package"):
        plan(source={"package": "pyarrow", "file": file})


def test_28_links_out_of_a_package_devices_folders_and_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "site" / "pack"
    inside.mkdir(parents=True)
    (inside / "__init__.py").touch()
    (tmp_path / "outside.csv").write_text(HEAD + GOOD)
    (inside / "link.csv").symlink_to(tmp_path / "outside.csv")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    with pytest.raises(TransactionError, match="outside"):
        import_transactions(None, plan(source={"package": "pack", "file": "link.csv"}))
    os.mkfifo(tmp_path / "pipe")
    for source, code in (
        (tmp_path, "not_a_file"),
        (tmp_path / "pipe", "not_a_file"),
        (os.devnull, "not_a_file"),
        ("https://h/x.csv", "address"),
    ):
        with pytest.raises(TransactionError, match=code):
            import_transactions(source, plan())
    with pytest.raises(TransactionError, match=r"did you mean 'outside.csv'"):
        import_transactions(tmp_path / "outsid.csv", plan())
    with pytest.raises(TransactionError, match="no_package"):
        import_transactions(None, plan(source={"package": "no_such_package_here", "file": "x.csv"}))


def make_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("rows.csv", HEAD + GOOD)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("rows.zip", make_zip),
        ("rows.xlsx", make_zip),
        ("rows.csv.bz2", lambda path: path.write_bytes(b"BZh91AY")),
        ("rows.tar", lambda path: path.write_bytes(b"\0" * 257 + b"ustar" + b"\0" * 250)),
        ("rows.parquet", lambda path: path.write_text(HEAD + GOOD)),
    ],
)
def test_29_archives_and_disguises_are_refused(tmp_path: Path, name: str, make: Callable[[Path], object]) -> None:
    make(tmp_path / name)
    with pytest.raises(TransactionError, match="wrong_kind"):
        import_transactions(tmp_path / name, plan())


def test_30_rejected_cells_cannot_become_formulas(take: Importer, tmp_path: Path) -> None:
    wild = ["=1+1", "+1x", "-x", "@SUM(A1)"]
    body = HEAD + GOOD + "".join(f"m,o{i},2024-01-02,{cell}\n" for i, cell in enumerate(wild))
    take(body, rejects=tmp_path / "r.csv")
    with (tmp_path / "r.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["found"] for row in rows] == ["'" + cell for cell in wild]
    assert [row["row"] for row in rows] == ["2", "3", "4", "5"]


def test_nothing_is_written_when_a_row_is_rejected(take: Importer, tmp_path: Path) -> None:
    out = tmp_path / "events.parquet"
    with pytest.raises(TransactionError):
        take(HEAD + GOOD + "m,o,x,1\n", out=out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["given.csv"]
    take(HEAD + GOOD, out=out)
    before = out.read_bytes()
    with pytest.raises(TransactionError):
        take(HEAD + GOOD + "m,o,x,1\n", out=out)
    assert out.read_bytes() == before


def test_every_fault_of_every_row_is_listed(take: Importer) -> None:
    with pytest.raises(TransactionError) as error:
        take(HEAD + "m1,o1,yesterday,1.0.0\n" + GOOD + "m2,o2,2024-01-02\n")
    assert codes(error) == [("bad_number", 1, "amount"), ("bad_time", 1, "time"), ("field_count", 3, "")]
    report = error.value.to_dict()
    assert report["count"] == 3
    assert report["faults"][0]["file"] == "given.csv"


def test_missing_columns_are_named_together(take: Importer) -> None:
    with pytest.raises(TransactionError, match="did you mean 'amounts'") as error:
        take("member,ordr,times,amounts\n")
    assert [fault.found for fault in error.value.faults] == ["time", "order", "amount"]
