"""Procurement's inbox of supplier invoices and credit notes: captured, approved by one person, or refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hardclose_mocks.kernel.commands import ApproveInvoice, CancelInvoice, CaptureInvoice, RejectInvoice, ReviseInvoice
from hardclose_mocks.kernel.directory import Directory
from hardclose_mocks.kernel.documents import Approval, Done, Invoice, Posting, Requisition
from hardclose_mocks.kernel.filing import Filing
from hardclose_mocks.kernel.invoice_checks import check_invoice_values, check_sums, gross_of, signed
from hardclose_mocks.kernel.ledger import check_accounts, check_currency, check_filled, uses_of
from hardclose_mocks.kernel.lines import InvoiceLine
from hardclose_mocks.kernel.master import Company, Person
from hardclose_mocks.kernel.receiving import ORDERABLE
from hardclose_mocks.kernel.refusals import Invalid, NotAllowed, Refused
from hardclose_mocks.kernel.workflow import check_own_hand, check_state

KIND = "invoice"
EDITABLE = ("captured", "rejected")


class Inbox:
    """Invoices are taken in as they are printed; whether they match what came is the ERP's to say."""

    def __init__(self, directory: Directory, requisitions: Filing[Requisition], numbers: set[str]) -> None:
        self._directory, self._requisitions = directory, requisitions
        self.filing: Filing[Invoice] = Filing(KIND, numbers)

    def capture(self, command: CaptureInvoice, at: datetime) -> Done:
        check_filled(number=command.number, supplier_reference=command.supplier_reference)
        ordered, credited = command.requisition is not None, command.credits is not None
        check_invoice_values(command.kind, command.lines, has_order=ordered, has_credits=credited)
        company = self._directory.company(command.company)
        self._check_content(company, command.supplier, command.clerk, command.lines, at)
        check_currency(company, command.currency)
        self._check_requisition(command.requisition, company, command.lines)
        self._check_credited(command, company)
        self.filing.check_new(command.number)
        check_sums(self._directory, company.code, command.currency, command.lines, command.total)
        return self.filing.put(
            Invoice(
                number=command.number,
                company=company.code,
                kind=command.kind,
                clerk=command.clerk,
                supplier=command.supplier,
                supplier_reference=command.supplier_reference,
                invoice_date=command.invoice_date,
                due_on=command.due_on,
                currency=command.currency,
                requisition=command.requisition,
                credits=command.credits,
                lines=command.lines,
                total=signed(command.kind, gross_of(command.lines)),
                text=command.text,
                status="captured",
                revision=1,
                approvals=(),
                approved_at=None,
                reason=None,
                posting=Posting(),
                version=1,
                created_at=at,
                updated_at=at,
            )
        )

    def revise(self, command: ReviseInvoice, at: datetime) -> Done:
        found = self.filing.named(command.number)
        check_filled(supplier_reference=command.supplier_reference)
        ordered, credited = found.requisition is not None, found.credits is not None
        check_invoice_values(found.kind, command.lines, has_order=ordered, has_credits=credited)
        check_state(found, EDITABLE, "revised")
        company = self._directory.company(found.company)
        self._check_content(company, command.supplier, found.clerk, command.lines, at)
        self._check_requisition(found.requisition, company, command.lines)
        check_sums(self._directory, company.code, found.currency, command.lines, command.total)
        return self.filing.put(
            replace(
                found,
                supplier=command.supplier,
                supplier_reference=command.supplier_reference,
                invoice_date=command.invoice_date,
                due_on=command.due_on,
                lines=command.lines,
                total=signed(found.kind, gross_of(command.lines)),
                text=command.text,
                status="captured",
                reason=None,
                revision=found.revision + 1,
                version=found.version + 1,
                updated_at=at,
            )
        )

    def approve(self, command: ApproveInvoice, at: datetime, actor: str) -> Done:
        found = self.filing.named(command.number)
        self._judge(found, command.approver, actor, "approve")
        check_state(found, ("captured",), "approved")
        approved = replace(
            found,
            status="approved",
            approvals=(Approval(command.approver, None, at),),
            approved_at=at,
            version=found.version + 1,
            updated_at=at,
        )
        return self.filing.put(approved, "approved")

    def reject(self, command: RejectInvoice, at: datetime, actor: str) -> Done:
        found = self.filing.named(command.number)
        check_filled(reason=command.reason)
        self._judge(found, command.approver, actor, "reject")
        check_state(found, ("captured",), "rejected")
        refused = replace(found, status="rejected", reason=command.reason, version=found.version + 1, updated_at=at)
        return self.filing.put(refused, "rejected")

    def cancel(self, command: CancelInvoice, at: datetime) -> Done:
        found = self.filing.named(command.number)
        check_state(found, EDITABLE, "cancelled")
        return self.filing.put(
            replace(found, status="cancelled", version=found.version + 1, updated_at=at), "cancelled"
        )

    def _judge(self, invoice: Invoice, approver: str, actor: str, action: str) -> None:
        check_own_hand(approver, actor, action)
        check_single_approver(
            self._directory.person(approver),
            company=invoice.company,
            filed_by=invoice.clerk,
            amount=abs(invoice.total),
            action=action,
        )

    def _check_content(
        self, company: Company, supplier: str, clerk: str, lines: Sequence[InvoiceLine], at: datetime
    ) -> None:
        uses = [("person", clerk), ("supplier", supplier), *uses_of(lines)]
        self._directory.check(company.code, uses, company.business_date(at))
        check_accounts(self._directory, [line.account for line in lines])

    def _check_requisition(self, number: str | None, company: Company, lines: Sequence[InvoiceLine]) -> None:
        if number is None:
            return
        ordered = self._requisitions.named(number)
        if ordered.company != company.code:
            raise Refused(Invalid("requisition", f"{number} is a requisition of {ordered.company}"))
        check_state(ordered, ORDERABLE, "invoiced")
        for at, line in enumerate(lines):
            if line.order_line is not None and line.order_line > len(ordered.lines):
                says = f"{number} has no line {line.order_line}; it has {len(ordered.lines)}"
                raise Refused(Invalid(f"lines.{at}.order_line", says))

    def _check_credited(self, command: CaptureInvoice, company: Company) -> None:
        if command.credits is None:
            return
        credited = self.filing.named(command.credits)
        check_state(credited, ("approved", "posted", "paid"), "credited")
        if credited.kind != "invoice" or credited.company != company.code:
            raise Refused(Invalid("credits", f"{credited.number} is no invoice of {company.code}"))


def check_single_approver(
    approver: Person, *, company: str, filed_by: str, amount: int, action: str, free: tuple[str, ...] = ()
) -> None:
    """Raises Refused(NotAllowed) unless this one person may decide it alone. Roles in `free` need no limit."""
    if approver.id == filed_by:
        raise Refused(NotAllowed(approver.id, action, "segregation of duties: nobody judges what he filed"))
    if approver.company != company:
        raise Refused(NotAllowed(approver.id, action, f"he belongs to {approver.company}, not to {company}"))
    if approver.role not in free and approver.limit < max(amount, 1):
        raise Refused(NotAllowed(approver.id, action, f"it is above the limit of {approver.limit} minor units"))
