"""A tour through three systems on which every event that books emit is emitted once, in a few milliseconds.

Real books emit them, so that examples, schemas and deliveries are about what integrations will see."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache

from hardclose_mocks.clock import HostClock
from hardclose_mocks.history.records import Emitted, Record
from hardclose_mocks.kernel.commands import (
    ApproveReport,
    ApproveRequisition,
    BlockCostCenter,
    BlockSupplier,
    CancelPurchaseOrder,
    CancelRequisition,
    Command,
    CreatePurchaseOrder,
    CreateReport,
    CreateRequisition,
    PostExpense,
    RecallReport,
    RecordPosting,
    RejectRequisition,
    ReverseExpensePosting,
    ReviseBudget,
    ReviseReport,
    RunPayments,
    SendBackReport,
    SetPeriod,
    SubmitReport,
    SubmitRequisition,
)
from hardclose_mocks.kernel.documents import ExpenseReport, Requisition
from hardclose_mocks.server.sandbox import Sandbox
from hardclose_simulator.contracts.event_tour_purchasing import PurchasingGuide
from hardclose_simulator.contracts.event_tour_sources import SourcesGuide
from hardclose_simulator.contracts.ground import ground, with_soft_budgets
from hardclose_simulator.contracts.stage import Stage

STEP = timedelta(minutes=10)
BEYOND_BUDGET = 100_000_000_00


@cache
def tour(run_tag: str = "T0") -> tuple[Record, ...]:
    """The history of the tour. The same run tag gives the same events: business time moves ten minutes per command
    and stands still in between."""
    setup = with_soft_budgets(ground())
    setup = replace(setup, run_tag=run_tag, master=replace(setup.master, edit_approved="kept"))
    sandbox = Sandbox(setup, HostClock())
    asyncio.run(_Guide(Stage(sandbox)).walk())
    return tuple(sandbox.history.records)


def events_of(records: Sequence[Record]) -> list[tuple[str, Emitted]]:
    """System and event, in the order they were emitted."""
    return [(record.system, record.body) for record in records if isinstance(record.body, Emitted)]


def first_of_each(run_tag: str = "T0") -> dict[tuple[str, str], Emitted]:
    """By system and type."""
    found: dict[tuple[str, str], Emitted] = {}
    for system, event in events_of(tour(run_tag)):
        found.setdefault((system, event.type), event)
    return found


class _Guide:
    def __init__(self, stage: Stage) -> None:
        self._stage, self._sandbox = stage, stage.sandbox
        self._company = stage.company("", "")
        self._day = self._company.business_date(self._sandbox.business.now())
        self._count = 0

    async def walk(self) -> None:
        self._sandbox.open()
        await self._reports()
        await self._requisitions()
        await self._postings()
        await self._orders()
        await PurchasingGuide(self._stage, self._company, self._day, self._do, self._number).walk()
        await self._masters()
        await SourcesGuide(self._stage, self._company, self._day, self._do, self._number, self._approved).walk()
        await self._edited()
        await self._sandbox.stop()

    async def _do(self, system: str, command: Command, person: str) -> str:
        """The number of the document it made or changed."""
        self._sandbox.set_clock(self._sandbox.business.now() + STEP, 0.0)
        return (await self._stage.act(system, command, person)).document or ""

    def _number(self, letter: str) -> str:
        self._count += 1
        return f"{self._sandbox.setup.run_tag}-{letter}{self._count}"

    # --- expense ------------------------------------------------------------------------------------------------

    async def _reports(self) -> None:
        paid = await self._report(approved=True)
        await self._tell("expense", RecordPosting(paid, "posted", "EP-DE01-000001"))
        await self._tell("expense", RecordPosting(paid, "paid", "EP-DE01-000001"))
        parked = await self._report(approved=True)
        await self._tell("expense", RecordPosting(parked, "parked", reason="The posting period is closed"))
        await self._tell("expense", RecordPosting(parked, "rejected", reason="The cost center is blocked for good"))
        returned = await self._report()
        lead = self._next_approver("expense", returned)
        await self._do("expense", SendBackReport(returned, lead, "The receipt is missing"), lead)
        await self._do("expense", RecallReport(await self._report()), self._employee)

    async def _report(self, *, approved: bool = False) -> str:
        number = self._number("R")
        line = self._stage.expense_line(self._company, 119_00, number)
        company = self._company
        filed = CreateReport(number, company.code, self._employee, company.currency, (line,), f"Travel [{number}]")
        await self._do("expense", filed, self._employee)
        await self._do("expense", SubmitReport(number), self._employee)
        while approved and self._status("expense", number) != "approved":
            approver = self._next_approver("expense", number)
            await self._do("expense", ApproveReport(number, approver), approver)
        return number

    async def _edited(self) -> None:
        number = await self._report(approved=True)
        line = self._stage.expense_line(self._company, 129_00, number)
        await self._do("expense", ReviseReport(number, (line,), f"Travel [{number}]"), self._employee)

    # --- procurement --------------------------------------------------------------------------------------------

    async def _requisitions(self) -> None:
        ordered = await self._requisition(approved=True)
        await self._tell("procurement", RecordPosting(ordered, "posted", "PO-DE01-000001"))
        refused = await self._requisition()
        lead = self._next_approver("procurement", refused)
        await self._do("procurement", RejectRequisition(refused, lead, "We have enough of these"), lead)
        await self._do("procurement", CancelRequisition(await self._requisition()), self._employee)

    async def _requisition(self, *, approved: bool = False) -> str:
        number, company = self._number("Q"), self._company
        line = self._stage.order_line(company, 250_00, number)
        supplier = self._stage.supplier(company.code)
        filed = CreateRequisition(number, company.code, self._employee, supplier, company.currency, (line,), "Licences")
        await self._do("procurement", filed, self._employee)
        await self._do("procurement", SubmitRequisition(number), self._employee)
        while approved and self._status("procurement", number) != "approved":
            approver = self._next_approver("procurement", number)
            await self._do("procurement", ApproveRequisition(number, approver), approver)
        return number

    async def _approved(self) -> str:
        return await self._requisition(approved=True)

    async def _tell(self, system: str, command: RecordPosting) -> None:
        """What an integration writes back."""
        await self._do(system, command, self._employee)

    # --- ERP ----------------------------------------------------------------------------------------------------

    async def _postings(self) -> None:
        undone = await self._posting()
        reversal = ReverseExpensePosting(undone, self._day, "Posted to the wrong company")
        await self._do("erp", reversal, self._controller)
        await self._posting()
        run = RunPayments(self._company.code, f"PAY-{self._day:%Y-%m-%d}", self._day)
        await self._do("erp", run, self._stage.somebody(self._company.code, "treasury"))

    async def _posting(self) -> str:
        number, company = self._number("R"), self._company
        line = self._stage.posting_line(company, 119_00, number)
        posted = PostExpense(company.code, number, self._day, company.currency, self._employee, (line,), "Travel")
        return await self._do("erp", posted, self._controller)

    async def _orders(self) -> None:
        cancelled = await self._order(250_00)
        await self._do("erp", CancelPurchaseOrder(cancelled, "Ordered twice"), self._controller)
        await self._order(BEYOND_BUDGET)

    async def _order(self, net: int) -> str:
        number, company = self._number("Q"), self._company
        line, supplier = self._stage.order_line(company, net, number), self._stage.supplier(company.code)
        order = CreatePurchaseOrder(company.code, number, supplier, self._day, company.currency, (line,), "Licences")
        return await self._do("erp", order, self._controller)

    async def _masters(self) -> None:
        company = self._company.code
        cost_center, supplier = self._stage.cost_center(company), self._stage.supplier(company)
        for command in (
            SetPeriod(company, "expense", self._day.year, self._day.month, "soft_closed"),
            ReviseBudget(company, cost_center, self._day.year, -5_000_00),
            BlockSupplier(supplier, True),
            BlockSupplier(supplier, False),
            BlockCostCenter(cost_center, True),
            BlockCostCenter(cost_center, False),
        ):
            await self._do("erp", command, self._controller)

    # --- people -------------------------------------------------------------------------------------------------

    @property
    def _employee(self) -> str:
        return self._stage.somebody(self._company.code, "employee")

    @property
    def _controller(self) -> str:
        return self._stage.somebody(self._company.code, "controller")

    def _next_approver(self, system: str, number: str) -> str:
        document = self._document(system, number)
        return document.chain[len(document.approvals)]

    def _status(self, system: str, number: str) -> str:
        return self._document(system, number).status

    def _document(self, system: str, number: str) -> ExpenseReport | Requisition:
        document = self._sandbox.systems[system].books.find(number)
        assert isinstance(document, ExpenseReport | Requisition), f"{number} is not there"
        return document
