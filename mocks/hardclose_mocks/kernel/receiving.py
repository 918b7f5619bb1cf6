"""Receipts in procurement: goods that arrived for a requisition, and went back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hardclose_mocks.kernel.commands import RecordReceipt, ReverseReceipt
from hardclose_mocks.kernel.directory import Directory
from hardclose_mocks.kernel.documents import Done, Posting, Receipt, Requisition
from hardclose_mocks.kernel.filing import Filing
from hardclose_mocks.kernel.goods_receipts import pieces_by_line
from hardclose_mocks.kernel.ledger import check_filled
from hardclose_mocks.kernel.refusals import Invalid, Refused
from hardclose_mocks.kernel.workflow import check_own_hand, check_state

KIND = "receipt"
ORDERABLE = ("approved", "ordered")
"""Statuses of a requisition for which goods and invoices may come."""


class Receipts:
    """What arrives is recorded as it is, more than was ordered too: the ERP judges it."""

    def __init__(self, directory: Directory, requisitions: Filing[Requisition], numbers: set[str]) -> None:
        self._directory, self._requisitions = directory, requisitions
        self.filing: Filing[Receipt] = Filing(KIND, numbers)

    def record(self, command: RecordReceipt, at: datetime) -> Done:
        check_filled(number=command.number)
        pieces = pieces_by_line(command.lines)
        ordered = self._requisitions.named(command.requisition)
        self._directory.check(ordered.company, [("person", command.receiver)], command.received_on)
        check_state(ordered, ORDERABLE, "received")
        if max(pieces) > len(ordered.lines):
            raise Refused(Invalid("lines", f"{ordered.number} has no line {max(pieces)}; it has {len(ordered.lines)}"))
        self.filing.check_new(command.number)
        return self.filing.put(
            Receipt(
                number=command.number,
                company=ordered.company,
                requisition=ordered.number,
                receiver=command.receiver,
                received_on=command.received_on,
                lines=command.lines,
                status="recorded",
                revision=1,
                reason=None,
                reversed_by=None,
                posting=Posting(),
                version=1,
                created_at=at,
                updated_at=at,
            ),
            "recorded",
        )

    def reverse(self, command: ReverseReceipt, at: datetime, actor: str) -> Done:
        """Whether it is posted or not: the integration takes back what it carried, or never carries it."""
        receipt = self.filing.named(command.number)
        check_filled(reason=command.reason)
        check_own_hand(command.person, actor, "reverse")
        self._directory.person(command.person)
        check_state(receipt, ("recorded", "posted"), "reversed")
        undone = replace(
            receipt,
            status="reversed",
            reason=command.reason,
            reversed_by=command.person,
            revision=receipt.revision + 1,
            version=receipt.version + 1,
            updated_at=at,
        )
        return self.filing.put(undone, "reversed")
