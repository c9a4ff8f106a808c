"""A crowd without peculiarities, a club that gives next to nothing, and CDNOW's customers: ground for closed forms."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from rewardsim.population import Population, load_population, parse_population
from rewardsim.programme import Programme, parse_programme

DATA = Path(__file__).resolve().parents[2] / "data"

CROWD = """
schema = 1
[population]
id = "crowd"
name = "A crowd"
currency = "EUR"
members = 1000
starts = 2020-01-01
until = 2029-12-31
[arrival]
pattern = "at_once"
[purchases]
per_week = 1
[basket]
amount = "10.00"
[[categories]]
id = "thing"
weight = 1
[[channels]]
id = "web"
weight = 1
[response]
invites = { mean = 0 }
shares = { share = "0%" }
posts = { share = "0%" }
[referral]
pool = 0
[cohorts]
by = "kind"
[behaviour]
preset = "no_response"
"""

CLUB = """
schema = 1
[programme]
id = "club"
name = "Club"
currency = "EUR"
timezone = "UTC"
token = { name = "point" }
starts = 2020-01-01
"""
WELCOME = "[earning.welcome]\ntokens = 1\n"
# one for each basket of the crowd
STAMPS = '[earning.purchase]\nrate = { tokens = 1, per = "10.00" }\nbasis = "gross"\n'

PARETO = {"r": 0.5533, "alpha_weeks": 10.5776, "s": 0.6062, "beta_weeks": 11.6679}  # weeks


def crowd(**changes: Any) -> Population:
    """The crowd, with values changed by dotted path (dots as double underscores)."""
    found = parse_population(CROWD, "crowd.toml")
    return found.vary({name.replace("__", "."): value for name, value in changes.items()}) if changes else found


def club(*sections: str) -> Programme:
    """The club with sections of TOML added."""
    return parse_programme(CLUB + "\n".join(sections), "club.toml")


def cdnow(**changes: Any) -> Population:
    """CDNOW's customers, but all come at once and nothing the programme does moves them."""
    found = load_population(DATA / "populations" / "cdnow.toml")
    plainly = {"arrival": {"pattern": "at_once"}, "response.invites": {"mean": 0}}
    plainly |= {"behaviour": {"preset": "no_response"}}
    plainly |= {"population.currency": "EUR", "cohorts": {"by": "kind"}, "referral": {"pool": 0}}
    plainly |= {"population.starts": date(2020, 1, 1), "population.until": date(2029, 12, 31)}
    return found.vary(plainly | {name.replace("__", "."): value for name, value in changes.items()})


def pareto(**changes: Any) -> Population:
    """CDNOW's customers with the parameters the golden cases were computed for."""
    said = {f"purchases__{name}": PARETO[name] for name in ("r", "alpha_weeks")}
    return cdnow(**said, **{f"lifetime__{name}": PARETO[name] for name in ("s", "beta_weeks")}, **changes)


def expected_purchases(weeks: float, r: float, alpha_weeks: float, s: float, beta_weeks: float) -> float:
    """Return E[X(t)] of the Pareto/NBD (Schmittlein, Morrison & Colombo 1987)."""
    return r * beta_weeks / (alpha_weeks * (s - 1)) * (1 - (beta_weeks / (beta_weeks + weeks)) ** (s - 1))
