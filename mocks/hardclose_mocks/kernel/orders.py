"""Purchase orders of the ERP: issued against a budget, cancelled."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from hardclose_mocks.kernel.commands import CancelPurchaseOrder, CreatePurchaseOrder
from hardclose_mocks.kernel.documents import Done, Event, PurchaseOrder
from hardclose_mocks.kernel.ledger import Ledger, check_currency, check_filled, check_order_lines, order_total
from hardclose_mocks.kernel.master import Company
from hardclose_mocks.kernel.money import Money
from hardclose_mocks.kernel.refusals import (
    BudgetExceeded,
    DuplicateReference,
    Refused,
    UnknownDocument,
    VersionMismatch,
    WrongState,
)
from hardclose_mocks.kernel.shelf import Shelf

KIND = "purchase_order"
MODULE = "purchasing"


class Orders:
    """Each method checks everything before it changes anything."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.shelf: Shelf[PurchaseOrder] = Shelf()
        self._by_reference: dict[str, list[str]] = {}

    def by_reference(self, reference: str) -> list[PurchaseOrder]:
        """All with that reference, live or not, oldest first."""
        found = (self.shelf.get(number) for number in self._by_reference.get(reference, ()))
        return [one for one in found if one is not None]

    def issue(self, command: CreatePurchaseOrder, at: datetime, actor: str) -> Done:
        """Beyond the budget it is refused, or issued with an event `budget.exceeded` where budgets only warn."""
        ledger, day = self._ledger, command.order_date
        check_filled(reference=command.reference)
        check_order_lines(command.lines)
        company = ledger.directory.company(command.company)
        ledger.check_masters(company, ("supplier", command.supplier), command.lines, day)
        check_currency(company, command.currency)
        if command.unique_reference:
            self._check_unique(command.reference)
        ledger.periods.check(company, MODULE, day, at=at)
        exceeded = self._exceeded(company, _by_cost_center(command), day)
        if exceeded and ledger.hard_budget:
            raise Refused(exceeded[0])

        order = PurchaseOrder(
            number=ledger.draw("PO", company.code),
            company=company.code,
            reference=command.reference,
            supplier=command.supplier,
            order_date=day,
            currency=command.currency,
            lines=command.lines,
            total=order_total(command.lines),
            text=command.text,
            status="issued",
            version=1,
            created_at=at,
            updated_at=at,
            created_by=actor,
        )
        self.shelf.put(order)
        self._by_reference.setdefault(order.reference, []).append(order.number)
        self._commit(company, order, 1)
        warnings = [
            Event(
                "budget.exceeded",
                order.number,
                1,
                company.code,
                at,
                {
                    "cost_center": one.cost_center,
                    "requested": Money(one.requested, one.currency).decimal,
                    "available": Money(one.available, one.currency).decimal,
                },
            )
            for one in exceeded
        ]
        return Done(order.number, 1, (_event("issued", order, at), *warnings))

    def cancel(self, command: CancelPurchaseOrder, at: datetime) -> Done:
        """Its commitment is released in the fiscal year of the order."""
        order = self.shelf.get(command.number)
        if order is None:
            raise Refused(UnknownDocument(KIND, command.number))
        if command.expected_version not in (None, order.version):
            raise Refused(VersionMismatch(order.number, command.expected_version or 0, order.version))
        check_filled(reason=command.reason)
        if order.status != "issued":
            raise Refused(WrongState(KIND, order.number, order.status, "cancelled"))
        cancelled = replace(order, status="cancelled", version=order.version + 1, updated_at=at)
        self.shelf.put(cancelled)
        self._commit(self._ledger.directory.company(order.company), order, -1)
        return Done(cancelled.number, cancelled.version, (_event("cancelled", cancelled, at),))

    def _check_unique(self, reference: str) -> None:
        for one in self.by_reference(reference):
            if one.live:
                raise Refused(DuplicateReference(reference, one.number))

    def _exceeded(self, company: Company, requested: dict[str, int], on: date) -> list[BudgetExceeded]:
        """The cost centres whose budget does not cover what the order asks of them, in the order of its lines."""
        found = []
        for cost_center, amount in requested.items():
            left = self._ledger.budget(company, cost_center, on).available
            if amount > left:
                found.append(BudgetExceeded(cost_center, amount, left, company.currency))
        return found

    def _commit(self, company: Company, order: PurchaseOrder, sign: int) -> None:
        for line in order.lines:
            budget = self._ledger.budget(company, line.cost_center, order.order_date)
            budget.commitments += sign * line.quantity * line.unit_price


def _by_cost_center(command: CreatePurchaseOrder) -> dict[str, int]:
    amounts: dict[str, int] = {}
    for line in command.lines:
        amounts[line.cost_center] = amounts.get(line.cost_center, 0) + line.quantity * line.unit_price
    return amounts


def _event(what: str, order: PurchaseOrder, at: datetime) -> Event:
    return Event(f"{KIND}.{what}", order.number, 1, order.company, at)
