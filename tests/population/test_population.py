"""The population as an object: the shipped files, variants, keys, hints, schema."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rewardsim.behaviour.parameters import PARAMETERS, PRESETS
from rewardsim.behaviour.records import Habits, Person
from rewardsim.population import (
    Population,
    PopulationError,
    load_population,
    parse_population,
    population_schema,
    schema_text,
)
from rewardsim.programme import Programme, ProgrammeError

from .conftest import FIRST, HEAD, LAST, POPULATIONS, REST, tiny

FILES = sorted(POPULATIONS.glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_files_load_and_mean_what_they_say(path: Path) -> None:
    population = load_population(path)
    assert population.id == path.stem
    assert population.text == path.read_text(encoding="utf-8")
    assert population.lint() == ()
    assert population.assumptions
    said = [line for line in population.text.splitlines() if "=" in line and not line.startswith(("#", "  "))]
    figures = [line for line in said if any(letter.isdigit() for letter in line.partition("=")[2])]
    plain = ("schema", "id =", "name", "period")
    silent = [line for line in figures if "#" not in line and not line.startswith(plain)]
    # a section's comment holds for its lines, a level of 1 needs none
    assert {line.split(" ")[0] for line in silent} <= {"months", "weekdays", "weight", "factor", "ends", "preset"}


def test_the_reference_population(india: Population, reward_mi: Programme) -> None:
    assert (india.id, india.currency, india.members) == ("india-2017", "INR", 20_000)
    assert (india.starts, india.until) == (date(2017, 6, 15), date(2018, 12, 31))
    assert india.starts == reward_mi.starts
    assert (india.preset, india.margin_bp) == ("conservative", 872)
    assert india.lint(reward_mi) == ()


def test_the_published_population(cdnow: Population) -> None:
    assert (cdnow.currency, cdnow.members, cdnow.margin_bp) == ("USD", 2357, None)
    assert cdnow.tables(None, FIRST, LAST)["category_names"] == ["music"]


def test_margins_weigh_by_revenue() -> None:
    rows = [{"id": "a", "weight": 3, "margin": "10%"}, {"id": "b", "weight": 1, "factor": 2, "margin": "20%"}]
    assert tiny().vary({"categories": rows}).margin_bp == 1400


# Behaviour.


def test_habits_are_defaults_then_preset_then_the_file() -> None:
    assert set(PARAMETERS) <= {field.name for field in fields(Habits)}
    for preset in PRESETS:
        values = tiny(f'[behaviour]\npreset = "{preset}"\ntoken_worth = 0.9\n').habits_values()
        defaults = {name: one.default for name, one in PARAMETERS.items()}
        assert values == defaults | PRESETS[preset] | {"token_worth": 0.9}
        Habits(**values)
    assert tiny().preset == "conservative"
    assert tiny("[behaviour]\ngoal = 0\n").habits_values()["goal"] == 0.0
    assert all(type(value) is float for value in tiny("[behaviour]\ngoal = 0\n").habits_values().values())


# Variants and keys.


def test_variants(india: Population) -> None:
    other = india.vary(
        {
            "purchases.alpha_weeks": 12.5,
            'channels."mi.com".weight': 3,
            "season.windows.diwali-2017.factor": Decimal("2.25"),
            "season.windows.new-year-2018": None,
            "categories.tv": {"weight": 2, "factor": 2, "margin": "5%"},
            "behaviour.goal": 0.1,
            "population.until": date(2018, 6, 30),
        }
    )
    assert other.file.purchases.alpha_weeks == 12.5
    assert [row.weight for row in other.file.channels] == [3.0, 55.0]
    assert [row.id for row in other.file.season.windows] == ["diwali-2017", "fan-festival", "diwali-2018"]
    assert other.file.season.windows[0].factor == 2.25
    assert [row.id for row in other.file.categories] == ["phone", "accessory", "ecosystem", "tv"]
    assert other.habits_values()["goal"] == 0.1
    assert other.until == date(2018, 6, 30)
    assert india.file.purchases.alpha_weeks == 17, "the population itself does not change"
    assert other.source.name.endswith("india-2017.toml (varied)")
    assert other.vary({"purchases.r": 1}).source.name == other.source.name


def test_first_rows_may_be_added() -> None:
    window = {"starts": date(2020, 5, 1), "ends": date(2020, 5, 3), "factor": 2}
    rows = [{"id": "a", "weight": 1}]
    other = tiny().vary({"season.windows.sale": window, "worths.f-code": "5.00", "categories": rows})
    assert [row.id for row in other.file.season.windows] == ["sale"]
    assert other.file.worths == {"f-code": 500}
    assert [row.id for row in other.file.categories] == ["a"]
    assert other.vary({"season.windows.sale": window | {"factor": 3}}).file.season.windows[0].factor == 3


def test_a_variant_is_a_file_that_loads_again(india: Population) -> None:
    other = india.vary({"purchases.alpha_weeks": 1e-3 + 12, "behaviour.goal": 1e-5, "population.members": 7})
    again = parse_population(other.text)
    assert again == other
    assert again.key == other.key
    assert parse_population(india.vary({}).text) == india


def test_the_key_is_what_is_said_not_how(india: Population) -> None:
    text = india.text
    assert parse_population(text.replace("# assumed", "# guessed")).key == india.key
    assert parse_population(text.replace("r = 0.553 ", "r = 5.53e-1 ")).key == india.key
    assert parse_population(text.replace('name = "Mi.com, India, 2017"', 'name = "x"')).key == india.key
    for path, value in {
        "purchases.r": 0.554,
        "population.until": date(2018, 12, 30),
        "behaviour.preset": "reference",
        "season.months.jan": 1.1,
        "worths.x": "5.00",
        "basket.v": "9975.01",
    }.items():
        other = india.vary({path: value})
        assert (other.key != india.key, other.hash != india.hash, other != india) == (True, True, True), path


def test_what_a_preset_says_is_part_of_the_key(india: Population) -> None:
    spelled = india.vary({f"behaviour.{name}": value for name, value in PRESETS["conservative"].items()})
    assert spelled.key == india.key


def test_renamed_categories_match_other_programmes(india: Population) -> None:
    other = parse_population(india.text.replace('"accessory"', '"gadget"'))
    assert (other.hash, other.key == india.key) == (india.hash, False)
    renamed = parse_population(india.text.replace('"diwali-2017"', '"lights"'))
    assert renamed.key == india.key


def test_populations_in_sets(india: Population) -> None:
    assert len({india, parse_population(india.text), india.vary({"population.members": 5})}) == 2
    assert india != india.text
    assert len(india.key) == len(india.hash) == 64


# How it shows itself.


def test_how_it_shows_itself(india: Population) -> None:
    assert repr(india) == f"<Population india-2017 INR 20000 members from 2017-06-15, {india.hash[:12]}>"
    html = india.vary({"population.name": "<b>"})._repr_html_()
    assert "&lt;b&gt; (india-2017)" in html
    assert "<b>" not in html
    assert "phone, accessory, ecosystem" in html


def test_memory_is_that_of_the_rows(india: Population) -> None:
    people, _ = india.people(None, 1000, 1, 0, FIRST, LAST)
    assert india.memory_bytes(1000) == people.nbytes
    assert india.memory_bytes() == 20 * india.memory_bytes(1000)
    assert people.dtype.itemsize == 8 * len(fields(Person))


def test_loading_a_population_is_light() -> None:
    code = (
        "import sys; from rewardsim.population import load_population;"
        f"load_population({str(FILES[0])!r}).habits_values();"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    root = POPULATIONS.parents[1]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert not {"numpy", "scipy", "pandas", "numba"} & set(done.stdout.split())


# Hints.


def said(population: Population, programme: Programme | None = None) -> list[str]:
    return [str(hint).partition(": ")[2] for hint in population.lint(programme)]


def test_hints() -> None:
    text = (
        "[season]\nmonths = { jan = 3 }\n"
        "[[season.windows]]\nid = 'late'\nstarts = 2021-01-01\nends = 2021-02-01\nfactor = 2\n"
        "[enrolment]\nexisting = { share = '0%' }\narriving = { share = '0%' }\n"
        "[[categories]]\nid = 'none'\nweight = 0\n[[channels]]\nid = 'unused'\nweight = 0\n"
    )
    assert said(tiny(text).vary({"basket.q": 1.5})) == [
        "basket.q: at 2 or less mean baskets have no variance: a few members decide all totals",
        "categories.none.weight: never bought",
        "channels.unused.weight: never used",
        "enrolment: nobody enrols: no programme can have an effect",
        "season: the first year's mean factor is 1.17: volume is not that of [purchases]",
        "season.windows.late: lies outside the population's days",
    ]


def test_hints_about_a_programme(india: Population, reward_mi: Programme) -> None:
    rows = {"categories.accessory": None, 'channels."mi.com"': None, "channels.shop": {"weight": 1}}
    other = india.vary(rows | {"worths": {"f-code": "5.00"}})
    assert said(other, reward_mi) == [
        "categories: the programme speaks of accessory; the population has phone, ecosystem",
        "channels: the programme speaks of mi.com; the population has shop",
        "worths: the code f-code-redmi-note-4 is worth nothing to members: none will be asked for",
        "worths.f-code: the programme has no such code",
    ]


def test_a_hint_has_its_line() -> None:
    text = HEAD + REST + "[season]\nmonths = { jan = 3 }\n"
    (hint,) = parse_population(text, "t.toml").lint()
    assert str(hint).startswith(f"t.toml:{text[: text.index('[season]')].count(chr(10)) + 1}: season: ")


# Schema.

VALIDATOR = Draft202012Validator(population_schema())


def plain(value: Any) -> Any:
    """TOML values as JSON has them."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_schema_takes_the_shipped_files(path: Path) -> None:
    Draft202012Validator.check_schema(population_schema())
    assert list(VALIDATOR.iter_errors(plain(tomllib.loads(path.read_text(encoding="utf-8"))))) == []


@pytest.mark.parametrize(
    "text",
    [
        "nonsense = 1\n" + HEAD + REST,
        HEAD + REST + "[behaviour]\ngaol = 1\n",
        HEAD + REST + "[behaviour]\ngoal = 5\n",
        HEAD + REST + "[behaviour]\npreset = 'x'\n",
        HEAD + REST + "[arrival]\nexisting = 0.5\n",
        HEAD + REST + "[correlation]\nrate_spend = 1\n",
        HEAD + REST.replace("0.553", "-1"),
        HEAD + REST.replace("id = \"all\"\n", ""),
        HEAD.replace("members = 100", "members = 0") + REST,
    ],
)
def test_the_schema_refuses_what_a_schema_can_refuse(text: str) -> None:
    assert not VALIDATOR.is_valid(plain(tomllib.loads(text)))
    with pytest.raises(PopulationError):
        parse_population(text)


def test_every_key_is_described() -> None:
    schema = population_schema()
    tables = [schema, schema["properties"]["behaviour"], *schema["$defs"].values()]
    missing = [
        key
        for table in tables
        for key, part in table.get("properties", {}).items()
        if "description" not in part and "$ref" not in part
    ]
    assert missing == []
    assert json.loads(schema_text()) == schema


def test_an_error_is_one_of_programmes() -> None:
    assert issubclass(PopulationError, ProgrammeError)
    assert issubclass(PopulationError, ValueError)
