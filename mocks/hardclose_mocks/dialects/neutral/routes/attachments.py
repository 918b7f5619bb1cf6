"""Attachments: an expense report's receipts, whose content is made when somebody reads it; and the files of the ERP's
postings, of which the books keep the digest."""

from __future__ import annotations

from typing import Annotated, TypeVar, cast

from fastapi import FastAPI, Query, Request
from fastapi.responses import Response

from hardclose_mocks.dialects.neutral.routes.paging import listing
from hardclose_mocks.dialects.neutral.routes.shared import desk, one, protocol_error, reply
from hardclose_mocks.dialects.neutral.wire.attachments import AttachmentIn, attachment, report_attachment
from hardclose_mocks.dialects.neutral.wire.values import SHA256
from hardclose_mocks.kernel.attachments import content
from hardclose_mocks.kernel.commands import AttachFile
from hardclose_mocks.kernel.documents import Attachment, ExpensePosting, ExpenseReport
from hardclose_mocks.kernel.refusals import Invalid, Refused

UPLOADS = frozenset({"attachment.create"})
"""Operations whose body is a file."""
D = TypeVar("D")


def add_report_attachments(app: FastAPI) -> None:
    @app.post(
        "/v1/expense-reports/{number}/attachments",
        operation_id="report_attachment.create",
        tags=["attachments"],
        status_code=201,
    )
    async def attach(request: Request, number: str, body: AttachmentIn) -> Response:
        """Before the report is submitted. The content is made of `id` and `size`."""
        desk(request).do(body.command(number))
        report = _found(request, number, ExpenseReport)
        return reply(next(report_attachment(one) for one in report.attachments if one.id == body.id), 201)

    @app.get("/v1/expense-reports/{number}/attachments", operation_id="report_attachment.list", tags=["attachments"])
    async def page(request: Request, number: str) -> Response:
        report = _found(request, number, ExpenseReport)
        desk(request).serve([report])
        return reply({"items": [report_attachment(one) for one in report.attachments], "next_cursor": None})

    @app.get(
        "/v1/expense-reports/{number}/attachments/{id}/content",
        operation_id="report_attachment.content",
        tags=["attachments"],
    )
    async def read(request: Request, number: str, id: str) -> Response:  # the wire calls it id
        """The bytes, under the attachment's own content type. Its SHA-256, hexadecimal, is the ETag."""
        for held in _found(request, number, ExpenseReport).attachments:
            if held.id == id:
                headers = {"ETag": f'"{report_attachment(held)["sha256"]}"', "Content-Type": held.content_type}
                return Response(content(held.id, held.size), headers=headers)
        raise protocol_error("not_found", f"there is no attachment {id} of {number}")


def add_posting_attachments(app: FastAPI) -> None:
    @app.post(
        "/v1/expense-postings/{number}/attachments",
        operation_id="attachment.create",
        tags=["attachments"],
        status_code=201,
    )
    async def attach(
        request: Request,
        number: str,
        name: Annotated[str, Query(min_length=1, max_length=200)],
        sha256: Annotated[str | None, Query(pattern=SHA256)] = None,
    ) -> Response:
        """The body is the file, its Content-Type that of the file. With `sha256` what was changed or cut off on its way
        is refused. The books keep size and digest."""
        at = desk(request)
        file = at.upload
        assert file is not None, "the operation takes files"
        if not file.size or not file.content_type:
            raise Refused(Invalid("body", "a file has a content, and a Content-Type"))
        if sha256 not in (None, file.sha256):
            raise Refused(Invalid("sha256", f"what arrived is {file.size} bytes of {file.sha256}"))
        unique = at.card.terms_of("attachment.create").unique_reference
        done = at.do(AttachFile(number, name, file.content_type, file.size, file.sha256, unique_content=unique))
        made = cast(Attachment, at.books.find(cast(str, done.document)))
        encoded = attachment(made, at.companies[made.company])
        return reply(encoded, 201, ETag=f'"{made.version}"', Location=f"/v1/attachments/{made.number}")

    @app.get("/v1/expense-postings/{number}/attachments", operation_id="attachment.list", tags=["attachments"])
    async def page(request: Request, number: str) -> Response:
        """So that whoever lost an answer sees whether his file is there."""
        _found(request, number, ExpensePosting)
        return listing(request, "attachment", attachment, {}, only=lambda document: document.posting == number)

    @app.get("/v1/attachments/{number}", operation_id="attachment.get", tags=["attachments"])
    async def get(request: Request, number: str) -> Response:
        return one(request, number, Attachment, attachment)


def _found(request: Request, number: str, kind: type[D]) -> D:
    document = desk(request).books.find(number)
    if not isinstance(document, kind):
        raise protocol_error("not_found", f"there is no {number} here")
    return document
