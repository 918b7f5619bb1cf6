"""What both source systems share: filters of their lists, and who acts."""

from __future__ import annotations

from typing import TypeVar

from fastapi import Request

from hardclose_mocks.dialects.neutral.routes.paging import Filter
from hardclose_mocks.dialects.neutral.routes.shared import desk, protocol_error
from hardclose_mocks.dialects.neutral.wire import answers
from hardclose_mocks.kernel.refusals import NotAllowed, Refused, UnknownDocument

D = TypeVar("D")


def source_filters(statuses: tuple[str, ...]) -> dict[str, Filter]:
    return {
        "company": Filter(lambda document: document.company),
        "status": Filter(lambda document: document.status, statuses),
        "posting_state": Filter(lambda document: document.posting.state, answers.POSTING_STATES),
    }


REPORT_FILTERS = source_filters(answers.REPORT_STATUSES)
REQUISITION_FILTERS = source_filters(answers.REQUISITION_STATUSES)


def acting_person(request: Request, action: str) -> str:
    """The human behind the credential; an integration may never approve or reject."""
    at = desk(request)
    if at.person is None:
        raise Refused(NotAllowed(at.actor, action, "only people approve, reject and send back; log in as person:<id>"))
    return at.person


def current(request: Request, number: str, kind: type[D], name: str) -> D:
    document = desk(request).books.find(number)
    if document is None:
        raise Refused(UnknownDocument(name.replace(" ", "_"), number))
    if not isinstance(document, kind):
        raise protocol_error("not_found", f"there is no {name} {number}")
    return document
