"""Facts of suppliers, goods, invoices, accruals and cost centres, from what people asked for; nothing is read back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.commands import CaptureInvoice
from hardclose_mocks.kernel.master import Company
from hardclose_simulator.actors.steps import Outcome
from hardclose_simulator.planned import (
    Edit,
    PlannedAccrual,
    PlannedCostCenter,
    PlannedInvoice,
    PlannedReceipt,
    PlannedSupplier,
)


def supplier_registered(planned: PlannedSupplier, company: Company, outcome: Outcome) -> Fact:
    fields = ("name", "tax_id", "payment_terms_days", "contact", "bank_account")
    return _master(planned, company, outcome, truth={name: getattr(planned, name) for name in fields})


def supplier_changed(
    planned: PlannedSupplier, edit: Edit, company: Company, outcome: Outcome, numbers: Mapping[str, str]
) -> Fact:
    truth = {**edit.values, **({"into": numbers[edit.into]} if edit.into else {})}
    needs = (planned.id, edit.into) if edit.into else (planned.id,)
    return _master(planned, company, outcome, truth=truth, edit=edit, needs=needs)


def cost_center_created(planned: PlannedCostCenter, company: Company, outcome: Outcome) -> Fact:
    truth = {"name": planned.name, "owner": planned.owner, "blocked": False}
    return _master(planned, company, outcome, truth=truth)


def cost_center_changed(
    planned: PlannedCostCenter,
    edit: Edit,
    company: Company,
    outcome: Outcome,
    fields: Mapping[str, str],
    *,
    blocked: bool,
) -> Fact:
    return _master(planned, company, outcome, truth={**fields, "blocked": blocked}, edit=edit)


def receipt_recorded(
    planned: PlannedReceipt, company: Company, outcome: Outcome, partner: str, numbers: Mapping[str, str]
) -> Fact:
    return Fact(
        id=planned.id,
        flow=planned.flow,
        system=planned.system,
        source=planned.number,
        revision=revision_of(outcome, 1),
        company=planned.company,
        currency=planned.currency,
        total=planned.worth,
        partner=partner,
        lines=tuple({"order_line": line, "quantity": quantity} for line, quantity in planned.lines),
        due_at=outcome.at,
        accounting_date=company.business_date(outcome.at).isoformat(),
        needs=(planned.order,),
        truth={
            "requisition": numbers[planned.order],
            "received_on": company.business_date(outcome.at).isoformat(),
        },
    )


def receipt_reversed(
    planned: PlannedReceipt, company: Company, outcome: Outcome, partner: str, numbers: Mapping[str, str]
) -> Fact:
    return Fact(
        id=f"{planned.id}.reversed",
        flow=planned.flow,
        system=planned.system,
        source=planned.number,
        revision=revision_of(outcome, 2),
        company=planned.company,
        currency=planned.currency,
        total=planned.worth,
        partner=partner,
        lines=(),
        due_at=outcome.at,
        accounting_date=company.business_date(outcome.at).isoformat(),
        what="reversed",
        needs=(planned.id,),
        truth={"requisition": numbers[planned.order]},
    )


def invoice_approved(
    planned: PlannedInvoice, capture: CaptureInvoice, company: Company, outcome: Outcome, numbers: Mapping[str, str]
) -> Fact:
    needs = [planned.order, planned.credits, planned.partner if planned.partner in numbers else None]
    return Fact(
        id=planned.id,
        flow=planned.flow,
        system=planned.system,
        source=planned.number,
        revision=revision_of(outcome, 1),
        company=planned.company,
        currency=planned.currency,
        total=planned.total,
        partner=capture.supplier,
        lines=tuple(
            {
                "order_line": line.order_line,
                "account": line.account,
                "cost_center": line.cost_center,
                "project": None,
                "text": line.text,
                "quantity": line.quantity,
                "unit_price": line.unit_price,
                "tax_code": line.tax_code,
                "tax": line.tax,
            }
            for line in planned.lines
        ),
        due_at=outcome.at,
        accounting_date=company.business_date(outcome.at).isoformat(),
        needs=tuple(one for one in needs if one is not None),
        truth={
            "kind": capture.kind,
            "supplier_reference": capture.supplier_reference,
            "invoice_date": capture.invoice_date.isoformat(),
            "due_on": capture.due_on.isoformat(),
            "requisition": capture.requisition,
            "credits": capture.credits,
        },
    )


def accrual_approved(planned: PlannedAccrual, outcome: Outcome, numbers: Mapping[str, str]) -> Fact:
    """Dated the day it accrues for, whenever it is approved."""
    return Fact(
        id=planned.id,
        flow=planned.flow,
        system=planned.system,
        source=planned.number,
        revision=revision_of(outcome, 1),
        company=planned.company,
        currency=planned.currency,
        total=planned.amount,
        partner="",
        lines=({"account": planned.account, "cost_center": planned.cost_center, "amount": planned.amount},),
        due_at=outcome.at,
        accounting_date=planned.accrued_on.isoformat(),
        truth={
            "requisition": numbers[planned.order],
            "order_line": planned.order_line,
            "accrued_on": planned.accrued_on.isoformat(),
            "reverse_on": planned.reverse_on.isoformat(),
        },
    )


def revision_of(outcome: Outcome, otherwise: int) -> int:
    """The revision that the books said the command made."""
    events = outcome.done.events if outcome.done is not None else ()
    return events[0].revision if events else otherwise


def _master(
    planned: PlannedSupplier | PlannedCostCenter,
    company: Company,
    outcome: Outcome,
    *,
    truth: Mapping[str, Any],
    edit: Edit | None = None,
    needs: tuple[str, ...] = (),
) -> Fact:
    return Fact(
        id=edit.id if edit is not None else planned.id,
        flow=planned.flow,
        system=planned.system,
        source=planned.number,
        revision=revision_of(outcome, 1),
        company=planned.company,
        currency=company.currency,
        total=0,
        partner=planned.number if planned.flow == "SUP" else "",
        lines=(),
        due_at=outcome.at,
        accounting_date=company.business_date(outcome.at).isoformat(),
        what=edit.what if edit is not None else "created",
        needs=needs,
        truth=truth,
    )
