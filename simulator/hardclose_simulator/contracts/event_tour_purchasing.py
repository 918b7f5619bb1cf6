"""The tour beyond expenses and orders, in the ERP: suppliers, goods, invoices, payments, accruals, cost centers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

from hardclose_mocks.kernel.attachments import sha256_of
from hardclose_mocks.kernel.commands import (
    AttachFile,
    BlockPayments,
    ChangeCostCenter,
    ChangeSupplier,
    Command,
    CreateCostCenter,
    CreatePurchaseOrder,
    CreateSupplier,
    EntryLine,
    InvoiceLine,
    PostExpense,
    PostGoodsReceipt,
    PostJournalEntry,
    PostSupplierInvoice,
    ReceiptLine,
    ReleaseInvoice,
    ReturnPayment,
    ReverseGoodsReceipt,
    ReverseJournalEntry,
    ReverseSupplierInvoice,
    RunPayments,
)
from hardclose_mocks.kernel.master import Company
from hardclose_simulator.contracts.stage import ORDER_ACCOUNT, Stage

ACCRUED = "2200"
PRICE = 250_00
Do = Callable[[str, Command, str], Awaitable[str]]
"""System, command and person; the number of the document it made or changed."""


class PurchasingGuide:
    """`number` draws a source's number by its letter."""

    def __init__(self, stage: Stage, company: Company, day: date, do: Do, number: Callable[[str], str]) -> None:
        self._stage, self._company, self._day, self._ask, self._number = stage, company, day, do, number

    async def walk(self) -> None:
        supplier = await self._suppliers()
        await self._invoices(supplier)
        await self._entries()
        await self._attachment()
        await self._cost_centers()

    async def _do(self, command: Command, role: str = "treasury") -> str:
        return await self._ask("erp", command, self._stage.somebody(self._company.code, role))

    async def _suppliers(self) -> str:
        """One that can be paid."""
        first, second = [
            await self._do(
                CreateSupplier(
                    self._company.code,
                    self._number("S"),
                    name,
                    self._company.currency,
                    f"DE{place:09}",
                    bank_account=f"DE{place:020}",
                    bank_verified=True,
                )
            )
            for place, name in enumerate(("Kontor Nord GmbH", "Kontor Nord"), 1)
        ]
        await self._do(ChangeSupplier(first, payment_terms_days=14, revision=2))
        await self._do(ChangeSupplier(second, merged_into=first))
        await self._do(BlockPayments(first, True))
        await self._do(BlockPayments(first, False))
        return first

    async def _invoices(self, supplier: str) -> None:
        order = await self._order(supplier)
        matched = await self._received(order)
        await self._invoice(supplier, PRICE, order)
        back = await self._invoice(supplier, 10_00)
        await self._do(ReverseSupplierInvoice(back, self._day, "Captured twice"))
        dear = await self._invoice(supplier, 2 * PRICE, await self._order(supplier))
        controller = self._stage.somebody(self._company.code, "controller")
        await self._do(ReleaseInvoice(dear, controller, "Agreed by phone"), "controller")
        run = RunPayments(self._company.code, "PAY-invoices", self._day + timedelta(days=60))
        await self._do(run)
        found = self._stage.sandbox.systems["erp"].books.documents("payment")
        await self._do(ReturnPayment(found[-1].number, "The account is closed"))
        await self._do(ReverseGoodsReceipt(matched, self._day, "Counted wrong"))

    async def _order(self, supplier: str) -> str:
        number = self._number("Q")
        line = self._stage.order_line(self._company, PRICE, number)
        return await self._do(
            CreatePurchaseOrder(
                self._company.code, number, supplier, self._day, self._company.currency, (line,), "Licences"
            )
        )

    async def _received(self, order: str) -> str:
        lines = (ReceiptLine(1, 1),)
        return await self._do(PostGoodsReceipt(self._company.code, self._number("W"), order, self._day, lines))

    async def _invoice(self, supplier: str, net: int, order: str | None = None) -> str:
        reference, company, day = self._number("I"), self._company, self._day
        code, tax = self._stage.tax_on(company, net)
        line = InvoiceLine(
            ORDER_ACCOUNT,
            self._stage.cost_center(company.code),
            f"Licences [{reference}.1]",
            1,
            net,
            code,
            tax,
            order_line=None if order is None else 1,
        )
        return await self._do(
            PostSupplierInvoice(
                company=company.code,
                kind="invoice",
                reference=reference,
                supplier=supplier,
                supplier_reference=f"RE {reference}",
                invoice_date=day,
                posting_date=day,
                due_on=day,
                currency=company.currency,
                lines=(line,),
                order=order,
            )
        )

    async def _entries(self) -> None:
        debit = EntryLine(
            ORDER_ACCOUNT, PRICE, 0, self._stage.cost_center(self._company.code), "Received, not invoiced"
        )
        entry = PostJournalEntry(
            self._company.code,
            self._number("A"),
            self._day,
            self._company.currency,
            (debit, EntryLine(ACCRUED, 0, PRICE)),
            reverse_on=self._day,
        )
        await self._do(ReverseJournalEntry(await self._do(entry), self._day, "The invoice came"))

    async def _attachment(self) -> None:
        number, company = self._number("R"), self._company
        line, employee = (
            self._stage.posting_line(company, 119_00, number),
            self._stage.somebody(company.code, "employee"),
        )
        posting = await self._do(PostExpense(company.code, number, self._day, company.currency, employee, (line,)))
        await self._do(AttachFile(posting, "ticket.pdf", "application/pdf", 48_213, sha256_of(f"{number}-1", 48_213)))

    async def _cost_centers(self) -> None:
        owner = self._stage.somebody(self._company.code, "approver")
        number = f"{self._company.code}-CC99"
        await self._do(CreateCostCenter(number, self._company.code, "Robotics", owner))
        await self._do(ChangeCostCenter(number, name="Robots"))
