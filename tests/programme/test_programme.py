"""The programme as an object: identity, canonical order, hints, how it shows itself."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import rewardsim.programme
from rewardsim.programme import Hint, Programme, load_programme, parse_programme
from rewardsim.programme.faults import CODES
from rewardsim.programme.lint import CHECKS
from rewardsim.programme.source import line_map, parse, parse_key
from rewardsim.programme.toml_out import write_toml

from .conftest import PROGRAMMES

Tiny = Callable[[str], Programme]


def shuffled(value: Any, luck: random.Random) -> Any:
    """The same document with keys and named rows in another order."""
    if isinstance(value, dict):
        keys = list(value)
        luck.shuffle(keys)
        return {key: shuffled(value[key], luck) for key in keys}
    if isinstance(value, list) and value and all(isinstance(row, dict) and "id" in row for row in value):
        if "from" in value[0]:  # tiers stand in order of their thresholds
            return value
        rows = list(value)
        luck.shuffle(rows)
        return [shuffled(row, luck) for row in rows]
    return value


@pytest.mark.parametrize("name", ["reward-mi", "tea-club"])
def test_order_comments_and_names_do_not_count(name: str) -> None:
    text = (PROGRAMMES / f"{name}.toml").read_text(encoding="utf-8")
    base = parse_programme(text)
    for seed in range(20):
        again = parse_programme(
            write_toml(shuffled(parse(text, name), random.Random(seed))) + "# a comment\n"
        )
        assert again.hash == base.hash
        assert again == base
    renamed = re.sub(
        r'^((?:id|name) = )"([^"]*)"',
        lambda match: f'{match[1]}"{match[2][::-1].replace(" ", "-")}"',
        text,
        flags=re.M,
    )
    for phase in ("earn", "referral", "tiers", "tasting"):
        renamed = renamed.replace(f'phase = "{phase}"', f'phase = "{phase[::-1]}"')
    other = parse_programme(renamed)
    assert other.id != base.id
    assert other.hash == base.hash
    assert other.key != base.key, "the words that data must use have changed"


def test_rows_alike_are_told_apart_without_effect(tiny: Tiny) -> None:
    def text(first: str, second: str) -> str:
        shared = 'kind = "code"\ntokens = 5\nends = 2021-01-01\nstock = { count = 2 }\nper_member_max = 1\n'
        later = 'kind = "code"\ntokens = {}\nstarts = 2021-01-01\n'
        rows = [
            f'id = "{first}"\n{shared}',
            f'id = "{first}"\n{later.format(6)}',
            f'id = "{second}"\n{shared}',
            f'id = "{second}"\n{later.format(7)}',
        ]
        return "".join(f"[[exchange]]\n{row}" for row in rows)

    assert tiny(text("a", "b")).hash == tiny(text("b", "a")).hash == tiny(text("x", "c")).hash


def test_what_is_said_counts(reward_mi: Programme) -> None:
    changes: list[dict[str, Any]] = [
        {"earning.purchase.rate": "8%"},
        {"campaigns.accessory-week.multiplier": "2"},
        {"exchange.coupon-100.value": "101.00"},
        {"programme.timezone": "Asia/Colombo"},
        {"programme.currency": "USD"},
        {"tiers.grace_days": 31},
        {"accounting.breakage": "when_remote"},
        {"referral.within_days": 61},
        {"programme.token": {"name": "Mi Token", "decimals": 1}},
        {"returns.requalify_tier": False},
        {"referral.invitation": "required"},
        {"tiers.levels": [{"id": "only", "from": "0.00"}]},
        {"draws.rewardmi-launch.winners": 101},
        {"draws.rewardmi-launch": None},
    ]
    hashes = {reward_mi.hash, *(reward_mi.vary(change).hash for change in changes)}
    assert len(hashes) == len(changes) + 1


def test_facts(reward_mi: Programme, tea_club: Programme) -> None:
    assert (reward_mi.id, reward_mi.name, reward_mi.currency, reward_mi.minor_digits) == (
        "reward-mi-in",
        "Reward Mi (India)",
        "INR",
        2,
    )
    assert (reward_mi.timezone, reward_mi.token, reward_mi.starts, reward_mi.ends) == (
        "Asia/Kolkata",
        "Mi Token",
        date(2017, 6, 15),
        None,
    )
    assert (tea_club.token_decimals, tea_club.ends) == (2, date(2025, 1, 1))
    assert re.fullmatch(
        r"<Programme reward-mi-in INR from 2017-06-15, 1 stretch, [0-9a-f]{12}>", repr(reward_mi)
    )
    assert "6 stretches" in repr(tea_club)
    assert [tea_club.amount_text(n) for n in (0, 5, -1234)] == ["0.00", "0.05", "-12.34"]
    assert (reward_mi.tokens_text(1250), tea_club.tokens_text(1250)) == ("1250", "12.50")
    with pytest.raises(AttributeError):
        reward_mi.source = tea_club.source  # type: ignore[misc]


def test_html_is_escaped(tiny: Tiny) -> None:
    varied = tiny("").vary({"programme.name": "<script>alert('x')</script>"})
    assert "<script>" not in varied._repr_html_()
    assert "&lt;script&gt;" in varied._repr_html_()


# ---------------------------------------------------------------- hints


def test_the_shipped_programmes_are_clean(reward_mi: Programme, tea_club: Programme) -> None:
    assert tea_club.lint() == ()
    (hint,) = reward_mi.lint()
    # a public fact about the programme, not a slip of the file
    assert str(hint).endswith(
        "exchange.coupon-1000.value: a token is worth 2.5 times as much as in a smaller exchange: members will wait"
    )


HINTS = sorted((Path(__file__).parent / "hints").glob("*.toml"))


@pytest.mark.parametrize("path", HINTS, ids=lambda path: path.stem)
def test_hints(path: Path) -> None:
    expected = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    hints = [Hint(replace(hint.place, file=path.name), hint.message) for hint in load_programme(path).lint()]
    assert [str(hint) for hint in hints] == expected


def test_every_check_has_an_example() -> None:
    seen = set()
    for path in HINTS:
        programme = load_programme(path)
        law, file = programme.lowering.law(), programme.stretches[0].file
        seen |= {check for check in CHECKS if list(check(file, law))}
    assert seen == set(CHECKS)


# ---------------------------------------------------------------- lines


@pytest.mark.parametrize("name", ["reward-mi", "tea-club"])
def test_every_key_has_its_line(name: str) -> None:
    text = (PROGRAMMES / f"{name}.toml").read_text(encoding="utf-8")
    lines, source = line_map(text), text.splitlines()

    def paths(value: Any, path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
        parts = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        return [path] * bool(path) + [inner for key, part in parts for inner in paths(part, (*path, key))]

    for path in paths(parse(text, name), ()):
        if isinstance(path[-1], str):
            assert path[-1] in source[lines[path] - 1]
        assert path in lines


def test_lines_of_odd_toml() -> None:
    text = (
        'a."b.c" = [\n'
        "  1, # one ]\n"
        '  """two\n'
        '"three" \\""""", \'\'\'four\n'
        "]''',\n"
        "]\n"
        "\n"
        '[x."y z"]\n'
        'q = { r = { s = 1 }, "t" = [ [1], [\n'
        "2 ] ] }\n"
        "[[x.rows]]\nk = '#'\n[[x.rows]]\nk = 1979-05-27 07:32:00\n[x.rows.sub]\nv.w = 1\r\nlast = inf\n"
    )
    parse(text, "odd")
    lines = line_map(text)
    expected = {
        ("a", "b.c"): 1,
        ("a", "b.c", 1): 3,
        ("a", "b.c", 2): 4,
        ("x", "y z", "q", "r", "s"): 9,
        ("x", "y z", "q", "t", 1, 0): 10,
        ("x", "rows", 0, "k"): 12,
        ("x", "rows", 1): 13,
        ("x", "rows", 1, "k"): 14,
        ("x", "rows", 1, "sub", "v", "w"): 16,
        ("x", "rows", 1, "sub", "last"): 17,
    }
    assert {path: lines.get(path) for path in expected} == expected


def test_keys_of_paths() -> None:
    assert parse_key('earning.category_multipliers."a.b"') == ("earning", "category_multipliers", "a.b")
    for bad in ("", "a.", ".a", "a b", 'a."'):
        with pytest.raises(ValueError, match=f"^{re.escape(bad)}$"):
            parse_key(bad)


def test_codes_have_meanings() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code) and meaning for code, meaning in CODES.items())


def test_public_names() -> None:
    assert all(getattr(rewardsim.programme, name) is not None for name in rewardsim.programme.__all__)
    assert sorted(rewardsim.programme.__all__) == rewardsim.programme.__all__
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = rewardsim.programme.nothing
