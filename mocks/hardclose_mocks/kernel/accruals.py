"""Accruals in procurement: what was received and not invoiced at close, proposed by one and approved by another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hardclose_mocks.kernel.commands import ApproveAccrual, ProposeAccrual
from hardclose_mocks.kernel.directory import Directory
from hardclose_mocks.kernel.documents import Accrual, Approval, Done, Posting, Requisition
from hardclose_mocks.kernel.filing import Filing
from hardclose_mocks.kernel.inbox import check_single_approver
from hardclose_mocks.kernel.ledger import check_filled
from hardclose_mocks.kernel.receiving import ORDERABLE
from hardclose_mocks.kernel.refusals import Invalid, Refused
from hardclose_mocks.kernel.workflow import check_own_hand, check_state

KIND = "accrual"


class Accruals:
    def __init__(self, directory: Directory, requisitions: Filing[Requisition], numbers: set[str]) -> None:
        self._directory, self._requisitions = directory, requisitions
        self.filing: Filing[Accrual] = Filing(KIND, numbers)

    def propose(self, command: ProposeAccrual, at: datetime, actor: str) -> Done:
        check_filled(number=command.number)
        if command.amount <= 0:
            raise Refused(Invalid("amount", f"an accrual is above zero, not {command.amount} minor units"))
        if command.reverse_on <= command.accrued_on:
            raise Refused(Invalid("reverse_on", f"{command.reverse_on} is not after {command.accrued_on}"))
        check_own_hand(command.person, actor, "propose")
        company = self._directory.company(command.company)
        self._directory.check(company.code, [("person", command.person)], command.accrued_on)
        ordered = self._requisitions.named(command.requisition)
        if ordered.company != company.code:
            raise Refused(Invalid("requisition", f"{ordered.number} is a requisition of {ordered.company}"))
        check_state(ordered, ORDERABLE, "accrued")
        if not 1 <= command.order_line <= len(ordered.lines):
            says = f"{ordered.number} has no line {command.order_line}; it has {len(ordered.lines)}"
            raise Refused(Invalid("order_line", says))
        self.filing.check_new(command.number)
        line = ordered.lines[command.order_line - 1]
        return self.filing.put(
            Accrual(
                number=command.number,
                company=company.code,
                requisition=ordered.number,
                order_line=command.order_line,
                account=line.account,
                cost_center=line.cost_center,
                amount=command.amount,
                currency=ordered.currency,
                accrued_on=command.accrued_on,
                reverse_on=command.reverse_on,
                person=command.person,
                status="proposed",
                revision=1,
                approvals=(),
                approved_at=None,
                posting=Posting(),
                version=1,
                created_at=at,
                updated_at=at,
            )
        )

    def approve(self, command: ApproveAccrual, at: datetime, actor: str) -> Done:
        found = self.filing.named(command.number)
        action = "approve"
        check_own_hand(command.approver, actor, action)
        check_single_approver(
            self._directory.person(command.approver),
            company=found.company,
            filed_by=found.person,
            amount=found.amount,
            action=action,
            free=("controller",),
        )
        check_state(found, ("proposed",), "approved")
        approved = replace(
            found,
            status="approved",
            approvals=(Approval(command.approver, None, at),),
            approved_at=at,
            version=found.version + 1,
            updated_at=at,
        )
        return self.filing.put(approved, "approved")
