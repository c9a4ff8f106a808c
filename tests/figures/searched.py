"""Small tables as sweeps and searches have them: three scenarios, two factors, seven trials."""

from __future__ import annotations

import pandas as pd

FIRST = pd.Timestamp("2017-06-01")
RATE, SHARE = "programme.earning.purchase.rate", "programme.redemption.share"


def searched() -> dict[str, pd.DataFrame]:
    """The tables by name."""
    return {
        "swp_effects": effects(),
        "swp_swings": swings(),
        "swp_periods": periods(),
        "swp_sobol": sobol(),
        "swp_morris": morris(),
        "swp_trials": trials(),
        "swp_samples": samples(),
    }


def effects() -> pd.DataFrame:
    """Two scenarios against the base: one that gains 1,500.00 for certain, one that perhaps loses 200.00."""
    rows = [
        ("base", "", 9_000_000.0, 8_900_000.0, 9_100_000.0),
        ("eight", "base", -20_000.0, -60_000.0, 20_000.0),
        ("five", "base", 150_000.0, 100_000.0, 200_000.0),
    ]
    table = pd.DataFrame(rows, columns=["scenario", "against", "estimate", "simultaneous_low", "simultaneous_high"])
    return table.assign(measure="net", unit="money", replicates=4)


def swings() -> pd.DataFrame:
    """The rate moves the measure by -300.00 to 500.00, the share by -10.00 to 20.00."""
    rows = [
        (SHARE, "low", "10%", -1_000.0, -1_500.0, -500.0),
        (SHARE, "high", "50%", 2_000.0, 1_000.0, 3_000.0),
        (RATE, "low", "5%", 50_000.0, 45_000.0, 55_000.0),
        (RATE, "high", "12%", -30_000.0, -36_000.0, -24_000.0),
    ]
    table = pd.DataFrame(rows, columns=["factor", "side", "level", "estimate", "low", "high"])
    return table.assign(measure="net", unit="money", replicates=4)


def periods() -> pd.DataFrame:
    """Three months of two scenarios; the second loses what the first gains."""
    rows = [
        (name, FIRST + pd.DateOffset(months=k), sign * 10_000.0 * k)
        for name, sign in (("five", 1), ("eight", -1))
        for k in range(3)
    ]
    table = pd.DataFrame(rows, columns=["scenario", "from", "estimate"])
    table = table.assign(low=table["estimate"] - 500, high=table["estimate"] + 500)
    return table.assign(measure="net", unit="money", replicates=4)


def sobol() -> pd.DataFrame:
    """The rate decides nearly all, half of it together with the share."""
    rows = [
        (SHARE, "first", 0.05, 0.0, 0.1), (SHARE, "total", 0.5, 0.4, 0.6),
        (RATE, "first", 0.45, 0.4, 0.5), (RATE, "total", 0.9, 0.8, 1.0),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["factor", "index", "estimate", "low", "high"])
    return table.assign(measure="net", unit="money")


def morris() -> pd.DataFrame:
    """The rate moves the answer by 900 over its range, the share by 100."""
    rows = [
        (SHARE, "mu_star", 100.0), (SHARE, "mu", -100.0), (SHARE, "sigma", 10.0),
        (RATE, "mu_star", 900.0), (RATE, "mu", 900.0), (RATE, "sigma", 300.0),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["factor", "index", "estimate"])
    return table.assign(measure="net", unit="money", low=0.0, high=1_000.0)


def trials() -> pd.DataFrame:
    """Trial 0 is the programme as it is; 1 breaks a constraint; 3, 5 and 6 are the front; 5 is recommended."""
    rows = [
        (0, None, 40, 9_000_000, 500_000, True, False, "shipped"),
        (1, "12%", 50, 9_900_000, 900_000, False, False, ""),
        (2, "6%", 40, 9_100_000, 450_000, True, False, ""),
        (3, "5%", 40, 9_200_000, 400_000, True, True, ""),
        (4, "5.5%", 30, 9_050_000, 420_000, True, False, "leader"),
        (5, "7%", 30, 9_400_000, 460_000, True, True, "recommended"),
        (6, "10%", 20, 9_500_000, 480_000, True, True, ""),
    ]
    return pd.DataFrame(rows, columns=["trial", RATE, SHARE, "net", "liability", "feasible", "front", "role"])


def samples() -> pd.DataFrame:
    """Three samples of an assumption: better, worse, and neither."""
    rows = [
        (0, 0.2, 50_000.0, 40_000.0, 60_000.0),
        (1, 0.9, -20_000.0, -25_000.0, -15_000.0),
        (2, 0.5, 3_000.0, -1_000.0, 7_000.0),
    ]
    table = pd.DataFrame(rows, columns=["sample", "population.behaviour.incremental", "gain", "gain_low", "gain_high"])
    return table.assign(measure="net", goal="maximise", replicates=4)
