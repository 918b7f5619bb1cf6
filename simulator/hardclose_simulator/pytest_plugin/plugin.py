"""Fixtures, markers and options for pytest. Imports next to nothing: what it needs comes with the first fixture."""

from __future__ import annotations

import re
import shlex
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardclose_simulator.pytest_plugin import integration as naming
from hardclose_simulator.pytest_plugin.integration import OPTIONS, Integration
from hardclose_simulator.pytest_plugin.marks import MARKERS, check, sandbox_mark, scenario_mark

if TYPE_CHECKING:
    from hardclose_simulator.pytest_plugin.handle import Hardclose
    from hardclose_simulator.pytest_plugin.hands import Clock, Faults, Webhooks
    from hardclose_simulator.pytest_plugin.judged import Judged
    from hardclose_simulator.pytest_plugin.server import SandboxServer
    from hardclose_simulator.pytest_plugin.systems import MockSystem
    from hardclose_simulator.run.recipe import Recipe

_recipe: pytest.StashKey[Recipe] = pytest.StashKey()
_judged: pytest.StashKey[Judged] = pytest.StashKey()


# --- options and markers ---------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("hardclose", "hardclose: the integration under test")
    for name, means in OPTIONS.items():
        group.addoption(f"--{name.replace('_', '-')}", dest=name, default=None, help=means)
        parser.addini(name, means, default="")


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    naming.check_options(config)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A marker that cannot be obeyed is an error of its file's collection: one line, before anything runs."""
    report = yield
    wrong = [says for one in report.result or () if isinstance(one, pytest.Function) and (says := check(one))]
    if wrong:
        report.outcome, report.longrepr, report.result = "failed", "\n".join(wrong), []
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where `assert verdict` failed, the verdict's words follow the assertion."""
    report = yield
    judged = item.stash.get(_judged, None)
    if judged is not None and judged.doubted and call.when == "call" and report.failed:
        said = str(judged)
        if call.excinfo is not None and said not in str(call.excinfo.value):
            report.sections.append(("hardclose verdict", said))
    return report


# --- the sandbox -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _hardclose_server(request: pytest.FixtureRequest) -> Iterator[SandboxServer]:
    """The mock systems of this test process, on ports of its own."""
    from hardclose_mocks.server.listen import PORTS, PortTaken
    from hardclose_simulator.pytest_plugin.handle import sandbox_setup
    from hardclose_simulator.pytest_plugin.marks import DEFAULT
    from hardclose_simulator.pytest_plugin.server import SandboxServer

    running = naming.option(request.config, "hardclose_sut")
    base = naming.option(request.config, "hardclose_port_base") or (str(PORTS["control"]) if running else "0")
    ports = {name: int(base) + place if int(base) else 0 for place, name in enumerate(PORTS)}
    trouble = ""
    try:
        server = SandboxServer(sandbox_setup(DEFAULT), ports)
    except PortTaken as wrong:
        advice = ". One running integration serves one test process: use -n 0, or hardclose_command instead"
        trouble = f"{wrong}{advice if running else ''}"
    if trouble:
        pytest.fail(f"hardclose: {trouble}", pytrace=False)
    yield server
    server.stop()


@pytest.fixture
def hardclose(
    request: pytest.FixtureRequest, _hardclose_server: SandboxServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hardclose]:
    """A fresh sandbox: addresses, variables, people who act, the integration started against it."""
    from hardclose_simulator.pytest_plugin.handle import Hardclose, fresh_run_tag, sandbox_setup, scenario_recipe
    from hardclose_simulator.pytest_plugin.standing import Standing

    mark = scenario_mark(request.node)
    if mark is None:
        setup = sandbox_setup(sandbox_mark(request.node))
    else:
        recipe = scenario_recipe(mark, fresh_run_tag(mark.seed))
        request.node.stash[_recipe] = recipe
        setup = recipe.setup
    standing = Standing(
        _hardclose_server,
        lambda: naming.named(request.getfixturevalue("hardclose_integration")),
        lambda: tmp_path_factory.mktemp("hardclose"),
        request.node.nodeid,
    )
    yield Hardclose(_hardclose_server, setup, standing, at_rest=mark is not None)
    _hardclose_server.call(standing.stop())


@pytest.fixture
def erp(hardclose: Hardclose) -> Iterator[MockSystem]:
    """The ERP: expense postings and purchase orders."""
    yield from _system("erp", hardclose)


@pytest.fixture
def procurement(hardclose: Hardclose) -> Iterator[MockSystem]:
    """Procurement: requisitions."""
    yield from _system("procurement", hardclose)


@pytest.fixture
def expense(hardclose: Hardclose) -> Iterator[MockSystem]:
    """Expense: expense reports."""
    yield from _system("expense", hardclose)


def _system(name: str, hardclose: Hardclose) -> Iterator[MockSystem]:
    from hardclose_simulator.pytest_plugin.systems import MockSystem

    system = MockSystem(name, hardclose.server)
    yield system
    system.close()


@pytest.fixture
def clock(hardclose: Hardclose) -> Clock:
    """Business time: read, set, advance, run, freeze."""
    from hardclose_simulator.pytest_plugin.hands import Clock

    return Clock(hardclose.server)


@pytest.fixture
def faults(hardclose: Hardclose) -> Faults:
    """Faults by hand: add, aim, clear, and what fired."""
    from hardclose_simulator.pytest_plugin.hands import Faults

    return Faults(hardclose.server)


@pytest.fixture
def webhooks(hardclose: Hardclose) -> Webhooks:
    """Receivers of a test's own, and the senders' log."""
    from hardclose_simulator.pytest_plugin.hands import Webhooks

    return Webhooks(hardclose.server)


# --- the integration and the verdict ---------------------------------------------------------------------------


@pytest.fixture
def hardclose_integration(request: pytest.FixtureRequest) -> Integration | str:
    """What is under test: override it with a fixture that gives a URL or an Integration; else what is configured, or
    the bundled reference."""
    return naming.configured(request.config)


@pytest.fixture
def verdict(request: pytest.FixtureRequest, hardclose: Hardclose) -> Iterator[Judged]:
    """The judgement: of the marked scenario, which is played now, or of what a test did by hand."""
    from hardclose_simulator.manifest import ManifestError
    from hardclose_simulator.pytest_plugin.marks import MarkError
    from hardclose_simulator.pytest_plugin.playing import by_hand, played
    from hardclose_simulator.pytest_plugin.usage import UsageError
    from hardclose_simulator.run.sut import SutError

    mark = scenario_mark(request.node)
    again = f"pytest {shlex.quote(request.node.nodeid)}"
    results = _results(request)
    trouble = ""
    try:
        if mark is None:
            judged = by_hand(hardclose, again, results)
        else:
            configured = naming.configured(request.config)
            judged = played(hardclose, mark, request.node.stash[_recipe], configured, again, results)
    except (SutError, ManifestError, MarkError, UsageError) as wrong:
        trouble = str(wrong)
    if trouble:
        pytest.fail(f"hardclose: {trouble}", pytrace=False)
    request.node.stash[_judged] = judged
    yield judged
    judged.write()


def _results(request: pytest.FixtureRequest) -> Path | None:
    """results/<test>, if a folder for results is named."""
    home = naming.folder_option(request.config, "hardclose_results")
    return home / re.sub(r"[^A-Za-z0-9._-]+", "-", request.node.nodeid) if home is not None else None
