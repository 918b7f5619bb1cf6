"""The integration that stands against a sandbox worked by hand: started, told of events, drained, audited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hardclose_mocks.clock import NS
from hardclose_mocks.control import harness_version
from hardclose_mocks.history.codec import plain
from hardclose_mocks.history.records import ExceptionSeen, ManifestSeen, Run, SutProcess
from hardclose_mocks.server.credentials import environment
from hardclose_mocks.server.sandbox import SANDBOX, SYSTEMS, Sandbox
from hardclose_simulator.manifest import Manifest, ManifestError
from hardclose_simulator.pytest_plugin.integration import Integration, manifest_of, sut_of
from hardclose_simulator.pytest_plugin.server import SandboxServer
from hardclose_simulator.pytest_plugin.usage import UsageError
from hardclose_simulator.run.draining import at_rest
from hardclose_simulator.run.sut import Sight, Sut, SutError

LOOK_S = 0.02


class Standing:
    """`named` tells which integration is under test, `new_folder` makes a place for its log and state, `test` names the
    test in the history's header. Everything async runs on the server's loop."""

    def __init__(
        self, server: SandboxServer, named: Callable[[], Integration], new_folder: Callable[[], Path], test: str
    ) -> None:
        self._server, self.named, self.new_folder, self._test = server, named, new_folder, test
        self._started: list[tuple[Sut, Sight, Manifest]] = []
        self._declared: Manifest | None = None

    def forget(self) -> None:
        """Another sandbox has taken the place of the one before."""
        self._declared = None

    async def start(self, integration: Integration, folder: Path) -> str:
        """Its URL, once it answers. Raises UsageError."""
        sandbox = self._server.sandbox
        try:
            manifest = manifest_of(integration)
            sut = sut_of(integration, folder)
            sight = Sight(sut, manifest)
            self._started.append((sut, sight, manifest))
            await sut.start(environment(sandbox.setup.credentials, self._server.urls))
            await sight.wait_healthy()
        except (ManifestError, SutError) as wrong:
            raise UsageError(str(wrong)) from wrong
        sandbox.note(SANDBOX, SutProcess("started", sut.describes))
        if manifest.mode != "poll":
            for system in SYSTEMS:
                if not any(one["url"].startswith(sut.url) for one in sandbox.subscriptions.listing(system)):
                    sandbox.subscriptions.create(
                        system, sut.url + manifest.webhook_path.replace("{system}", system), ("*",)
                    )
        await sandbox.history.committed()
        return sut.url

    async def stop(self) -> None:
        for sut, _, _ in self._started:
            await sut.stop()
        self._started.clear()

    def declared(self, otherwise: Manifest, quiet_s: float | None = None) -> Manifest:
        """As which style the sandbox is judged: as the integration's that was started, `otherwise` if none was. Said
        once, before the first judgement, in the history's header.

        With `quiet_s` it declares that it does within so many wire seconds whatever it does."""
        if self._declared is not None:
            return self._declared
        manifest = self._started[0][2] if self._started else otherwise
        if quiet_s is not None:
            manifest = replace(manifest, poll_interval_s=quiet_s / 2, batch_interval_s=0.0, retry_interval_s=quiet_s)
        self._declared = manifest
        sandbox = self._server.sandbox
        described = ", ".join(sut.describes for sut, _, _ in self._started) or "the test itself"
        sandbox.note(
            SANDBOX,
            Run(
                scenario="by hand",
                scenario_hash="",
                seed=sandbox.setup.plan.seed,
                run_tag=sandbox.setup.run_tag,
                mode="wall",
                pace=sandbox.pace.name,
                harness=harness_version(),
                facts_hash="",
                plan_hash="",
                sut=described,
                config={"title": self._test},
            ),
        )
        sandbox.note(SANDBOX, ManifestSeen(plain(manifest)))
        return manifest

    async def settle(self, manifest: Manifest, within_s: float) -> None:
        """Heal, wait until nothing is under way for the manifest's quiet time, look at the exceptions: the audit.

        Raises UsageError the second time."""
        sandbox = self._server.sandbox
        if sandbox.phase == "audit":
            raise UsageError("this sandbox has settled already; hardclose.reset() opens a fresh one")
        quiet_s = manifest.quiet_s(sandbox.pace, [system.card.document() for system in sandbox.systems.values()])
        sandbox.enter("heal", "the test settles")
        sandbox.enter("drain")
        sandbox.enter("audit", "quiet" if await _drained(sandbox, quiet_s, within_s) else "drain_max")
        for sut, sight, _ in self._started:
            if sut.gone is not None:
                sandbox.note(SANDBOX, SutProcess("exited", sut.gone))
            for entry in await sight.exceptions():
                seen = ExceptionSeen(str(entry.get("source", "")), str(entry.get("reason", "")), entry)
                sandbox.note(SANDBOX, seen)
            for problem in sight.problems:
                sandbox.note(SANDBOX, SutProcess("unreachable", problem))


async def _drained(sandbox: Sandbox, quiet_s: float, within_s: float) -> bool:
    """Whether it came to rest in time: no call, delivery or wait under way, nothing written for the quiet time."""
    began = sandbox.wire.ns()
    while True:
        if at_rest(sandbox, since_ns=began, quiet_ns=round(quiet_s * NS)):
            return True
        if sandbox.wire.ns() - began >= round(within_s * NS):
            return False
        await asyncio.sleep(LOOK_S)
