"""All kinds of documents that the neutral systems offer, by system."""

from __future__ import annotations

from collections.abc import Mapping

from hardclose_mocks.dialects.neutral.routes.erp import ERP_RESOURCES
from hardclose_mocks.dialects.neutral.routes.expense import EXPENSE_RESOURCES
from hardclose_mocks.dialects.neutral.routes.procurement import PROCUREMENT_RESOURCES
from hardclose_mocks.dialects.neutral.routes.resources import Encode, Resource
from hardclose_mocks.dialects.neutral.wire.attachments import attachment
from hardclose_mocks.kernel.documents import Attachment

RESOURCES: tuple[Resource, ...] = (*ERP_RESOURCES, *PROCUREMENT_RESOURCES, *EXPENSE_RESOURCES)
ENCODERS: Mapping[type, Encode] = {
    **{resource.document: resource.encode for resource in RESOURCES},
    Attachment: attachment,
}
"""How a document is worded, by its type."""
SUBJECTS: Mapping[str, str] = {
    resource.operation("create"): "reference" if resource.by_reference else "number"
    for resource in RESOURCES
    if resource.creation is not None
}
"""The member of a creating body that names what it is about, by operation."""
