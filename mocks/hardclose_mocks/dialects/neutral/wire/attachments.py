"""Attachments of expense reports and postings on the neutral wire."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import StrictBool

from hardclose_mocks.dialects.neutral.wire import answers, purchasing_answers
from hardclose_mocks.dialects.neutral.wire.progress import changes
from hardclose_mocks.dialects.neutral.wire.values import DocumentNumber, Filled, Size, Wire
from hardclose_mocks.kernel.attachments import sha256_of
from hardclose_mocks.kernel.commands import AttachReceipt
from hardclose_mocks.kernel.documents import Attachment, ReportAttachment
from hardclose_mocks.kernel.master import Company

ReceiptType = Literal["application/pdf", "image/jpeg", "image/png", "image/tiff", "image/heic"]


class AttachmentIn(Wire):
    """`id` names the content, which is `size` bytes long. `required`: the posting is not complete without it."""

    id: DocumentNumber
    name: Filled
    content_type: ReceiptType
    size: Size
    required: StrictBool = False

    def command(self, number: str) -> AttachReceipt:
        return AttachReceipt(number, self.id, self.name, self.content_type, self.size, self.required)


# --- the other direction ---------------------------------------------------------------------------------------


def attach_receipt(command: AttachReceipt) -> dict[str, Any]:
    return {name: getattr(command, name) for name in AttachmentIn.model_fields}


def report_attachment(one: ReportAttachment) -> answers.ReportAttachment:
    return {
        "id": one.id,
        "name": one.name,
        "content_type": one.content_type,
        "size": one.size,
        "sha256": sha256_of(one.id, one.size),
        "required": one.required,
    }


def attachment(document: Attachment, company: Company) -> purchasing_answers.Attachment:
    return {
        "number": document.number,
        "company": document.company,
        "reference": document.reference,
        "posting": document.posting,
        "name": document.name,
        "content_type": document.content_type,
        "size": document.size,
        "sha256": document.sha256,
        **changes(document, company),
        "created_by": document.created_by,
    }
