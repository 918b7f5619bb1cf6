"""Provider states that no business person makes: limits, outages, tokens, who calls, and what is sent twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hardclose_mocks.faults.plan import Plan, Rule
from hardclose_mocks.server.credentials import INTEGRATION
from hardclose_mocks.server.sandbox import SYSTEMS, Setup
from hardclose_simulator.contracts.sentences import StateError
from hardclose_simulator.contracts.stage import Stage, Values


async def nothing(_: Stage) -> Values:
    """No documents, and the documented masters: what every interaction begins with anyway."""
    return {}


def with_limit(setup: Setup) -> Setup:
    return _planned(
        setup,
        [Rule(f"limit.{name}", "F10", name, parameters={"rate_per_s": 0.1, "burst": 1.0}) for name in SYSTEMS],
    )


async def exhausted_limit(stage: Stage) -> Values:
    """The integration has used up its calls of every system, and is told to wait."""
    for name, system in stage.sandbox.systems.items():
        limiter, client = system.limiter, stage.sandbox.setup.credentials.client_id(name)
        assert limiter is not None, "the sandbox opened with a limit"
        while limiter.admit(client, stage.sandbox.wire.ns()) is None:
            pass
    return {}


def with_outage(setup: Setup, *, seconds: int = 2) -> Setup:
    """Every call of the integration is answered 503, with a Retry-After of so many seconds."""
    rules = [Rule(f"outage.{name}", "F07", name, parameters={"retry_after_s": float(seconds)}) for name in SYSTEMS]
    return _planned(setup, rules)


async def expired_token(stage: Stage) -> Values:
    """The bearer token that the request brings is not valid any more."""
    stage.expired = True
    return {}


async def wrong_client(stage: Stage) -> Values:
    """The client secret that the request brings to the token endpoint is wrong."""
    stage.wrong_client = True
    return {}


async def lost_answer(stage: Stage) -> Values:
    """This very request was sent, carried out and answered before, and the answer was lost on the way."""
    stage.again = True
    return {}


async def caller(stage: Stage, *, person: str) -> Values:
    """The request is made by that person instead of the integration; `integration` is the integration."""
    if person != INTEGRATION and all(one.id != person for one in stage.master.people):
        raise StateError(f"there is no person {person}; there are {_some([one.id for one in stage.master.people])}")
    stage.caller = person
    return {}


async def subscription(stage: Stage, *, url: str, system: str = "erp") -> Values:
    """Webhooks of that system go to `url`; `id` is the subscription's. Nobody needs to listen there."""
    if system not in SYSTEMS:
        raise StateError(f"no system '{system}'; there are {', '.join(SYSTEMS)}")
    return {"id": stage.sandbox.subscriptions.create(system, url, ("*",))["id"]}


def _planned(setup: Setup, rules: Sequence[Rule]) -> Setup:
    return replace(setup, plan=Plan(setup.plan.seed, (*setup.plan.rules, *rules)))


def _some(names: Sequence[str]) -> str:
    return f"{', '.join(names[:6])}, ..." if len(names) > 6 else ", ".join(names)
