"""The description of the service is one, and whatever fits it is answered without a failure."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from rewardsim.service.audit import contradictions
from service.shop import REWARD_MI, Client, order, service

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the tool's own dependencies
    import schemathesis

OPERATIONS = {
    ("/events", "post"), ("/quote", "post"), ("/settle", "post"), ("/bundles", "get"), ("/bundles/load", "post"),
    ("/bundles/rollback", "post"), ("/members/{member_id}", "get"), ("/members/{member_id}/explain", "get"),
    ("/shadow", "get"), ("/metrics", "get"), ("/health", "get"), ("/health/live", "get"), ("/health/ready", "get"),
}  # fmt: skip
TAKEN = {"method": "method", "url": "url", "headers": "headers", "params": "params", "json": "json", "data": "content"}
BARE = {("/bundles", "get"), ("/bundles/rollback", "post"), ("/metrics", "get")} | {
    (path, method) for path, method in OPERATIONS if path.startswith("/health")
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("described")
    with service(f"sqlite:{folder}/store.db", shadow=(REWARD_MI, f"sqlite:{folder}/shadow.db")) as made:
        made.events(order("a", member="0"))
        yield made


def described(client: Client) -> dict[str, Any]:
    said: dict[str, Any] = client.get("/openapi.json").json()
    return said


def test_every_request_is_described_with_what_it_takes_and_answers(client: Client) -> None:
    said = described(client)
    found = {(path, method) for path, methods in said["paths"].items() for method in methods}
    assert found == OPERATIONS
    for path, methods in said["paths"].items():
        for method, operation in methods.items():
            assert operation["description"], path
            assert operation["responses"]["200"]["content"], (path, method)
    assert said["components"]["schemas"]["Event"]["additionalProperties"] is False
    assert "HTTPValidationError" not in str(said)


def fuzz(client: Client, path: str, method: str, mode: schemathesis.GenerationMode, count: int) -> None:
    """Send what fits the description, or just does not; every answer must be one that is described."""
    operation = schemathesis.openapi.from_dict(described(client))[path][method.upper()]
    checks = [
        schemathesis.checks.not_a_server_error,
        schemathesis.checks.status_code_conformance,
        schemathesis.checks.content_type_conformance,
        schemathesis.checks.response_schema_conformance,
    ]

    @settings(
        max_examples=count, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: schemathesis.Case) -> None:
        said = case.as_transport_kwargs(base_url="http://testserver")
        answer = client.request(**{name: said[from_] for from_, name in TAKEN.items() if said.get(from_) is not None})
        case.validate_response(answer, checks=checks)

    send()


@pytest.mark.parametrize(("path", "method"), sorted(OPERATIONS))
def test_what_fits_the_description_is_answered(client: Client, path: str, method: str) -> None:
    fuzz(client, path, method, schemathesis.GenerationMode.POSITIVE, 15 if method == "post" else 5)
    assert contradictions(client.service.serving.now.scorer.store) == []


@pytest.mark.parametrize("path", ["/events", "/quote", "/settle", "/bundles/load"])
def test_what_does_not_fit_is_refused(client: Client, path: str) -> None:
    fuzz(client, path, "post", schemathesis.GenerationMode.NEGATIVE, 15)


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize(("path", "method"), sorted(OPERATIONS))
def test_the_same_for_longer(client: Client, path: str, method: str, mode: schemathesis.GenerationMode) -> None:
    if (path, method) in BARE and mode == schemathesis.GenerationMode.NEGATIVE:
        pytest.skip("nothing can be wrong in it")
    fuzz(client, path, method, mode, 300)
    assert contradictions(client.service.serving.now.scorer.store) == []
