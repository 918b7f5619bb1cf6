"""The tour through procurement beyond requisitions: suppliers, goods, invoices, accruals; cost centers copied."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

from hardclose_mocks.kernel.commands import (
    ApproveAccrual,
    ApproveInvoice,
    ApproveSupplierRequest,
    AttachReceipt,
    BlockRequestedSupplier,
    CancelInvoice,
    CaptureInvoice,
    ChangeBankAccount,
    Command,
    CreateReport,
    InvoiceLine,
    MergeSupplierRequests,
    ProposeAccrual,
    PutCostCenter,
    ReceiptLine,
    RecordPosting,
    RecordReceipt,
    RegisterSupplier,
    RejectInvoice,
    RejectSupplierRequest,
    ReverseReceipt,
    ReviseInvoice,
    ReviseSupplierRequest,
    SubmitSupplierRequest,
    VerifyBankAccount,
)
from hardclose_mocks.kernel.documents import SupplierRequest
from hardclose_mocks.kernel.master import Company
from hardclose_simulator.contracts.event_tour_purchasing import PRICE, Do
from hardclose_simulator.contracts.stage import ORDER_ACCOUNT, Stage

BANK, OTHER_BANK = "DE02120300000000202051", "DE02500105170137075030"


class SourcesGuide:
    """`number` draws a source's number by its letter, `order` files a requisition and has it approved."""

    def __init__(
        self,
        stage: Stage,
        company: Company,
        day: date,
        do: Do,
        number: Callable[[str], str],
        order: Callable[[], Awaitable[str]],
    ) -> None:
        self._stage, self._company, self._day, self._ask = stage, company, day, do
        self._number, self._order = number, order

    async def walk(self) -> None:
        await self._suppliers()
        requisition = await self._order()
        await self._goods(requisition)
        await self._invoices(requisition)
        await self._accrual(requisition)
        await self._receipt_of_a_report()
        for system in ("procurement", "expense"):
            await self._copy(system)

    async def _do(self, command: Command, role: str = "buyer") -> str:
        return await self._ask("procurement", command, self._somebody(role))

    def _somebody(self, role: str) -> str:
        return self._stage.somebody(self._company.code, role)

    async def _tell(self, number: str, state: str, document: str) -> None:
        """What an integration writes back."""
        await self._do(RecordPosting(number, state, document))

    # --- suppliers ------------------------------------------------------------------------------------------------

    async def _suppliers(self) -> None:
        kept, twin = await self._registered("Kontor Nord GmbH"), await self._registered("Kontor Nord")
        await self._do(SubmitSupplierRequest(kept))
        lead = self._next_approver(kept)
        await self._ask("procurement", RejectSupplierRequest(kept, lead, "The tax id is not theirs"), lead)
        await self._do(ReviseSupplierRequest(kept, "Kontor Nord GmbH", "DE811907980"))
        for number in (kept, twin):
            await self._approved(number)
        await self._tell(kept, "posted", "SU-DE01-000001")
        await self._do(ReviseSupplierRequest(kept, "Kontor Nord SE", "DE811907980", 14))
        await self._do(ChangeBankAccount(kept, OTHER_BANK))
        await self._do(VerifyBankAccount(kept, self._somebody("treasury")), "treasury")
        await self._do(BlockRequestedSupplier(kept, True))
        await self._do(BlockRequestedSupplier(kept, False))
        await self._do(MergeSupplierRequests(twin, kept))

    async def _registered(self, name: str) -> str:
        number, company = self._number("S"), self._company
        buyer = self._somebody("buyer")
        wanted = RegisterSupplier(
            number, company.code, buyer, name, company.currency, "DE811907981", bank_account=BANK
        )  # fmt: skip
        return await self._do(wanted)

    async def _approved(self, number: str) -> None:
        await self._do(SubmitSupplierRequest(number))
        while self._request(number).status != "approved":
            approver = self._next_approver(number)
            await self._ask("procurement", ApproveSupplierRequest(number, approver), approver)

    def _next_approver(self, number: str) -> str:
        found = self._request(number)
        return found.chain[len(found.approvals)]

    def _request(self, number: str) -> SupplierRequest:
        found = self._stage.sandbox.systems["procurement"].books.find(number)
        assert isinstance(found, SupplierRequest), f"{number} is not there"
        return found

    # --- goods, invoices, accruals --------------------------------------------------------------------------------

    async def _goods(self, requisition: str) -> None:
        buyer = self._somebody("buyer")
        came = RecordReceipt(self._number("W"), requisition, buyer, self._day, (ReceiptLine(1, 1),))
        number = await self._do(came)
        await self._tell(number, "posted", "GR-DE01-000001")
        await self._do(ReverseReceipt(number, buyer, "Counted wrong"))

    async def _invoices(self, requisition: str) -> None:
        head = self._somebody("approver")
        paid = await self._captured(requisition)
        await self._do(ApproveInvoice(paid, head), "approver")
        for state in ("posted", "paid"):
            await self._tell(paid, state, "SI-DE01-000001")
        doubtful = await self._captured(requisition)
        await self._do(RejectInvoice(doubtful, head, "Not what was agreed"), "approver")
        supplier = self._stage.supplier(self._company.code)
        revised = ReviseInvoice(doubtful, supplier, f"RE {doubtful}", self._day, self._day, (self._line(doubtful),))
        await self._do(revised)
        await self._do(CancelInvoice(doubtful))

    async def _captured(self, requisition: str) -> str:
        number, company, day = self._number("I"), self._company, self._day
        return await self._do(
            CaptureInvoice(
                number=number,
                company=company.code,
                kind="invoice",
                clerk=self._somebody("buyer"),
                supplier=self._stage.supplier(company.code),
                supplier_reference=f"RE {number}",
                invoice_date=day,
                due_on=day,
                currency=company.currency,
                lines=(self._line(number),),
                requisition=requisition,
            )
        )

    def _line(self, number: str) -> InvoiceLine:
        company, text = self._company, f"Licences [{number}.1]"
        code, tax = self._stage.tax_on(company, PRICE)
        cost_center = self._stage.cost_center(company.code)
        return InvoiceLine(ORDER_ACCOUNT, cost_center, text, 1, PRICE, code, tax, order_line=1)

    async def _accrual(self, requisition: str) -> None:
        company, later = self._company.code, self._day + timedelta(days=1)
        proposed = ProposeAccrual(
            self._number("A"), company, requisition, 1, PRICE, self._day, later, self._somebody("buyer")
        )
        number = await self._do(proposed)
        await self._do(ApproveAccrual(number, self._somebody("controller")), "controller")
        await self._tell(number, "posted", "JE-DE01-000001")

    # --- receipts of a report, cost centers -----------------------------------------------------------------------

    async def _receipt_of_a_report(self) -> None:
        number, company, employee = self._number("R"), self._company, self._somebody("employee")
        line = self._stage.expense_line(company, 119_00, number)
        await self._ask("expense", CreateReport(number, company.code, employee, company.currency, (line,)), employee)
        ticket = AttachReceipt(number, f"{number}-1", "ticket.pdf", "application/pdf", 48_213, required=True)
        await self._ask("expense", ticket, employee)

    async def _copy(self, system: str) -> None:
        owner, first, last = self._somebody("approver"), date(self._day.year, 1, 1), date(2099, 12, 31)
        number, company = f"{self._company.code}-CC99", self._company.code
        copied = PutCostCenter(number, company, "Robotics", owner, first, last, blocked=False, revision=1)
        await self._ask(system, copied, self._somebody("controller"))
