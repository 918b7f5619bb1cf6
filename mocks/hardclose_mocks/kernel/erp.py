"""The ERP's books: expense postings, purchase orders, posting periods, budgets, masters and their blocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from hardclose_mocks.kernel.calendars import fiscal_period
from hardclose_mocks.kernel.commands import (
    BlockCostCenter,
    BlockSupplier,
    CancelPurchaseOrder,
    Command,
    CreatePurchaseOrder,
    ErpCommand,
    PostExpense,
    ReverseExpensePosting,
    ReviseBudget,
    RunPayments,
    SetPeriod,
)
from hardclose_mocks.kernel.directory import MasterRecord
from hardclose_mocks.kernel.documents import Document, Done, Event, ExpensePosting, PurchaseOrder
from hardclose_mocks.kernel.ledger import Ledger, moment_of
from hardclose_mocks.kernel.master import Master
from hardclose_mocks.kernel.money import Money
from hardclose_mocks.kernel.orders import Orders
from hardclose_mocks.kernel.periods import PeriodRow, Periods
from hardclose_mocks.kernel.postings import Postings
from hardclose_mocks.kernel.refusals import Invalid, Refused
from hardclose_mocks.kernel.shelf import Shelf, digest_of


class ErpBooks:
    """A document is checked in this order: its own values, unknown masters, blocked masters, masters not valid on
    the posting date, currency and kind of account, reference, period, budget, balance."""

    def __init__(self, master: Master, *, opened_at: datetime) -> None:
        self._ledger = Ledger(master)
        self._postings = Postings(self._ledger)
        self._orders = Orders(self._ledger)
        self._shelves: dict[str, Shelf[Any]] = {
            "expense_posting": self._postings.shelf,
            "purchase_order": self._orders.shelf,
            "supplier": Shelf(),
            "cost_center": Shelf(),
            "goods_receipt": Shelf(),
            "supplier_invoice": Shelf(),
            "payment": Shelf(),
            "journal_entry": Shelf(),
            "attachment": Shelf(),
        }
        self._latest = opened_at.astimezone(UTC)

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
        return self._postings.shelf.get(number) or self._orders.shelf.get(number)

    def by_reference(self, reference: str) -> list[ExpensePosting | PurchaseOrder]:
        """Postings, then orders; live or not, each oldest first."""
        return [*self._postings.by_reference(reference), *self._orders.by_reference(reference)]

    def changed(self, kind: str, since: datetime | None = None) -> Iterator[Document]:
        """Documents of a kind last changed at or after `since`, by (updated_at, number)."""
        assert kind in self._shelves, f"the ERP holds no {kind!r}"
        return self._shelves[kind].changed(since)

    def documents(self, kind: str) -> list[Document]:
        return list(self.changed(kind))

    def count(self) -> int:
        return len(self._postings.shelf) + len(self._orders.shelf)

    def digest(self) -> str:
        """A hash over documents, masters' blocks, periods, budgets and number ranges."""
        return digest_of(self._ledger.facts(), self._postings.shelf.facts(), self._orders.shelf.facts())

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
            case RunPayments():
                return self._postings.pay(command, at)
            case SetPeriod():
                return self._set_period(command, at)
            case BlockSupplier(number=number, blocked=blocked):
                return self._block("supplier", number, blocked, at)
            case BlockCostCenter(number=number, blocked=blocked):
                return self._block("cost_center", number, blocked, at)
            case ReviseBudget():
                return self._revise(command, at)
            case _:
                raise Refused(Invalid("command", f"{type(command).__name__} is not carried out yet"))

    def _set_period(self, command: SetPeriod, at: datetime) -> Done:
        company = self._ledger.directory.company(command.company)
        year, period, module, state = command.year, command.period, command.module, command.state
        if not self._ledger.periods.set(company, module, year, period, state, at=at):
            return Done(None, 0, ())
        subject = f"{company.code}/{module}/{year}-{period:02}"
        data = {"module": module, "year": year, "period": period, "state": state}
        return Done(None, 0, (Event("period.changed", subject, 1, company.code, at, data),))

    def _block(self, kind: str, number: str, blocked: bool, at: datetime) -> Done:
        company = self._ledger.directory.block(kind, number, blocked)
        if company is None:
            return Done(None, 0, ())
        what = "blocked" if blocked else "released"
        return Done(None, 0, (Event(f"{kind}.{what}", number, 1, company, at),))

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
