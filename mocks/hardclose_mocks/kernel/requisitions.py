"""Requisitions in procurement: drafts and their content. How they are approved is the workflow's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hardclose_mocks.kernel.commands import CreateRequisition, OrderLine, ReviseRequisition
from hardclose_mocks.kernel.directory import Directory
from hardclose_mocks.kernel.documents import Done, Posting, Requisition
from hardclose_mocks.kernel.filing import Filing
from hardclose_mocks.kernel.ledger import (
    check_accounts,
    check_currency,
    check_filled,
    check_order_lines,
    order_total,
    uses_of,
)
from hardclose_mocks.kernel.master import Company
from hardclose_mocks.kernel.workflow import UNDER_WAY, check_state

KIND = "requisition"
EDITABLE = ("draft", "rejected")
CANCELLABLE = (*EDITABLE, *UNDER_WAY)
"""An approved one is the integration's already: its order would have to be cancelled."""


class Requisitions:
    def __init__(self, directory: Directory, numbers: set[str]) -> None:
        self._directory = directory
        self.filing: Filing[Requisition] = Filing(KIND, numbers)

    def create(self, command: CreateRequisition, at: datetime) -> Done:
        check_filled(number=command.number)
        check_order_lines(command.lines)
        company = self._directory.company(command.company)
        self._check_content(company, command.requester, command.supplier, command.lines, at)
        check_currency(company, command.currency)
        self.filing.check_new(command.number)
        return self.filing.put(
            Requisition(
                number=command.number,
                company=company.code,
                requester=command.requester,
                supplier=command.supplier,
                currency=command.currency,
                lines=command.lines,
                text=command.text,
                total=order_total(command.lines),
                status="draft",
                revision=1,
                chain=(),
                approvals=(),
                approved_at=None,
                reason=None,
                posting=Posting(),
                version=1,
                created_at=at,
                updated_at=at,
            )
        )

    def revise(self, command: ReviseRequisition, at: datetime) -> Done:
        found = self.filing.named(command.number)
        check_order_lines(command.lines)
        check_state(found, EDITABLE, "revised")
        company = self._directory.company(found.company)
        self._check_content(company, found.requester, found.supplier, command.lines, at)
        return self.filing.put(
            replace(
                found,
                lines=command.lines,
                text=command.text,
                total=order_total(command.lines),
                status="draft",
                revision=found.revision + 1,
                chain=(),
                approvals=(),
                reason=None,
                version=found.version + 1,
                updated_at=at,
            )
        )

    def _check_content(
        self, company: Company, requester: str, supplier: str, lines: Sequence[OrderLine], at: datetime
    ) -> None:
        uses = [("person", requester), ("supplier", supplier), *uses_of(lines)]
        self._directory.check(company.code, uses, company.business_date(at))
        check_accounts(self._directory, [line.account for line in lines])
