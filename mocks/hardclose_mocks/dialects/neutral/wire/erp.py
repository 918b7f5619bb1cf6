"""Expense postings, purchase orders and masters of the ERP on the neutral wire."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from hardclose_mocks.dialects.neutral.wire import answers
from hardclose_mocks.dialects.neutral.wire.progress import changes, journal
from hardclose_mocks.dialects.neutral.wire.values import (
    Amount,
    Currency,
    Day,
    Number,
    Quantity,
    Text,
    Wire,
    amount,
    minor,
)
from hardclose_mocks.kernel.commands import (
    CancelPurchaseOrder,
    CreatePurchaseOrder,
    OrderLine,
    PostExpense,
    PostingLine,
    ReverseExpensePosting,
)
from hardclose_mocks.kernel.documents import ExpensePosting, PurchaseOrder
from hardclose_mocks.kernel.master import Company


class PostingLineIn(Wire):
    account: Number
    cost_center: Number
    project: Number | None = None
    net: Amount
    tax_code: Number
    tax: Amount
    text: Text = ""


class ExpensePostingIn(Wire):
    """`accounting_date` is the original date when `posting_date` was moved to an open period."""

    company: Number
    reference: Number
    posting_date: Day
    accounting_date: Day | None = None
    currency: Currency
    employee: Number
    text: Text = ""
    lines: Annotated[list[PostingLineIn], Field(min_length=1, max_length=500)]

    def command(self, *, unique_reference: bool = False) -> PostExpense:
        return PostExpense(
            company=self.company,
            reference=self.reference,
            posting_date=self.posting_date,
            accounting_date=self.accounting_date,
            currency=self.currency,
            employee=self.employee,
            text=self.text,
            lines=tuple(
                PostingLine(
                    account=line.account,
                    cost_center=line.cost_center,
                    project=line.project,
                    net=minor(line.net, self.currency, f"lines.{at}.net"),
                    tax_code=line.tax_code,
                    tax=minor(line.tax, self.currency, f"lines.{at}.tax"),
                    text=line.text,
                )
                for at, line in enumerate(self.lines)
            ),
            unique_reference=unique_reference,
        )


class ReversalIn(Wire):
    posting_date: Day
    reason: Annotated[Text, Field(min_length=1)]


class OrderLineIn(Wire):
    text: Text
    quantity: Quantity
    unit_price: Amount
    account: Number
    cost_center: Number
    project: Number | None = None
    tax_code: Number

    def line(self, currency: str, field: str) -> OrderLine:
        return OrderLine(
            text=self.text,
            quantity=self.quantity,
            unit_price=minor(self.unit_price, currency, f"{field}.unit_price"),
            account=self.account,
            cost_center=self.cost_center,
            project=self.project,
            tax_code=self.tax_code,
        )


class PurchaseOrderIn(Wire):
    company: Number
    reference: Number
    supplier: Number
    order_date: Day
    currency: Currency
    text: Text = ""
    lines: Annotated[list[OrderLineIn], Field(min_length=1, max_length=500)]

    def command(self, *, unique_reference: bool = False) -> CreatePurchaseOrder:
        return CreatePurchaseOrder(
            company=self.company,
            reference=self.reference,
            supplier=self.supplier,
            order_date=self.order_date,
            currency=self.currency,
            text=self.text,
            lines=tuple(line.line(self.currency, f"lines.{at}") for at, line in enumerate(self.lines)),
            unique_reference=unique_reference,
        )


class CancellationIn(Wire):
    reason: Annotated[Text, Field(min_length=1)]

    def command(self, number: str, expected_version: int | None = None) -> CancelPurchaseOrder:
        return CancelPurchaseOrder(number, self.reason, expected_version)


class BudgetCheckIn(Wire):
    company: Number
    cost_center: Number
    amount: Amount
    currency: Currency
    on: Day


# --- the other direction: commands and documents to JSON -------------------------------------------------------


def posting_line(line: PostingLine, currency: str) -> answers.PostingLine:
    return {
        "account": line.account,
        "cost_center": line.cost_center,
        "project": line.project,
        "net": amount(line.net, currency),
        "tax_code": line.tax_code,
        "tax": amount(line.tax, currency),
        "text": line.text,
    }


def order_line(line: OrderLine, currency: str) -> answers.OrderLine:
    return {
        "text": line.text,
        "quantity": line.quantity,
        "unit_price": amount(line.unit_price, currency),
        "account": line.account,
        "cost_center": line.cost_center,
        "project": line.project,
        "tax_code": line.tax_code,
    }


def post_expense(command: PostExpense) -> dict[str, Any]:
    """The request body that asks for this command; `unique_reference` is the server's business, not the wire's."""
    return {
        "company": command.company,
        "reference": command.reference,
        "posting_date": command.posting_date.isoformat(),
        "accounting_date": command.accounting_date.isoformat() if command.accounting_date else None,
        "currency": command.currency,
        "employee": command.employee,
        "text": command.text,
        "lines": [posting_line(line, command.currency) for line in command.lines],
    }


def create_purchase_order(command: CreatePurchaseOrder) -> dict[str, Any]:
    return {
        "company": command.company,
        "reference": command.reference,
        "supplier": command.supplier,
        "order_date": command.order_date.isoformat(),
        "currency": command.currency,
        "text": command.text,
        "lines": [order_line(line, command.currency) for line in command.lines],
    }


def reverse_expense_posting(command: ReverseExpensePosting) -> dict[str, Any]:
    """The number is in the path, the expected version in `If-Match`."""
    return {"posting_date": command.posting_date.isoformat(), "reason": command.reason}


def cancel_purchase_order(command: CancelPurchaseOrder) -> dict[str, Any]:
    return {"reason": command.reason}


def expense_posting(document: ExpensePosting, company: Company) -> answers.ExpensePosting:
    return {
        "number": document.number,
        "company": document.company,
        "reference": document.reference,
        "posting_date": document.posting_date.isoformat(),
        "accounting_date": document.accounting_date.isoformat() if document.accounting_date else None,
        "fiscal_year": document.fiscal_year,
        "period": document.period,
        "currency": document.currency,
        "employee": document.employee,
        "total": amount(document.total, document.currency),
        "text": document.text,
        "status": document.status,
        "payment": document.payment,
        "payment_run": document.payment_run,
        "reversal": document.reversal,
        "reverses": document.reverses,
        "lines": [posting_line(line, document.currency) for line in document.lines],
        "journal": journal(document.journal, document.currency),
        **changes(document, company),
        "created_by": document.created_by,
    }


def purchase_order(document: PurchaseOrder, company: Company) -> answers.PurchaseOrder:
    return {
        "number": document.number,
        "company": document.company,
        "reference": document.reference,
        "supplier": document.supplier,
        "order_date": document.order_date.isoformat(),
        "currency": document.currency,
        "total": amount(document.total, document.currency),
        "text": document.text,
        "status": document.status,
        "lines": [order_line(line, document.currency) for line in document.lines],
        **changes(document, company),
        "created_by": document.created_by,
    }
