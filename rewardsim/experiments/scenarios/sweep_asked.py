"""What a sweep file asks of its scenarios: measures, precision, the best, guards, and what drives the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rewardsim.economics.guards import Guard
from rewardsim.programme.faults import Fault, show
from rewardsim.programme.source import Key, Source
from rewardsim.rules.records import BP

from .designs import power_of_two, twice
from .factors import Factor
from .plan import Best, Precision, SensitivityPlan
from .rows import Units, factors_of, guards_of
from .scenario import Builder
from .sweep_design import Days, days_outside
from .sweep_model import LIVES_MAX, BestTable, DesignTable, PrecisionTable, SensitivityTable, SettingTable
from .toml_file import replaced, usable

ANSWERS: Key = ("sensitivity", "factors")


@dataclass(frozen=True)
class Asking:
    """A document that asks, what its words mean, and the faults found so far."""

    source: Source
    terms: Units
    names: tuple[str, ...]
    """Names of all scenarios, the base first."""
    factors: tuple[Factor, ...]
    """Those of the design."""
    builder: Builder | None
    faults: list[Fault]

    def section(self, name: str, model: Any) -> Any:
        """A section in its form; None where it is not there or its form is wrong."""
        return usable(model, self.source.document[name]) if name in self.source.document else None

    def wrong(self, path: Key, code: str, found: str, allowed: str, todo: str) -> None:
        """Add a fault."""
        self.faults.append(self.source.fault(path, code, found, allowed, todo))

    def amount(self, section: str, key: str, measure: str, value: Any) -> float | None:
        """A number above 0 in a measure's unit; adds what is wrong with either."""
        asked = self.terms.measure(self.source, (section, "measure"), measure, self.faults)
        if asked is None or value is None:
            return None
        found = self.terms.limit(self.source, (section, key), asked, value, self.faults)
        if found is not None and found <= 0:
            self.wrong((section, key), "out-of-range", show(value), "more than 0", "write a larger number")
        return None if found is None else float(found)


def asked_of(asking: Asking, days: Days) -> dict[str, Any]:
    """Measures, precision, best, guards and sensitivity of a plan, by name; adds what is wrong with them."""
    document = asking.source.document
    if "precision" in document and "best" in document:
        allowed, todo = "one rule for the number of replicates", "remove [precision] or [best]"
        asking.wrong(("best",), "either-or", "[precision] and [best]", allowed, todo)
    return {
        "measures": measures_of(asking, "sweep", SettingTable),
        "precision": precision_of(asking),
        "best": best_of(asking),
        "guards": guards(asking),
        "sensitivity": sensitivity_of(asking, days),
    }


def measures_of(asking: Asking, section: str, model: Any) -> tuple[str, ...]:
    """The measures a section lists."""
    table = asking.section(section, model)
    names = table.measures if table else []
    for number, name in enumerate(names):
        asking.terms.measure(asking.source, (section, "measures", number), name, asking.faults)
    return tuple(names)


def precision_of(asking: Asking) -> Precision | None:
    """When an effect is known precisely enough."""
    table: PrecisionTable | None = asking.section("precision", PrecisionTable)
    if table is None:
        return None
    relative = None if table.relative is None else table.relative / BP
    absolute = asking.amount("precision", "absolute", table.measure, table.absolute)
    if (table.relative is None) == (table.absolute is None):
        found = "neither" if table.relative is None else "both"
        asking.wrong(("precision",), "either-or", found, "`relative` or `absolute`", "give one of the two")
    if relative == 0:
        asking.wrong(("precision", "relative"), "out-of-range", '"0%"', 'more than "0%"', "write a larger share")
    _replicates(asking, "precision", table.replicates_max)
    return Precision(table.measure, relative, absolute, table.replicates_max)


def best_of(asking: Asking) -> Best | None:
    """Which scenario is best."""
    table: BestTable | None = asking.section("best", BestTable)
    if table is None:
        return None
    indifference = asking.amount("best", "indifference", table.measure, table.indifference)
    if table.method == "kn" and table.indifference is None:
        allowed, todo = "`indifference` for kn", "say which difference does not matter, or choose ocba"
        asking.wrong(("best",), "missing", "no such key", allowed, todo)
    if not BP // 2 < table.level < BP:
        allowed = 'a share above "50%" and below "100%"'
        asking.wrong(("best", "level"), "out-of-range", f'"{table.level / 100:g}%"', allowed, "correct the share")
    if len(asking.names) < 2:
        asking.wrong(("best",), "missing", "the base alone", "two scenarios or more", "add [[scenarios]] or a [design]")
    _replicates(asking, "best", table.replicates_max)
    return Best(table.measure, table.method, indifference, table.level / BP, table.replicates_max)


def _replicates(asking: Asking, section: str, most: int) -> None:
    """Add a fault where a rule may not have as many replicates as the sweep begins with."""
    table: SettingTable | None = asking.section("sweep", SettingTable)
    if table is not None and most < table.replicates:
        allowed = f"{table.replicates} or more, the sweep's `replicates`"
        asking.wrong((section, "replicates_max"), "inconsistent", f"{most}", allowed, "raise it, or lower the other")


def guards(asking: Asking) -> tuple[Guard, ...]:
    """What must not be exceeded or fallen short of."""
    return tuple(guards_of(asking.source, ("guards",), asking.terms, asking.faults, asking.names))


def sensitivity_of(asking: Asking, days: Days) -> SensitivityPlan | None:
    """Which assumption drives the answer; the factors are the design's where it has none of its own."""
    own = factors_of(asking.source, ANSWERS, asking.builder, asking.faults)
    asking.faults.extend(days_outside(asking.source, ANSWERS, own, days))
    table: SensitivityTable | None = asking.section("sensitivity", SensitivityTable)
    if table is None:
        return None
    measures = measures_of(asking, "sensitivity", SensitivityTable)
    factors = tuple(own) if table.factors else asking.factors
    asking.faults.extend(replaced(twice(own), asking.source, ANSWERS))
    design = asking.section("design", DesignTable)
    # as written: factors that cannot be used are told at their own lines
    written = table.factors or (design.factors if design else ())
    if len(written) < 2:
        allowed, todo = "two factors or more", "add [[sensitivity.factors]]"
        asking.wrong(("sensitivity",), "missing", f"{len(written)} factor(s)", allowed, todo)
    if table.method == "sobol":
        asking.faults.extend(replaced(power_of_two(table.samples, ""), asking.source, ("sensitivity", "samples")))
    points = table.samples * (len(factors) + (2 if table.method == "sobol" else 1))
    if points > LIVES_MAX:
        allowed, todo = f"at most {LIVES_MAX:,}", "lower `samples`, or take fewer factors"
        asking.wrong(("sensitivity", "samples"), "too-many", f"{points:,} scenarios", allowed, todo)
    return SensitivityPlan(table.method, table.samples, measures, factors)
