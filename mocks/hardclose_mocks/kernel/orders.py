"""Purchase orders of the ERP: issued against a budget, received and invoiced line by line, cancelled."""

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
    Invalid,
    Refused,
    WrongState,
)
from hardclose_mocks.kernel.register import Register

KIND = "purchase_order"
MODULE = "purchasing"


class Orders:
    """Each method checks everything before it changes anything."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.register: Register[PurchaseOrder] = Register(KIND)
        self._received: dict[tuple[str, int], int] = {}
        self._invoiced: dict[tuple[str, int], int] = {}
        """Pieces by order and line (from 1), less what was reversed or credited. Both follow from the documents."""

    def received(self, number: str, line: int) -> int:
        return self._received.get((number, line), 0)

    def invoiced(self, number: str, line: int) -> int:
        return self._invoiced.get((number, line), 0)

    def receive(self, number: str, line: int, pieces: int) -> None:
        """Pieces below zero are taken back."""
        self._received[number, line] = self.received(number, line) + pieces

    def invoice(self, order: PurchaseOrder, line: int, pieces: int) -> None:
        """What is invoiced is committed no longer: the invoice spends the budget. Pieces below zero are credited."""
        ordered, before = order.lines[line - 1], self.invoiced(order.number, line)
        self._invoiced[order.number, line] = before + pieces
        left = max(ordered.quantity - before, 0) - max(ordered.quantity - before - pieces, 0)
        company = self._ledger.directory.company(order.company)
        self._ledger.budget(company, ordered.cost_center, order.order_date).commitments -= left * ordered.unit_price

    def live_order(self, number: str, company: str, attempted: str) -> PurchaseOrder:
        """Raises Refused for one that is not there, not the company's, or not live."""
        order = self.register.named(number)
        if order.company != company:
            raise Refused(Invalid("order", f"{number} is an order of {order.company}, not of {company}"))
        if not order.live:
            raise Refused(WrongState(KIND, number, order.status, attempted))
        return order

    def issue(self, command: CreatePurchaseOrder, at: datetime, actor: str) -> Done:
        """Beyond the budget it is refused, or issued with an event `budget.exceeded` where budgets only warn."""
        ledger, day = self._ledger, command.order_date
        check_filled(reference=command.reference)
        check_order_lines(command.lines)
        _check_two_way(command)
        company = ledger.directory.company(command.company)
        ledger.check_masters(company, ("supplier", command.supplier), command.lines, day)
        check_currency(company, command.currency)
        if command.unique_reference:
            self.register.check_unique(command.reference)
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
            two_way=command.two_way,
        )
        self.register.enter(order)
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
        """Its commitment is released in the fiscal year of the order. Not once goods or invoices have come for it."""
        order = self.register.named(command.number, command.expected_version)
        check_filled(reason=command.reason)
        if order.status != "issued":
            raise Refused(WrongState(KIND, order.number, order.status, "cancelled"))
        for what, pieces in (("invoiced", self.invoiced), ("received", self.received)):
            if any(pieces(order.number, line + 1) for line in range(len(order.lines))):
                raise Refused(WrongState(KIND, order.number, what, "cancelled"))
        cancelled = replace(order, status="cancelled", version=order.version + 1, updated_at=at)
        self.register.shelf.put(cancelled)
        self._commit(self._ledger.directory.company(order.company), order, -1)
        return Done(cancelled.number, cancelled.version, (_event("cancelled", cancelled, at),))

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


def _check_two_way(command: CreatePurchaseOrder) -> None:
    for line in command.two_way:
        if not 1 <= line <= len(command.lines):
            raise Refused(Invalid("two_way", f"there is no line {line}; there are 1 to {len(command.lines)}"))


def _by_cost_center(command: CreatePurchaseOrder) -> dict[str, int]:
    amounts: dict[str, int] = {}
    for line in command.lines:
        amounts[line.cost_center] = amounts.get(line.cost_center, 0) + line.quantity * line.unit_price
    return amounts


def _event(what: str, order: PurchaseOrder, at: datetime) -> Event:
    return Event(f"{KIND}.{what}", order.number, 1, order.company, at)
