"""The ERP's books: from suppliers and orders to payments, with posting periods, budgets and masters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, assert_never

from hardclose_mocks.kernel.attached_files import Attachments
from hardclose_mocks.kernel.calendars import fiscal_period
from hardclose_mocks.kernel.commands import (
    AttachFile,
    BlockCostCenter,
    BlockPayments,
    BlockSupplier,
    CancelPurchaseOrder,
    ChangeCostCenter,
    ChangeSupplier,
    Command,
    CreateCostCenter,
    CreatePurchaseOrder,
    CreateSupplier,
    ErpCommand,
    PostExpense,
    PostGoodsReceipt,
    PostJournalEntry,
    PostSupplierInvoice,
    ReleaseInvoice,
    ReturnPayment,
    ReverseExpensePosting,
    ReverseGoodsReceipt,
    ReverseJournalEntry,
    ReverseSupplierInvoice,
    ReviseBudget,
    RunPayments,
    SetPeriod,
)
from hardclose_mocks.kernel.cost_centers import CostCenters
from hardclose_mocks.kernel.directory import MasterRecord
from hardclose_mocks.kernel.documents import Attachment, Document, Done, Event
from hardclose_mocks.kernel.goods_receipts import GoodsReceipts
from hardclose_mocks.kernel.journal_entries import JournalEntries
from hardclose_mocks.kernel.ledger import Ledger, moment_of
from hardclose_mocks.kernel.master import Master
from hardclose_mocks.kernel.money import Money
from hardclose_mocks.kernel.orders import Orders
from hardclose_mocks.kernel.payments import Payments
from hardclose_mocks.kernel.periods import PeriodRow, Periods
from hardclose_mocks.kernel.postings import Postings
from hardclose_mocks.kernel.refusals import Invalid, Refused
from hardclose_mocks.kernel.shelf import Shelf, digest_of
from hardclose_mocks.kernel.supplier_invoices import SupplierInvoices
from hardclose_mocks.kernel.suppliers import Suppliers

MASTERS = ("supplier", "cost_center")
"""Kinds that are there from the opening on; they are not counted as documents."""


class ErpBooks:
    """A document is checked in this order: its own values, unknown masters, blocked masters, masters not valid on
    the posting date, currency and kind of account, reference, period, budget, balance."""

    def __init__(self, master: Master, *, opened_at: datetime) -> None:
        self._latest = opened_at.astimezone(UTC)
        self._ledger = ledger = Ledger(master)
        self._postings = Postings(ledger)
        self._orders = Orders(ledger)
        self._suppliers = Suppliers(ledger, self._latest)
        self._cost_centers = CostCenters(ledger.directory, self._latest)
        self._invoices = SupplierInvoices(ledger, self._orders, self._suppliers)
        self._receipts = GoodsReceipts(ledger, self._orders, self._invoices)
        self._payments = Payments(ledger, self._postings, self._invoices, self._suppliers)
        self._entries = JournalEntries(ledger)
        self._attachments = Attachments(ledger, self._postings)
        self._shelves: dict[str, Shelf[Any]] = {
            "expense_posting": self._postings.register.shelf,
            "purchase_order": self._orders.register.shelf,
            "supplier": self._suppliers.shelf,
            "cost_center": self._cost_centers.shelf,
            "goods_receipt": self._receipts.register.shelf,
            "supplier_invoice": self._invoices.register.shelf,
            "payment": self._payments.register.shelf,
            "journal_entry": self._entries.register.shelf,
            "attachment": self._attachments.shelf,
        }

    def do(self, command: Command, *, at: datetime, actor: str) -> Done:
        """Raises Refused, and then nothing has changed."""
        assert isinstance(command, ErpCommand), f"the ERP knows no {type(command).__name__}"
        moment = moment_of(at, self._latest)
        done = self._carry_out(command, moment, actor)
        self._latest = moment
        return done

    # --- reading ---

    @property
    def periods(self) -> Periods:
        return self._ledger.periods

    def find(self, number: str) -> Document | None:
        for shelf in self._shelves.values():
            found: Document | None = shelf.get(number)
            if found is not None:
                return found
        return None

    def by_reference(self, reference: str) -> list[Document]:
        """Postings, orders, receipts, invoices, payments, entries; live or not, each oldest first."""
        return [
            *self._postings.register.by_reference(reference),
            *self._orders.register.by_reference(reference),
            *self._receipts.register.by_reference(reference),
            *self._invoices.register.by_reference(reference),
            *self._payments.register.by_reference(reference),
            *self._entries.register.by_reference(reference),
        ]

    def attachments(self, posting: str) -> list[Attachment]:
        """Of an expense posting, oldest first."""
        return self._attachments.of(posting)

    def changed(self, kind: str, since: datetime | None = None) -> Iterator[Document]:
        """Documents of a kind last changed at or after `since`, by (updated_at, number)."""
        assert kind in self._shelves, f"the ERP holds no {kind!r}"
        return self._shelves[kind].changed(since)

    def documents(self, kind: str) -> list[Document]:
        return list(self.changed(kind))

    def count(self) -> int:
        return sum(len(shelf) for kind, shelf in self._shelves.items() if kind not in MASTERS)

    def digest(self) -> str:
        """A hash over documents, masters, periods, budgets and number ranges."""
        return digest_of(self._ledger.facts(), *(shelf.facts() for shelf in self._shelves.values()))

    def masters(self, kind: str) -> list[MasterRecord]:
        """company, supplier, cost_center, account, project, tax_code or person; with their present block."""
        return self._ledger.directory.masters(kind)

    def available(self, company: str, cost_center: str, on: date) -> Money | None:
        """What may still be committed in the fiscal year of `on`; None for a cost centre the company has not."""
        directory = self._ledger.directory
        if not directory.known("cost_center", cost_center, company):
            return None
        owner = directory.company(company)
        left = self._ledger.budgets.available(company, cost_center, fiscal_period(owner, on)[0])
        return Money(left, owner.currency)

    def period_listing(self, company: str, module: str, at: datetime) -> list[PeriodRow]:
        """Raises Refused for a company or module there is not."""
        moment = moment_of(at, self._latest)
        return self._ledger.periods.listing(self._ledger.directory.company(company), module, at=moment)

    # --- writing ---

    def _carry_out(self, command: ErpCommand, at: datetime, actor: str) -> Done:
        match command:
            case PostExpense():
                return self._postings.post(command, at, actor)
            case CreatePurchaseOrder():
                return self._orders.issue(command, at, actor)
            case ReverseExpensePosting():
                return self._postings.reverse(command, at, actor)
            case CancelPurchaseOrder():
                return self._orders.cancel(command, at)
            case PostGoodsReceipt():
                return self._receipts.post(command, at, actor)
            case ReverseGoodsReceipt():
                return self._receipts.reverse(command, at, actor)
            case PostSupplierInvoice():
                return self._invoices.post(command, at, actor)
            case ReverseSupplierInvoice():
                return self._invoices.reverse(command, at, actor)
            case ReleaseInvoice():
                return self._invoices.release(command, at, actor)
            case PostJournalEntry():
                return self._entries.post(command, at, actor)
            case ReverseJournalEntry():
                return self._entries.reverse(command, at, actor)
            case AttachFile():
                return self._attachments.attach(command, at, actor)
            case RunPayments():
                return self._payments.run(command, at, actor)
            case ReturnPayment():
                return self._payments.give_back(command, at)
            case CreateSupplier():
                return self._suppliers.create(command, at, actor)
            case ChangeSupplier():
                return self._suppliers.change(command, at)
            case BlockSupplier():
                return self._suppliers.block(command, at)
            case BlockPayments():
                return self._suppliers.block_payments(command, at)
            case CreateCostCenter():
                return self._cost_centers.create(command, at, actor)
            case ChangeCostCenter():
                return self._cost_centers.change(command, at)
            case BlockCostCenter():
                return self._cost_centers.block(command, at)
            case SetPeriod():
                return self._set_period(command, at)
            case ReviseBudget():
                return self._revise(command, at)
            case _:
                assert_never(command)

    def _set_period(self, command: SetPeriod, at: datetime) -> Done:
        company = self._ledger.directory.company(command.company)
        year, period, module, state = command.year, command.period, command.module, command.state
        if not self._ledger.periods.set(company, module, year, period, state, at=at):
            return Done(None, 0, ())
        subject = f"{company.code}/{module}/{year}-{period:02}"
        data = {"module": module, "year": year, "period": period, "state": state}
        return Done(None, 0, (Event("period.changed", subject, 1, company.code, at, data),))

    def _revise(self, command: ReviseBudget, at: datetime) -> Done:
        if not command.amount:
            raise Refused(Invalid("amount", "a revision by nothing changes nothing"))
        ledger = self._ledger
        company = ledger.directory.company(command.company)
        # Blocked or outdated cost centres may still be revised: somebody has to clean up.
        if not ledger.directory.known("cost_center", command.cost_center, company.code):
            ledger.directory.check(company.code, [("cost_center", command.cost_center)], company.business_date(at))
        budget = ledger.budgets.of(company.code, command.cost_center, command.fiscal_year)
        budget.revisions += command.amount
        data = {
            "fiscal_year": command.fiscal_year,
            "amount": Money(command.amount, company.currency).decimal,
            "available": Money(budget.available, company.currency).decimal,
        }
        return Done(None, 0, (Event("budget.revised", command.cost_center, 1, company.code, at, data),))
