"""The error gallery: every message, word for word; and nothing but PopulationError ever comes out."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rewardsim.population import PopulationError, load_population, parse_population
from rewardsim.programme.faults import CODES

from .conftest import HEAD, POPULATIONS, REST, tiny

GALLERY = Path(__file__).parent / "errors"
FILES = sorted(GALLERY.glob("*.toml"))


def faults(action: Callable[[], object]) -> PopulationError:
    with pytest.raises(PopulationError) as caught:
        action()
    return caught.value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_gallery(path: Path) -> None:
    text = str(faults(lambda: load_population(path))).replace(f"{GALLERY}/", "").replace(f"{GALLERY}\\", "")
    assert text + "\n" == path.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_fault_has_a_line_and_a_known_code(path: Path) -> None:
    for fault in faults(lambda: load_population(path)).faults:
        assert fault.place.line > 0
        assert fault.code in CODES


def test_unreadable(tmp_path: Path) -> None:
    (fault,) = faults(lambda: load_population(tmp_path / "none.toml")).faults
    assert fault.code == "unreadable"


def test_all_faults_of_all_sections_come_together() -> None:
    text = (HEAD + REST).replace("0.553", "-0.553").replace("EUR", "EURO").replace("2020-12-31", "2019-12-31")
    text += "[behaviour]\ngaol = 1\ngoal = 2\n[correlation]\nrate_spend = 0.9\nrate_enrolment = -0.9\n"
    found = [(fault.place.path, fault.code) for fault in faults(lambda: parse_population(text)).faults]
    assert found == [
        ("population.currency", "unknown-currency"),
        ("purchases.r", "out-of-range"),
        ("behaviour.gaol", "unknown-key"),
        ("behaviour.goal", "out-of-range"),
        ("correlation", "inconsistent"),
    ]
    text = text.replace("EURO", "EUR")
    assert ("population.until", "date-order") in [
        (fault.place.path, fault.code) for fault in faults(lambda: parse_population(text)).faults
    ]


CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"purchases.alpha": 1}, "unknown-key"),
    ({"purchases.r.x": 1}, "unknown-path"),
    ({"season.windows.diwali.factor": 2}, "unknown-path"),
    ({"channels.shop": 3}, "wrong-type"),
    ({"categories.phone": None}, "unknown-path"),
    ({"purchases..r": 3}, "unknown-path"),
    ({"purchases.r": float("nan")}, "out-of-range"),
    ({"purchases.r": {1, 2}}, "wrong-type"),
    ({"purchases.r": True}, "wrong-type"),
    ({"purchases.r": 10**400}, "out-of-range"),
    ({"population.members": 20.5}, "wrong-type"),
    ({"population": None}, "missing"),
    ({"categories.all": None}, "out-of-range"),
]


@pytest.mark.parametrize(("changes", "code"), CHANGES, ids=lambda value: str(value)[:40])
def test_changes_that_cannot_be_made(changes: dict[str, Any], code: str) -> None:
    found = faults(lambda: tiny().vary(changes)).faults
    assert {fault.code for fault in found} == {code}
    assert all(fault.place.file == "tiny.toml (varied)" for fault in found)


def test_all_faults_of_a_change_come_together() -> None:
    error = faults(lambda: tiny().vary({"purchases.r.x": 1, "channels.shop": 3, "a..b": 1}))
    assert len(error.faults) == 3


ODD = [
    "1", "-1", "true", '""', "[]", "[[]]", "{}", "[{}]", "2020-01-01", "1.5", "nan", "inf", '"x"', "[1]", "1e400",
    "99999999999999999999", '"50%"', '"-5%"', '"1.00"', "0", "0.0", "-0.5", "9999-12-31", "0001-01-01",
]  # fmt: skip


@pytest.mark.parametrize("name", ["india-2017", "cdnow"])
def test_no_damage_raises_anything_else(name: str) -> None:
    lines = (POPULATIONS / f"{name}.toml").read_text(encoding="utf-8").splitlines()
    lucky = random.Random(1)
    refused = kept = 0
    for number, line in enumerate(lines):
        key, equals, _ = line.partition("=")
        if not line.strip() or line.startswith("#"):
            continue
        damage = [[], [line + "]"], [line, line], [line[: len(line) // 2]]]
        damage += [[f"{key}= {value}"] for value in lucky.sample(ODD, 6) if equals]
        for new in damage:
            try:
                population = parse_population("\n".join([*lines[:number], *new, *lines[number + 1 :]]))
            except PopulationError as error:
                refused += 1
                assert error.faults
                assert all(fault.code in CODES for fault in error.faults)
                continue
            kept += 1
            assert population.hash
            population.lint()
            if kept % 10 == 0:
                population.people(None, 50, 1, 0, 18_000, 18_500)
                population.tables(None, 18_000, 18_500)
    assert refused > len(lines)
    assert kept > 20


def test_whole_sections_of_the_wrong_kind() -> None:
    sections = [
        "population", "arrival", "enrolment", "purchases", "lifetime", "basket", "categories", "channels", "delivery",
        "returns", "season", "response", "correlation", "referral", "birthdays", "worths", "cohorts", "behaviour",
    ]  # fmt: skip
    for key in sections:
        for value in ODD:
            rest = REST.replace(f"[{key}]", f"[x{key}]")
            text = f"{key} = {value}\n" + HEAD + rest
            try:
                parse_population(text).lint()
            except PopulationError as error:
                assert error.faults
