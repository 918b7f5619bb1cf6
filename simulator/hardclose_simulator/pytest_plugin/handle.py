"""The sandbox as a test holds it: addresses, variables, people who act, and the integration started against it."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hardclose_mocks.cards import CREATING, Terms
from hardclose_mocks.faults.plan import Plan
from hardclose_mocks.history.codec import HistoryError, from_plain
from hardclose_mocks.history.records import Fact, Record
from hardclose_mocks.kernel.books import COMMANDS
from hardclose_mocks.kernel.commands import Command
from hardclose_mocks.kernel.documents import Done
from hardclose_mocks.kernel.master import Company, Master, Person
from hardclose_mocks.kernel.money import MoneyError
from hardclose_mocks.server.credentials import Credentials, environment
from hardclose_mocks.server.sandbox import SYSTEMS, Setup
from hardclose_simulator.masterdata import make_master
from hardclose_simulator.pytest_plugin.integration import Integration
from hardclose_simulator.pytest_plugin.marks import SandboxMark, ScenarioMark, story
from hardclose_simulator.pytest_plugin.people import file_and_approve, perform
from hardclose_simulator.pytest_plugin.server import SandboxServer
from hardclose_simulator.pytest_plugin.standing import Standing
from hardclose_simulator.pytest_plugin.usage import UsageError, nearest_of

if TYPE_CHECKING:
    from hardclose_simulator.run.recipe import Recipe

PHASE = "play"
_numbers = itertools.count(1)


def fresh_run_tag(seed: int) -> str:
    """Of no earlier test: an integration that remembers the last one must not be accused in the next."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    return f"T{seed}x{int(time.time()) % 1_000_000:06d}{worker}n{next(_numbers)}"


_masters: dict[tuple[str, int], Master] = {}


def sandbox_setup(mark: SandboxMark) -> Setup:
    """A scenario's companies and people on a clock that stands; no faults. Raises ScenarioError."""
    scenario = story(mark.like, mark.profile)
    key = scenario.digest(), mark.seed
    if key not in _masters:
        _masters[key] = make_master(scenario, mark.seed)
    return Setup(
        master=_masters[key],
        opened_at=mark.opened_at or scenario.starts,
        pace=scenario.pace_values,
        run_tag=fresh_run_tag(mark.seed),
        plan=Plan(mark.seed),
        terms={name: Terms(scenario.terms(name)) for name in CREATING},
        page_max=scenario.page_limit_max,
        rate=0.0,
    )


def scenario_recipe(mark: ScenarioMark, run_tag: str) -> Recipe:
    # Most tests play none, and the runner is the largest part of us.
    from hardclose_simulator.run.recipe import from_scenario

    return from_scenario(story(mark.name, mark.profile), mark.seed, run_tag, asked={"scenario": mark.name})


class Hardclose:
    """One sandbox, opened for this test. `opened_s` is how long that took; `server` and `standing` are what it works
    with, of no interest to tests."""

    def __init__(self, server: SandboxServer, setup: Setup, standing: Standing, *, at_rest: bool = False) -> None:
        self.server, self.standing, self._at_rest = server, standing, at_rest
        self._places = dict.fromkeys(SYSTEMS, 0)
        self.opened_s = 0.0
        self._open(setup)

    # --- what an integration needs ------------------------------------------------------------------------------

    @property
    def urls(self) -> dict[str, str]:
        """Of erp, procurement, expense and the control plane; the same for every test of this process."""
        return {name: self.server.urls[name] for name in (*SYSTEMS, "control")}

    @property
    def environment(self) -> dict[str, str]:
        """The variables an integration is started with, as `hardclose env` prints them."""
        return environment(self.credentials, self.urls)

    @property
    def credentials(self) -> Credentials:
        return self.server.setup.credentials

    @property
    def run_tag(self) -> str:
        """What the numbers of this sandbox's source documents begin with."""
        return self.server.setup.run_tag

    def start_integration(self, integration: Integration | None = None) -> str:
        """Start what is configured (or this one) against the sandbox, wait until it is healthy, have it told of events
        unless it subscribed itself or polls. Its URL. It is stopped after the test. Raises UsageError."""
        __tracebackhide__ = True
        standing = self.standing
        return self.server.call(standing.start(integration or standing.named(), standing.new_folder()))

    def __repr__(self) -> str:
        return f"<hardclose {self.run_tag}: {len(self.history)} records>"

    # --- people -------------------------------------------------------------------------------------------------

    def act(self, system: str, command: Command | str, person: str, **arguments: Any) -> Done:
        """A command of somebody to a system's books, as a value or by name with its arguments (money in minor units).

        Raises Refused where the books say no, UsageError for what is not there."""
        __tracebackhide__ = True
        if system not in SYSTEMS:
            raise UsageError(f"there is no system {system!r}{nearest_of(system, SYSTEMS)}")
        asked = self._command(system, command, arguments)
        return self.server.call(self.server.sandbox.act(system, asked, f"person:{person}"))

    def approved_report(
        self, company: str = "DE01", total: str | None = None, *, lines: int = 1, employee: str | None = None
    ) -> Fact:
        """An employee files an expense report, everybody signs: a fact. `total` like `119.00`, drawn unless given."""
        __tracebackhide__ = True
        return self._approved("expense", company=company, total=total, lines=lines, person=employee)

    def approved_requisition(
        self, company: str = "DE01", total: str | None = None, *, lines: int = 1, buyer: str | None = None
    ) -> Fact:
        """A buyer files a requisition, everybody signs: a fact. `total` is net."""
        __tracebackhide__ = True
        return self._approved("procurement", company=company, total=total, lines=lines, person=buyer)

    def people(self, role: str | None = None, company: str | None = None) -> list[Person]:
        """employee, approver, buyer, treasury, controller."""
        everybody = self.server.setup.master.people
        return [one for one in everybody if role in (None, one.role) and company in (None, one.company)]

    @property
    def companies(self) -> Sequence[Company]:
        return self.server.setup.master.companies

    # --- the sandbox itself -------------------------------------------------------------------------------------

    @property
    def history(self) -> list[Record]:
        """Every record so far: exchanges, commands, events, deliveries."""
        return self.server.ask(lambda: list(self.server.sandbox.history.records))

    def reset(self) -> None:
        """A fresh sandbox in this one's place: empty books, no faults, another run tag, same addresses."""
        setup = self.server.setup
        self._open(replace(setup, run_tag=fresh_run_tag(setup.plan.seed)))

    def _open(self, setup: Setup) -> None:
        began = time.perf_counter()
        sandbox = self.server.open(setup)
        if not self._at_rest:
            self.server.ask(lambda: sandbox.enter(PHASE))
            self.server.ask(sandbox.start)
        self.standing.forget()
        self._places = dict.fromkeys(SYSTEMS, 0)
        self.opened_s = time.perf_counter() - began

    def _approved(self, system: str, *, company: str, total: str | None, lines: int, person: str | None) -> Fact:
        __tracebackhide__ = True
        self._places[system] += 1
        try:
            actor = file_and_approve(
                self.server.sandbox,
                system,
                self._places[system],
                company=company,
                total=total,
                lines=lines,
                person=person,
            )
        except MoneyError as wrong:
            raise UsageError(str(wrong)) from None
        return self.server.call(perform(self.server.sandbox, actor))

    @staticmethod
    def _command(system: str, command: Command | str, arguments: dict[str, Any]) -> Command:
        __tracebackhide__ = True
        known = COMMANDS[system]
        if not isinstance(command, str):
            if type(command).__name__ not in known:
                raise UsageError(f"{system} knows no command {type(command).__name__}{nearest_of('', known)}")
            return command
        if command not in known:
            raise UsageError(f"{system} knows no command {command!r}{nearest_of(command, known)}")
        try:
            asked: Command = from_plain(arguments, known[command])
        except HistoryError as wrong:
            raise UsageError(f"arguments of {command}: {wrong}") from None
        return asked
