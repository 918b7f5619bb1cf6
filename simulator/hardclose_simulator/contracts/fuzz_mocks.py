"""The mock systems as a fuzzer wants them: on loopback, without faults and limits, in a business time that stands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from hardclose_mocks.clock import HostClock
from hardclose_mocks.control import PREFIX, control_application
from hardclose_mocks.dialects.neutral.description import examples
from hardclose_mocks.dialects.neutral.wire.sources import RequisitionIn
from hardclose_mocks.faults.plan import Plan
from hardclose_mocks.history.store import SqliteStore, Store
from hardclose_mocks.kernel.commands import ApproveRequisition, SubmitRequisition
from hardclose_mocks.pace import REAL
from hardclose_mocks.server.credentials import PERSON, Credentials
from hardclose_mocks.server.inprocess import InProcessTransport
from hardclose_mocks.server.listen import Listener
from hardclose_mocks.server.sandbox import SYSTEMS, Sandbox, Setup
from hardclose_mocks.server.world import World
from hardclose_simulator.contracts.fuzz_brief import Brief, Login
from hardclose_simulator.contracts.fuzzing import Target
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.scenario import load

SCENARIO, SEED = "month-end", 1
APPROVER = "DE01-lead1"
"""Next in the chain of everybody in the examples."""
PLACEHOLDER = "as `hardclose env` prints it"


class _Begun(World):
    """Opens with an approved requisition: goods, invoices and accruals of the examples are about it, and a flow that
    has to file and approve one first is at its end before they come."""

    async def open(self, setup: Setup, store: Store | None = None) -> Sandbox:
        return await self.begun(await super().open(setup, store))

    async def begun(self, sandbox: Sandbox) -> Sandbox:
        filed = RequisitionIn.model_validate(next(iter(examples.REQUISITIONS.values()))).command()
        for command, person in (
            (filed, filed.requester),
            (SubmitRequisition(filed.number), filed.requester),
            (ApproveRequisition(filed.number, APPROVER), APPROVER),
        ):
            await sandbox.act("procurement", command, f"{PERSON}{person}")
        return sandbox


@asynccontextmanager
async def fuzzable_mocks(*, begun: bool = True) -> AsyncIterator[dict[str, str]]:
    """Addresses by name, `control` among them. Webhooks are delivered to nobody: a fuzzer subscribes any address.
    Begun, the requisition of the examples is approved."""
    # Tokens of pace `ci` die after seconds; here every second of the fuzzer would be spent on new ones.
    setup = replace(from_scenario(load(SCENARIO), SEED, "T0").setup, plan=Plan(SEED), pace=REAL, rate=0.0)
    with TemporaryDirectory(prefix="hardclose-fuzzed-") as folder:
        stores = count()
        # On disk, as in earnest: what a store cannot keep is a crash too.
        world = (_Begun if begun else World)(
            setup,
            HostClock(),
            lambda: SqliteStore(Path(folder) / f"{next(stores)}.sqlite"),
            transport=InProcessTransport({}),
        )
        if isinstance(world, _Begun):
            await world.begun(world.sandbox)
        async with _listening(world) as urls:
            yield urls


@asynccontextmanager
async def _listening(world: World) -> AsyncIterator[dict[str, str]]:
    urls: dict[str, str] = {}
    applications = {name: world.application(name) for name in SYSTEMS}
    listener = Listener({"control": control_application(world, urls), **applications}, {})
    urls |= listener.urls
    world.sandbox.enter("play")
    await listener.start()
    world.sandbox.start()
    try:
        yield urls
    finally:
        await listener.stop()
        await world.sandbox.stop()
        world.sandbox.history.close()


def target(system: str, urls: dict[str, str]) -> Target:
    """One of them, with the integration's login, a person's where people act, and its books."""
    credentials, base = Credentials(), urls[system]
    login = Login(
        token_url=f"{base}/oauth/token",
        client_id=credentials.client_id(system),
        client_secret=credentials.client_secret(system),
    )
    return Target(
        system,
        f"{base}/openapi.json",
        brief=Brief(
            login=login,
            people=replace(login, client_id=PERSON + APPROVER, client_secret=credentials.person_secret()),
            books=f"{urls['control']}{PREFIX}/books/{system}",
            reset=f"{urls['control']}{PREFIX}/reset",
            closed_bodies=True,
            placed={PLACEHOLDER: login.client_secret},
        ),
    )
