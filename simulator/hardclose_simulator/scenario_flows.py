"""The flows of a scenario: those that stand alone, and those that follow an order. Knows no files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from hardclose_simulator.scenario_keys import Arrivals, ExpenseFlow, Flow, Keys, Positive, RequisitionFlow, Share, wrong

EDGES = 10
"""Orders that `edges` of the invoices takes: each tolerance from both sides, see `contents_of_orders.py`."""
Hours = Annotated[tuple[float, float], Field(description="[fewest, most] business hours, within working hours")]


class SupplierFlow(Arrivals):
    """Onboarding: request, approval, ERP supplier, number written back. Shares are of the suppliers registered."""

    changes: Annotated[Share, Field(description="share whose terms or contact people change afterwards")] = 0.0
    collisions: Annotated[
        Share, Field(description="share of which somebody edits the ERP record while a change is on its way")
    ] = 0.0
    bank_changes: Annotated[
        Share, Field(description="share with a new bank account: changed after an invoice, verified after payment")
    ] = 0.0
    blocks: Annotated[Share, Field(description="share blocked by purchasing")] = 0.0
    merges: Annotated[
        int, Field(ge=0, description="how many are merged into another one, while an invoice of theirs is on its way")
    ] = 0

    duplicates: Annotated[
        int, Field(ge=0, description="how many are asked for a second time, under another number, a moment later")
    ] = 0

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if 2 * self.duplicates > self.facts:
            raise wrong("duplicates", f"{self.duplicates} need {2 * self.duplicates} suppliers, not {self.facts}")
        if 2 * self.merges > self.facts:
            raise wrong("merges", f"{self.merges} merges need {2 * self.merges} suppliers, not {self.facts}")
        return self


class ReceiptFlow(Keys):
    """Goods received for orders of the requisition flow, in one to several deliveries each."""

    facts: Annotated[int, Field(ge=0, le=2400, description="how many receipts are recorded")]
    deliveries: Annotated[tuple[Positive, Positive], Field(description="receipts of one order")] = (1, 2)
    hours: Hours = (2.0, 8.0)
    deviating: Annotated[
        Share, Field(description="share of orders delivered over or under, within what is allowed")
    ] = 0.0
    reversed: Annotated[
        Share, Field(description="share of orders whose last receipt is reversed after the invoice")
    ] = 0.0

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.deliveries[0] > self.deliveries[1]:
            raise wrong("deliveries", "is [fewest, most]")
        if self.hours[0] > self.hours[1]:
            raise wrong("hours", "is [fewest, most]")
        return self


class InvoiceFlow(Keys):
    """Supplier invoices: of orders in order of their number, of no order at all, credit notes, and copies."""

    facts: Annotated[int, Field(ge=0, le=2400, description="how many are approved, credit notes and copies included")]
    hours: Hours = (1.0, 6.0)
    approval_hours: Annotated[float, Field(gt=0, description="median hours from capture to approval, log-normal")] = 1.0
    due_days: Annotated[tuple[int, int], Field(description="days from invoice to due date")] = (0, 30)
    without_order: Annotated[Share, Field(description="share that refers to no order")] = 0.2
    before_receipt: Annotated[Share, Field(description="share of orders invoiced before the first receipt")] = 0.0
    price_variance: Annotated[Share, Field(description="share of orders invoiced at another price")] = 0.0
    credit_notes: Annotated[Share, Field(description="share that are credit notes on an earlier invoice")] = 0.0
    copies: Annotated[int, Field(ge=0, description="how many come a second time under the vendor's same number")] = 0
    rejected: Annotated[int, Field(ge=0, description="more invoices, which a person rejects: no facts")] = 0
    edges: Annotated[bool, Field(description=f"the first {EDGES} orders try every tolerance from both sides")] = False

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.edges and self.facts < EDGES:
            raise wrong("facts", f"'edges' needs at least {EDGES} invoices")
        if self.copies * 2 > self.facts:
            raise wrong("copies", f"{self.copies} copies need {2 * self.copies} invoices, not {self.facts}")
        for key, (least, most) in (("hours", self.hours), ("due_days", self.due_days)):
            if least > most:
                raise wrong(key, "is [fewest, most]")
        return self


class AccrualFlow(Keys):
    """Goods received and not invoiced: accrued at close, reversed once in the next period. Takes the orders
    that were approved first; they get a receipt and no invoice."""

    facts: Annotated[int, Field(ge=0, le=2400)]
    hours: Annotated[Hours, Field(description="after the receipt")] = (1.0, 4.0)
    accrued_on: date
    reverse_on: date

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.reverse_on <= self.accrued_on:
            raise wrong("reverse_on", "must lie after 'accrued_on'")
        return self


class CostCenterFlow(Arrivals):
    """Cost centres made in the ERP, for procurement and expense to follow; some are renamed or blocked afterwards."""

    changes: Annotated[Share, Field(description="share that gets another name and owner")] = 0.0
    blocks: Annotated[Share, Field(description="share blocked in the end")] = 0.0


NO_ACCRUALS = AccrualFlow(facts=0, accrued_on=date(2000, 1, 31), reverse_on=date(2000, 2, 1))


class Flows(Keys):
    expense: ExpenseFlow = ExpenseFlow(facts=0)
    requisition: RequisitionFlow = RequisitionFlow(facts=0)
    supplier: SupplierFlow = SupplierFlow(facts=0)
    receipt: ReceiptFlow = ReceiptFlow(facts=0)
    invoice: InvoiceFlow = InvoiceFlow(facts=0)
    accrual: AccrualFlow = NO_ACCRUALS
    cost_center: CostCenterFlow = CostCenterFlow(facts=0)

    def items(self) -> Iterator[tuple[str, Flow]]:
        """The flows with an approval chain and lines of their own."""
        yield "expense", self.expense
        yield "requisition", self.requisition

    def arriving(self) -> Iterator[tuple[str, Arrivals]]:
        """Those with a ramp and companies of their own."""
        yield from self.items()
        yield "supplier", self.supplier
        yield "cost_center", self.cost_center

    def counts(self) -> dict[str, int]:
        """Planned facts by flow: those that order a document, and cost centres."""
        return {
            "expense": self.expense.facts,
            "requisition": self.requisition.facts,
            "supplier": self.supplier.facts,
            "receipt": self.receipt.facts,
            "invoice": self.invoice.facts,
            "accrual": self.accrual.facts,
            "cost_center": self.cost_center.facts,
        }

    @model_validator(mode="after")
    def _hang_together(self) -> Self:
        orders = self.requisition.facts
        for name in ("receipt", "accrual"):
            if self.counts()[name] and not orders:
                raise wrong(f"{name}.facts", "there is no order to follow; set 'requisition.facts' above 0")
        if self.invoice.edges and orders < EDGES:
            raise wrong("invoice.edges", f"needs at least {EDGES} requisitions, not {orders}")
        if self.invoice.edges and self.requisition.twin_pairs:
            raise wrong("invoice.edges", "goes without 'requisition.twin_pairs': edges are no twins")
        return self
