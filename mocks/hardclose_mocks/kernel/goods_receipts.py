"""Goods receipts of the ERP: pieces of an order's lines taken in, once or in parts, and sent back."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime

from hardclose_mocks.kernel.calendars import fiscal_period
from hardclose_mocks.kernel.commands import PostGoodsReceipt, ReceiptLine, ReverseGoodsReceipt
from hardclose_mocks.kernel.documents import Done, Event, GoodsReceipt, PurchaseOrder
from hardclose_mocks.kernel.ledger import Ledger, check_filled
from hardclose_mocks.kernel.matching import may_be_received
from hardclose_mocks.kernel.orders import MODULE, Orders
from hardclose_mocks.kernel.refusals import Invalid, OverDelivery, Refused
from hardclose_mocks.kernel.register import Register, check_reversible
from hardclose_mocks.kernel.supplier_invoices import SupplierInvoices

KIND = "goods_receipt"


class GoodsReceipts:
    """Each method checks everything before it changes anything. What comes or goes is matched with invoices at once."""

    def __init__(self, ledger: Ledger, orders: Orders, invoices: SupplierInvoices) -> None:
        self._ledger, self._orders, self._invoices = ledger, orders, invoices
        self.register: Register[GoodsReceipt] = Register(KIND)

    def post(self, command: PostGoodsReceipt, at: datetime, actor: str) -> Done:
        ledger, day = self._ledger, command.posting_date
        check_filled(reference=command.reference)
        pieces = pieces_by_line(command.lines)
        company = ledger.directory.company(command.company)
        order = self._orders.live_order(command.order, company.code, "received")
        for line in pieces:
            if line > len(order.lines):
                raise Refused(Invalid("lines", f"{order.number} has no line {line}; it has {len(order.lines)}"))
        if command.unique_reference:
            self.register.check_unique(command.reference)
        ledger.periods.check(company, MODULE, day, at=at)
        for line, quantity in pieces.items():
            self._check_delivery(order, line, quantity)

        year, period = fiscal_period(company, day)
        receipt = GoodsReceipt(
            number=ledger.draw("GR", company.code),
            company=company.code,
            reference=command.reference,
            order=order.number,
            supplier=order.supplier,
            posting_date=day,
            accounting_date=command.accounting_date,
            fiscal_year=year,
            period=period,
            lines=command.lines,
            text=command.text,
            status="posted",
            reversal=None,
            reverses=None,
            version=1,
            created_at=at,
            updated_at=at,
            created_by=actor,
        )
        self.register.enter(receipt)
        return self._moved(receipt, receipt, 1, "posted", at)

    def reverse(self, command: ReverseGoodsReceipt, at: datetime, actor: str) -> Done:
        """Once. Invoices that were matched with it are matched again."""
        ledger = self._ledger
        receipt = self.register.named(command.number, command.expected_version)
        check_filled(reason=command.reason)
        check_reversible(KIND, receipt)
        company = ledger.directory.company(receipt.company)
        year, period = ledger.reversal_period(
            company, MODULE, receipt.posting_date, command.posting_date, at, what="receipt"
        )
        reversal = replace(
            receipt,
            number=ledger.draw("GR", company.code),
            posting_date=command.posting_date,
            accounting_date=None,
            fiscal_year=year,
            period=period,
            text=command.reason,
            reverses=receipt.number,
            version=1,
            created_at=at,
            updated_at=at,
            created_by=actor,
        )
        undone = replace(
            receipt, status="reversed", reversal=reversal.number, version=receipt.version + 1, updated_at=at
        )
        self.register.enter(reversal)
        self.register.shelf.put(undone)
        return self._moved(undone, receipt, -1, "reversed", at)

    def _check_delivery(self, order: PurchaseOrder, line: int, quantity: int) -> None:
        ordered, received = order.lines[line - 1].quantity, self._orders.received(order.number, line)
        if received + quantity > may_be_received(ordered, self._ledger.tolerances):
            raise Refused(OverDelivery(order.number, line, ordered, received, quantity))

    def _moved(self, now: GoodsReceipt, moved: GoodsReceipt, sign: int, what: str, at: datetime) -> Done:
        for line, quantity in pieces_by_line(moved.lines).items():
            self._orders.receive(moved.order, line, sign * quantity)
        matched = self._invoices.match_again(moved.order, at)
        event = Event(f"{KIND}.{what}", now.number, 1, now.company, at)
        return Done(now.number, now.version, (event, *matched))


def pieces_by_line(lines: tuple[ReceiptLine, ...]) -> Counter[int]:
    """Raises Refused(Invalid) for no lines, a line before the first, or nothing received."""
    if not lines:
        raise Refused(Invalid("lines", "at least one line is needed"))
    pieces: Counter[int] = Counter()
    for at, line in enumerate(lines):
        if line.order_line < 1:
            raise Refused(Invalid(f"lines.{at}.order_line", f"lines count from 1, not {line.order_line}"))
        if line.quantity <= 0:
            raise Refused(Invalid(f"lines.{at}.quantity", f"quantity must be above zero, not {line.quantity}"))
        pieces[line.order_line] += line.quantity
    return pieces
