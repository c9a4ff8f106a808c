"""The reduced model, defined once: what every program of this folder computes.

N members, D days. Each member has five traits, drawn once and handed to every program: ``rate``
(purchases a day), ``hazard`` (attrition a day), ``lifetime`` (exponential of mean 1), ``spend`` (mean
basket, minor units) and ``reluctance`` (log-odds of redeeming with nothing to gain).

* He comes at the beginning of the first day and leaves for good after ``lifetime / hazard`` days.
* Candidate purchases: a Poisson process of ``THINNING * rate`` a day, each with a mark u, uniform. It is
  bought if ``u * THINNING < exp(GOAL * g)``; it is *baseline* if ``u * THINNING < 1``. g is how far he is
  from the last step passed to the next one among ``STEPS``, in 0..1, where available and pending
  tokens both count; 0 beyond the last. No goal moves him once he has left.
* Basket: ``BASKETS`` is a table of quantiles of mean 1, read at a uniform number with linear interpolation,
  times ``spend``, rounded half up to minor units, at least 1.
* Checkout: t = min(available, what ``SHARE`` of the basket can take at ``VALUE`` minor units a token, rounded
  down). If t >= ``LEAST`` he redeems t with probability 1 / (1 + exp(-x)), with
  x = reluctance + REDEEM * ln(1 + available * WORTH / basket).
* The basket, tokens or not, earns ``basket // PER`` tokens, pending until delivery: on the ``DELIVERY``-th
  day after the day of purchase, at a second of that day drawn uniformly. Tokens then are available,
  and expire at the beginning of the ``LIFE``-th day after that of delivery, unless spent: lots
  are consumed earliest expiry first. Deliveries and expiries outlive the member.

Each program returns ``daily``, int64 of shape (D, columns), and what is pending and available at the
end. Luck may differ: each uses the generator natural to it. Programs may skip what cannot matter:
a mark of at least exp(GOAL) is never bought, whatever g is. What no program may do is give tokens up:
issued = redeemed + expired + pending + available, exactly, and released likewise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FIRST_DAY = 17_167  # 2017-01-01
DAYS = 730
THINNING = 4.0
GOAL = 0.25
CEILING = math.exp(GOAL)
STEPS = (1000, 2000, 3000, 4000, 5000)
PER = 1000
VALUE = 10
SHARE_BP = 2000
LEAST = 100
REDEEM = 0.8
WORTH = 8.0
DELIVERY = 4
LIFE = 365
COLUMNS = ("purchases", "baseline", "revenue", "issued", "released", "redemptions", "redeemed", "expired")
PURCHASES, BASELINE, REVENUE, ISSUED, RELEASED, REDEMPTIONS, REDEEMED, EXPIRED = range(len(COLUMNS))

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


OWN = ("rate", "hazard", "lifetime", "spend", "reluctance")


@dataclass(frozen=True)
class Traits:
    """Who the members are; one row each in every array of ``OWN``."""

    rate: Floats
    hazard: Floats
    lifetime: Floats
    spend: Floats
    reluctance: Floats
    baskets: Floats  # the table of quantiles, shared by all members

    def __len__(self) -> int:
        return len(self.rate)

    def part(self, first: int, end: int) -> Traits:
        """Return the members from ``first`` to before ``end``."""
        return Traits(*(getattr(self, name)[first:end] for name in OWN), baskets=self.baskets)


@dataclass(frozen=True)
class Outcome:
    """What a program found."""

    daily: Integers
    pending: int
    available: int

    def totals(self) -> dict[str, int]:
        """Return the sums over all days."""
        return dict(zip(COLUMNS, self.daily.sum(axis=0).tolist(), strict=True))

    def faults(self) -> list[str]:
        """Return what is not conserved, in words; nothing if all is well."""
        of = self.totals()
        left = {
            "issued": of["issued"] - of["redeemed"] - of["expired"] - self.pending - self.available,
            "released": of["released"] - of["redeemed"] - of["expired"] - self.available,
        }
        found = [f"{name}: {tokens:+,} tokens unaccounted for" for name, tokens in left.items() if tokens]
        negative = self.daily.min(initial=0) < 0 or min(self.pending, self.available) < 0
        return [*found, *(["a negative number"] if negative else [])]


def draw_traits(members: int, seed: int = 1) -> Traits:
    """Draw the members' traits: eleven purchases a year, 1,000 days in the shop, baskets of 600.00 on average."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(1.5, 0.03 / 1.5, members)
    hazard = rng.gamma(2.0, 0.001 / 2.0, members)
    lifetime = rng.exponential(1.0, members)
    spend = 60_000.0 * rng.lognormal(-0.125, 0.5, members)
    reluctance = rng.normal(-1.5, 1.0, members)
    return Traits(rate, hazard, lifetime, spend, reluctance, basket_table())


def basket_table(cells: int = 1024, shape: float = 3.0) -> Floats:
    """Return quantiles of a gamma distribution of mean 1, the last one finite, scaled back to mean 1."""
    from scipy.special import gammaincinv

    at = np.linspace(0.0, 1.0, cells + 1)
    at[-1] = 1.0 - 0.25 / cells
    table = gammaincinv(shape, at) / shape
    return table / ((table[1:] + table[:-1]) / 2).mean()


def save(traits: Traits, folder: Path) -> None:
    """Write each array as raw numbers, for programs in any language."""
    for name, array in vars(traits).items():
        array.tofile(folder / f"{name}.f64")


def load(folder: Path, members: int) -> Traits:
    """Read the first members back."""
    names = Traits.__dataclass_fields__
    counts = {name: -1 if name == "baskets" else members for name in names}
    return Traits(**{name: np.fromfile(folder / f"{name}.f64", np.float64, counts[name]) for name in names})


def expected_baseline(traits: Traits, days: int = DAYS) -> float:
    """Return the mean of the baseline purchases, which is their variance too: they are Poisson."""
    return float((traits.rate * np.minimum(traits.lifetime / traits.hazard, days)).sum())
