"""The sections response and correlation: traits that decide how a programme moves a member."""

from __future__ import annotations

from pydantic import model_validator

from rewardsim.population.quantities import Coefficient, LogOdds, Mean, Shape, Spread, Weeks
from rewardsim.programme.units import Share, Table, fault
from rewardsim.rules.records import BP


class Reluctance(Table):
    """Log-odds of paying with tokens when they are worth nothing; normal across members."""

    mean: LogOdds = -2.2
    """Mean."""
    sd: Spread = 1.2
    """Standard deviation."""


class Patience(Table):
    """Days after which waiting halves the worth of a reward; lognormal across members."""

    median_days: Weeks = 90.0
    """Median."""
    spread: Spread = 0.8
    """Standard deviation of the logarithm."""


class Invites(Table):
    """Invitations a member sends in 30 days; gamma across members."""

    mean: Mean = 0.3
    """Mean."""
    shape: Shape | None = None
    """Shape; the same for everybody if left out."""


class Propensity(Table):
    """Share of a member's visits on which he does something; beta across members."""

    share: Share = 0
    """Mean share."""
    concentration: Shape | None = None
    """How alike members are in it: a + b; the same for everybody if left out."""


class Response(Table):
    """Traits that decide how the programme moves a member."""

    goal_share: Share = BP
    """Share of members whom goals move at all."""
    reluctance: Reluctance = Reluctance()
    """Reluctance to pay with tokens."""
    patience: Patience = Patience()
    """Patience with rewards that must be saved for."""
    invites: Invites = Invites()
    """Invitations."""
    shares: Propensity = Propensity(share="10%")  # type: ignore[arg-type]
    """Sharing, on a visit."""
    posts: Propensity = Propensity(share="5%")  # type: ignore[arg-type]
    """Posting for a draw, on a visit."""


class Correlation(Table):
    """Correlations of normal scores (Gaussian copula)."""

    rate_spend: Coefficient = 0.0
    """Between how often and how much members buy."""
    rate_enrolment: Coefficient = 0.0
    """Between how often they buy and how readily and soon they enrol."""
    spend_enrolment: Coefficient = 0.0
    """Between how much they buy and how readily and soon they enrol."""
    rate_goal: Coefficient = 0.0
    """Between how often they buy and whether goals move them; below 0 where heavy buyers do not change (Liu 2007)."""

    @model_validator(mode="after")
    def possible(self) -> Correlation:
        """The first three fit together: their matrix is positive definite."""
        a, b, c = self.rate_spend, self.rate_enrolment, self.spend_enrolment
        if 1 + 2 * a * b * c - a * a - b * b - c * c <= 1e-9:
            raise fault(
                "inconsistent",
                "correlations whose matrix is positive definite",
                "bring one of them closer to the product of the other two",
                found=f"{a:g}, {b:g} and {c:g}, which no three quantities can have",
            )
        return self
