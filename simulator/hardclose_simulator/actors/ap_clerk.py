"""The accounts payable clerk: captures what vendors send, has it approved or turns it down. Knows no receipts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from hardclose_mocks.kernel.commands import ApproveInvoice, CaptureInvoice, InvoiceLine, RejectInvoice
from hardclose_mocks.kernel.master import Company
from hardclose_simulator.actors.declaring import invoice_approved
from hardclose_simulator.actors.steps import Actor, Ask, Declare, WaitUntil
from hardclose_simulator.planned import PlannedInvoice

REASONS = ("Not for us", "We ordered nothing of the kind", "Ask for an invoice that names our company")


def handle_invoice(planned: PlannedInvoice, company: Company, numbers: Mapping[str, str]) -> Actor:
    """Captured, approved, declared; or rejected, and then nothing follows. Ends where the books refuse."""
    yield WaitUntil(planned.captured_at)
    captured_on = company.business_date(planned.captured_at)
    capture = CaptureInvoice(
        number=planned.number,
        company=planned.company,
        kind=planned.kind,
        clerk=planned.person,
        supplier=numbers.get(planned.partner, planned.partner),
        supplier_reference=planned.supplier_reference,
        invoice_date=captured_on,
        due_on=captured_on + timedelta(days=planned.due_days),
        currency=planned.currency,
        requisition=numbers[planned.order] if planned.order else None,
        credits=numbers[planned.credits] if planned.credits else None,
        lines=tuple(
            InvoiceLine(
                account=line.account,
                cost_center=line.cost_center,
                text=line.text,
                quantity=line.quantity,
                unit_price=line.unit_price,
                tax_code=line.tax_code,
                tax=line.tax,
                order_line=line.order_line,
            )
            for line in planned.lines
        ),
    )
    if (yield Ask("procurement", capture, planned.person)).refusal:
        return
    yield WaitUntil(planned.approved_at)
    if planned.rejected:
        reason = REASONS[sum(planned.subject.encode()) % len(REASONS)]
        yield Ask("procurement", RejectInvoice(planned.number, planned.approver, reason), planned.approver)
        return
    approved = yield Ask("procurement", ApproveInvoice(planned.number, planned.approver), planned.approver)
    if not approved.refusal:
        yield Declare(invoice_approved(planned, capture, company, approved, numbers))
