"""The controller at close: accrues what came and was not invoiced, and keeps the cost centres. Knows no periods."""

from __future__ import annotations

from collections.abc import Mapping

from hardclose_mocks.kernel.commands import (
    ApproveAccrual,
    BlockCostCenter,
    ChangeCostCenter,
    CreateCostCenter,
    ProposeAccrual,
)
from hardclose_mocks.kernel.master import Company
from hardclose_simulator.actors.declaring import accrual_approved, cost_center_changed, cost_center_created
from hardclose_simulator.actors.steps import Actor, Ask, Declare, WaitUntil
from hardclose_simulator.planned import PlannedAccrual, PlannedCostCenter


def accrue(planned: PlannedAccrual, numbers: Mapping[str, str]) -> Actor:
    """Proposed by the controller, approved by the head of finance, declared. Ends where the books refuse."""
    yield WaitUntil(planned.proposed_at)
    propose = ProposeAccrual(
        number=planned.number,
        company=planned.company,
        requisition=numbers[planned.order],
        order_line=planned.order_line,
        amount=planned.amount,
        accrued_on=planned.accrued_on,
        reverse_on=planned.reverse_on,
        person=planned.person,
    )
    if (yield Ask("procurement", propose, planned.person)).refusal:
        return
    yield WaitUntil(planned.approved_at)
    approved = yield Ask("procurement", ApproveAccrual(planned.number, planned.approver), planned.approver)
    if not approved.refusal:
        yield Declare(accrual_approved(planned, approved, numbers))


def keep_cost_center(planned: PlannedCostCenter, company: Company) -> Actor:
    """Made in the ERP, renamed or blocked there, each time declared: the source systems have to follow."""
    yield WaitUntil(planned.created_at)
    create = CreateCostCenter(planned.number, planned.company, planned.name, planned.owner)
    created = yield Ask("erp", create, planned.person)
    if created.refusal:
        return
    yield Declare(cost_center_created(planned, company, created))
    fields = {"name": planned.name, "owner": planned.owner}
    blocked = False
    for edit in planned.edits:
        yield WaitUntil(edit.at)
        fields |= {name: str(value) for name, value in edit.values.items()}
        blocked = blocked or edit.what == "blocked"
        outcome = yield Ask(
            "erp",
            BlockCostCenter(planned.number, True)
            if edit.what == "blocked"
            else ChangeCostCenter(planned.number, name=fields["name"], owner=fields["owner"]),
            planned.person,
        )
        if not outcome.refusal:
            yield Declare(cost_center_changed(planned, edit, company, outcome, fields, blocked=blocked))
