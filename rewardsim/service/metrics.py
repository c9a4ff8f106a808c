"""What Prometheus is told: how much, how fast, what went wrong, and how far a second bundle differs."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

disable_created_metrics()
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Metrics:
    """The figures of one service."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self.requests = Counter("rewardsim_requests", "Requests", ["route", "status"], registry=registry)
        self.seconds = Histogram(
            "rewardsim_request_seconds", "Time of a request", ["route"], buckets=SECONDS, registry=registry
        )
        self.events = Counter("rewardsim_events", "Events by outcome", ["outcome"], registry=registry)
        self.tokens = Counter("rewardsim_tokens", "Tokens moved to an account", ["target"], registry=registry)
        self.store_errors = Counter("rewardsim_store_errors", "Answers the store gave not", ["code"], registry=registry)
        self.limited = Counter("rewardsim_limited", "Requests over the limit", ["key"], registry=registry)
        self.in_flight = Gauge("rewardsim_in_flight", "Requests being answered", registry=registry)
        self.bundle = Gauge("rewardsim_bundle", "Bundle that answers", ["hash", "version"], registry=registry)
        self.swaps = Counter("rewardsim_bundle_changes", "Bundles taken into service", ["how"], registry=registry)
        self.shadowed = Counter("rewardsim_shadow_events", "Events in the shadow", ["result"], registry=registry)
        self.differences = Counter("rewardsim_shadow_differences", "Differences", ["kind"], registry=registry)

    def text(self) -> bytes:
        """Return everything as Prometheus reads it."""
        return generate_latest(self._registry)

    def serving(self, bundle: str, version: str) -> None:
        """Say which bundle answers from now on."""
        self.bundle.clear()
        self.bundle.labels(bundle, version).set(1)
