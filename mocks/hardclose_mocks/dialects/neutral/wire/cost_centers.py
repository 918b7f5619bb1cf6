"""Cost centres on the neutral wire: the ERP's own, and their copies in the source systems."""

from __future__ import annotations

from typing import Any

from pydantic import StrictBool

from hardclose_mocks.dialects.neutral.wire import purchasing_answers as answers
from hardclose_mocks.dialects.neutral.wire.progress import changes
from hardclose_mocks.dialects.neutral.wire.values import Day, Filled, Number, Revision, Wire
from hardclose_mocks.kernel.commands import PutCostCenter
from hardclose_mocks.kernel.documents import CostCenterMaster
from hardclose_mocks.kernel.master import Company


class CostCenterIn(Wire):
    """The whole of it, as of a `revision` of the ERP's."""

    company: Number
    name: Filled
    owner: Number
    valid_from: Day
    valid_to: Day
    blocked: StrictBool
    revision: Revision

    def command(self, number: str, *, refuse_older: bool = False) -> PutCostCenter:
        return PutCostCenter(number, **self.model_dump(), refuse_older=refuse_older)


def put_cost_center(command: PutCostCenter) -> dict[str, Any]:
    return {
        "company": command.company,
        "name": command.name,
        "owner": command.owner,
        "valid_from": command.valid_from.isoformat(),
        "valid_to": command.valid_to.isoformat(),
        "blocked": command.blocked,
        "revision": command.revision,
    }


def cost_center(document: CostCenterMaster, company: Company) -> answers.CostCenter:
    return {
        "number": document.number,
        "company": document.company,
        "name": document.name,
        "owner": document.owner,
        "valid_from": document.valid_from.isoformat(),
        "valid_to": document.valid_to.isoformat(),
        "blocked": document.blocked,
        "status": document.status,
        "revision": document.revision,
        **changes(document, company),
        "created_by": document.created_by,
    }
