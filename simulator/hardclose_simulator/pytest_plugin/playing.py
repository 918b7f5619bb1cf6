"""What a test has judged: a marked scenario, played against the integration under test, or a sandbox by hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from hardclose_mocks.history.records import Record
from hardclose_mocks.server.listen import PORTS
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.pytest_plugin.handle import Hardclose, scenario_recipe
from hardclose_simulator.pytest_plugin.integration import Integration, manifest_of, sut_of
from hardclose_simulator.pytest_plugin.judged import Judged
from hardclose_simulator.pytest_plugin.marks import MarkError, ScenarioMark
from hardclose_simulator.pytest_plugin.server import Finished, SandboxServer
from hardclose_simulator.run.recipe import Recipe
from hardclose_simulator.run.session import Session, Story
from hardclose_simulator.run.sut import Sut
from hardclose_simulator.run.virtual import play_virtually


def played(
    hardclose: Hardclose, mark: ScenarioMark, opened: Recipe, configured: Integration, again: str, results: Path | None
) -> Judged:
    """The judgement on the whole run. The bundled reference plays in virtual time; everybody else on the sandbox that
    is open, from `opened`. Afterwards the sandbox shows the books as the run left them.

    Raises SutError, ManifestError, and MarkError for a style or variant of what is not the reference."""
    integration = hardclose.standing.named()
    if integration.bundled:
        records = _virtually(hardclose.server, mark, integration)
    elif mark.style or mark.variant:
        raise MarkError("style and variant choose among the bundled reference's; another integration is under test")
    else:
        sut, manifest = sut_of(integration, hardclose.standing.new_folder()), manifest_of(integration)
        story = replace(opened.story, config={**opened.story.config, **_asked(hardclose, integration)})
        records = hardclose.server.call(_play(hardclose.server, story, sut, manifest))
    # What a fixture started is gone with the test; no other command would find it there.
    gone = integration.url is not None and integration.url != configured.url
    return Judged(lambda: records, [again], results=results, command_line=not gone)


def by_hand(hardclose: Hardclose, again: str, results: Path | None) -> Judged:
    """The judgement on the present sandbox, as often as it is asked for. Raises ManifestError."""
    server, standing = hardclose.server, hardclose.standing
    otherwise = manifest_of(standing.named())

    def records() -> list[Record]:
        standing.declared(otherwise)
        return list(server.sandbox.history.records)

    def settle(quiet_s: float | None, within_s: float) -> None:
        __tracebackhide__ = True
        manifest = server.ask(lambda: standing.declared(otherwise, quiet_s))
        server.call(standing.settle(manifest, within_s))
        server.ask(server.sandbox.snapshot)

    return Judged(lambda: server.ask(records), [again], settle, results)


def _asked(hardclose: Hardclose, integration: Integration) -> dict[str, Any]:
    """What else `hardclose run` has to be given, to do the same."""
    asked: dict[str, Any] = {}
    if isinstance(integration.manifest, (str, Path)):
        asked["manifest"] = str(integration.manifest)
    base = int(hardclose.urls["control"].rpartition(":")[2])
    if integration.url is not None and base != PORTS["control"]:
        asked["port_base"] = base
    return asked


async def _play(server: SandboxServer, story: Story, sut: Sut, manifest: Manifest) -> list[Record]:
    sandbox = server.sandbox
    await Session(story, sandbox, sut, manifest, server.urls, mode="wall").run()
    return list(sandbox.history.records)


def _virtually(server: SandboxServer, mark: ScenarioMark, integration: Integration) -> list[Record]:
    # The same run tag as `hardclose run` has, so that its line repeats this very history.
    recipe = scenario_recipe(mark, f"T{mark.seed}")
    style, variant = mark.style or integration.style, mark.variant or integration.variant
    # A thread of its own: a loop may be running in this one.
    with ThreadPoolExecutor(1, thread_name_prefix="hardclose-virtual") as thread:
        records = thread.submit(play_virtually, recipe, style, variant).result()
    sandbox = server.open(replace(recipe.setup, rate=0.0), Finished(records))
    server.ask(lambda: sandbox.business.set(records[-1].business, 0.0))
    return records
