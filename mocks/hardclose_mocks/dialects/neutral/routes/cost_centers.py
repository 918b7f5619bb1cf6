"""Cost centres: the ERP's own, and the copies that an integration puts into the source systems."""

from __future__ import annotations

from dataclasses import replace

from hardclose_mocks.dialects.neutral.description import purchasing_examples as purchasing
from hardclose_mocks.dialects.neutral.routes.resources import COMPANY, Action, Resource, status_filter
from hardclose_mocks.dialects.neutral.routes.shared import desk
from hardclose_mocks.dialects.neutral.wire import purchasing_answers as answers
from hardclose_mocks.dialects.neutral.wire.cost_centers import CostCenterIn, cost_center
from hardclose_mocks.kernel.documents import CostCenterMaster

COST_CENTERS = Resource(
    kind="cost_center",
    path="/v1/cost-centers",
    document=CostCenterMaster,
    encode=cost_center,
    answer="CostCenter",
    example="DE01-CC01",
    filters={**COMPANY, **status_filter(*answers.COST_CENTER_STATUSES)},
)
COST_CENTER_COPIES = replace(
    COST_CENTERS,
    actions=(
        Action(
            "put",
            "",
            "Carry a cost center over from the ERP",
            lambda asked: asked.body.command(asked.number, refuse_older=desk(asked.request).card.refuses_older),
            CostCenterIn,
            purchasing.COST_CENTERS,
            method="PUT",
            says="The whole of it, as of a revision of the ERP's; one that is not here yet is made.",
        ),
    ),
)
