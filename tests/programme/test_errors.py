"""The error gallery: every message, word for word; and nothing but ProgrammeError ever comes out."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from rewardsim.programme import Programme, ProgrammeError, load_programme, parse_programme
from rewardsim.programme.faults import CODES
from rewardsim.programme.source import SIZE_MAX
from rewardsim.rules.records import NEVER

from .conftest import HEAD, PROGRAMMES

GALLERY = Path(__file__).parent / "errors"
FILES = sorted(GALLERY.glob("*.toml"))

ELSEWHERE = {"unreadable", "too-large", "too-many", "unknown-area", "unknown-path"}
"""Codes shown by tests of their own, because no small file raises them."""


def faults(action: Callable[[], object]) -> ProgrammeError:
    with pytest.raises(ProgrammeError) as caught:
        action()
    return caught.value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_gallery(path: Path) -> None:
    text = str(faults(lambda: load_programme(path))).replace(f"{GALLERY}/", "").replace(f"{GALLERY}\\", "")
    assert text + "\n" == path.with_suffix(".txt").read_text(encoding="utf-8")


def test_gallery_shows_every_code() -> None:
    shown = {fault.code for path in FILES for fault in faults(lambda path=path: load_programme(path)).faults}
    assert shown | ELSEWHERE == set(CODES)
    assert not shown & ELSEWHERE


def test_unreadable(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        (fault,) = faults(lambda path=path: load_programme(path)).faults
        assert fault.code == "unreadable"
        assert fault.todo == "check the path"


def test_too_large(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    path.write_bytes(b"#" * (SIZE_MAX + 1))
    (fault,) = faults(lambda: load_programme(path)).faults
    assert str(fault) == (
        f"{path}: found more than 1000000 bytes, allowed at most 1000000 bytes, do: check that this is a programme file"
    )


@pytest.mark.parametrize("value", ["[" * 50_000 + "]" * 50_000, "{a=" * 20_000 + "1" + "}" * 20_000])
def test_too_deep(value: str) -> None:
    error = faults(lambda: parse_programme(HEAD + f"x = {value}\n"))
    assert [fault.code for fault in error.faults] == ["too-deep"]


def test_a_long_number_is_a_syntax_fault() -> None:
    error = faults(lambda: parse_programme(HEAD + f"x = {'9' * 5000}\n"))
    assert error.faults[0].code in ("syntax", "unknown-key")


def test_too_many_changes() -> None:
    rows = ", ".join(
        f"{{ from = {2020 + n // 336}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}, value = '1%' }}"
        for n in range(600)
    )
    (fault,) = faults(lambda: parse_programme(HEAD + f"[earning.purchase]\nrate = [{rows}]\n", "t")).faults
    assert (
        str(fault)
        == "t:1: found values that change on 599 days, allowed at most 499 days of change, do: use fewer dates"
    )


def test_optional_sections_can_be_left_out(reward_mi: Programme) -> None:
    law = reward_mi.without("referral", "draws").law()
    assert (law.terms[0].referral_from, law.draws, len(law.levels)) == (NEVER, [], 4)
    bare = reward_mi.without("referral", "tiers", "draws").law()
    assert (bare.terms[0].tiers_from, bare.levels, bare.prizes, bare.terms[0].counter_width) == (NEVER, [], [], 4)
    assert reward_mi.law().terms[0].counter_width == 6, "the programme itself does not change"


def test_unknown_area(reward_mi: Programme) -> None:
    (fault,) = faults(lambda: reward_mi.without("tier")).faults
    assert fault.code == "unknown-area"
    assert (fault.found, fault.allowed, fault.todo) == (
        '"tier"',
        "referral, tiers, draws",
        'did you mean "tiers"?',
    )


def test_faults_as_plain_values() -> None:
    (fault,) = faults(lambda: parse_programme(HEAD.replace("EUR", "EURO"), "t.toml")).faults
    assert fault.to_dict() == {
        "file": "t.toml",
        "line": 6,
        "path": "programme.currency",
        "code": "unknown-currency",
        "found": '"EURO"',
        "allowed": "a code of ISO 4217 such as INR",
        "todo": "write EUR",
    }


def test_a_fault_is_one_line() -> None:
    text = HEAD + '[[campaigns]]\nid = "a\\nb\\u001b[31m"\ntokens = 5\n"x\\ny" = 1\n'
    error = faults(lambda: parse_programme(text, "t"))
    assert len(str(error).splitlines()) == len(error.faults) == 2
    assert "\x1b" not in str(error)


def test_all_faults_of_all_kinds_come_together() -> None:
    text = HEAD.replace("EUR", "EURO") + (
        "[earning.purchase]\n"
        "rate = 5\n"
        'phase = "none"\n'
        "[[campaigns]]\n"
        'id = "a"\n'
        "tokens = 1\n"
        "[[campaigns]]\n"
        'id = "a"\n'
        "tokens = 1\n"
        '[expiry]\npolicy = [{ from = 2021-01-01, value = "never" }]\n'
    )
    codes = {fault.code for fault in faults(lambda: parse_programme(text)).faults}
    assert codes == {"unknown-currency", "wrong-unit", "unknown-phase", "overlapping-windows", "dated-gap"}


def test_a_dated_fault_is_told_once_and_at_its_own_line(tiny: Callable[[str], Programme]) -> None:
    text = (
        "[earning.purchase]\n"
        "minimum_order = 5\n"
        "rate = [\n"
        '  { from = 2020-01-01, value = "1%" },\n'
        "  { from = 2021-01-01, value = 2 },\n"
        "]\n"
    )
    found = [(f.place.line, f.place.path) for f in faults(lambda: tiny(text)).faults]
    assert found == [(11, "earning.purchase.minimum_order"), (14, "earning.purchase.rate[2].value")]


ODD = [
    "1",
    "-1",
    "true",
    '""',
    "[]",
    "[[]]",
    "{}",
    "[{}]",
    "2020-01-01",
    "1.5",
    "nan",
    '"x"',
    "[1]",
    "[{ from = 2020-01-01 }]",
    "99999999999999999999",
    "{ from = 2020-01-01 }",
    "[{ from = 9999-12-31, value = 1 }]",
    "[{ absent = true }]",
    "0001-01-01",
]


@pytest.mark.parametrize("name", ["reward-mi", "tea-club"])
def test_no_damage_raises_anything_else(name: str) -> None:
    lines = (PROGRAMMES / f"{name}.toml").read_text(encoding="utf-8").splitlines()
    lucky = random.Random(1)
    refused = 0
    for number, line in enumerate(lines):
        key, equals, _ = line.partition("=")
        if not line.strip() or line.startswith("#"):
            continue
        damage = [[], [line + "]"], [line, line], [line[: len(line) // 2]]]
        damage += [[f"{key}= {value}"] for value in lucky.sample(ODD, 2) if equals]
        for new in damage:
            try:
                programme = parse_programme("\n".join([*lines[:number], *new, *lines[number + 1 :]]))
                assert programme.hash
                programme.lint()
            except ProgrammeError as error:
                refused += 1
                assert error.faults
                assert all(fault.code in CODES for fault in error.faults)
    assert refused > len(lines)


def test_whole_sections_of_the_wrong_kind() -> None:
    keys = [
        "programme",
        "bounds",
        "phases",
        "earning",
        "campaigns",
        "redemption",
        "exchange",
        "expiry",
        "returns",
        "referral",
        "tiers",
        "draws",
        "accounting",
    ]
    for key in keys:
        for value in ODD:
            text = f"{key} = {value}\n" + (HEAD if key != "programme" else "schema = 1")
            try:
                parse_programme(text).lint()
            except ProgrammeError as error:
                assert error.faults
