"""What people do beyond reports and requisitions, at the systems around the reference; and what the ERP makes of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from hardclose_mocks.kernel.commands import (
    ApproveAccrual,
    ApproveInvoice,
    ApproveSupplierRequest,
    CaptureInvoice,
    InvoiceLine,
    ProposeAccrual,
    ReceiptLine,
    RecordReceipt,
    RegisterSupplier,
    SubmitSupplierRequest,
)

from .integrations import Integration

TODAY = date(2026, 11, 23)


async def onboard(there: Integration, number: str = "V-1", tax_id: str = "DE77", **said: Any) -> None:
    """A supplier, asked for by the buyer and approved by his lead."""
    asked = {"contact": "Ms Blue", "bank_account": "DE-77", **said}
    request = RegisterSupplier(number, "DE01", "buyer", "Blau AG", "EUR", tax_id, **asked)
    await there.act("procurement", request, SubmitSupplierRequest(number), ApproveSupplierRequest(number, "lead"))


async def receive(there: Integration, number: str = "W-1", quantity: int = 1, requisition: str = "Q-1") -> None:
    await there.act(
        "procurement",
        RecordReceipt(number, requisition, "receiver", TODAY, (ReceiptLine(1, quantity),)),
        person="receiver",
    )


async def bill(
    there: Integration,
    number: str = "I-1",
    *,
    price: int = 100_00,
    quantity: int = 1,
    requisition: str | None = "Q-1",
    printed: str | None = None,
    supplier: str = "S1",
    **said: Any,
) -> None:
    """A vendor's invoice, captured by a clerk and approved by the lead."""
    tax = price * quantity * 19 // 100
    line = InvoiceLine(
        "6310", "CC1", "Licence", quantity, price, "V19", tax, order_line=1 if requisition is not None else None
    )
    invoice = CaptureInvoice(
        number=number,
        company="DE01",
        kind=said.pop("kind", "invoice"),
        clerk="payables",
        supplier=supplier,
        supplier_reference=printed or f"P-{number}",
        invoice_date=TODAY,
        due_on=TODAY,
        currency="EUR",
        lines=(line,),
        requisition=requisition,
        **said,
    )
    await there.act("procurement", invoice, ApproveInvoice(number, "lead"))


async def accrue(there: Integration, number: str = "A-1") -> None:
    proposal = ProposeAccrual(number, "DE01", "Q-1", 1, 100_00, TODAY, date(2026, 12, 1), "payables")
    await there.act("procurement", proposal, person="payables")
    await there.act("procurement", ApproveAccrual(number, "lead"))


def held(there: Integration, system: str, number: str) -> Any:
    document = there.office.sandbox.systems[system].books.find(number)
    assert document is not None, f"{system} has no {number}"
    return document


def in_erp(there: Integration, number: str) -> Any:
    """The ERP's document of a source document, by what the source was told."""
    return held(there, "erp", str(held(there, "procurement", number).posting.document))


def suppliers(there: Integration, tax_id: str = "DE77") -> list[Any]:
    return [one for one in there.office.sandbox.systems["erp"].books.documents("supplier") if one.tax_id == tax_id]


async def until_state(there: Integration, state: str, *numbers: str) -> None:
    def told() -> bool:
        return all(held(there, "procurement", number).posting.state == state for number in numbers)

    await there.until(told)
