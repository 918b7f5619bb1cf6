"""What an integration may write back about an approved document, and in which order."""

from __future__ import annotations

from datetime import datetime

from hardclose_mocks.kernel.commands import RecordPosting
from hardclose_mocks.kernel.documents import Posting
from hardclose_mocks.kernel.refusals import Invalid, Refused, VersionMismatch, WrongState
from hardclose_mocks.kernel.workflow import SourceDocument, kind_of

NEXT = {
    "none": ("submitted", "posted", "parked", "rejected"),
    "submitted": ("submitted", "posted", "parked", "rejected"),
    "parked": ("submitted", "posted", "parked", "rejected"),
    "rejected": ("submitted", "posted", "parked", "rejected"),
    "posted": ("posted", "paid", "parked", "rejected"),
    "paid": (),
}
"""What may follow. Posted may be posted again under another number, or taken back with a reason: a reversal.
Paid is the end, unless the payment came back: then it is posted again, with that reason."""
NEEDS_DOCUMENT = ("posted", "paid")
NEEDS_REASON = ("parked", "rejected")


def next_posting(
    document: SourceDocument,
    command: RecordPosting,
    *,
    states: tuple[str, ...],
    ready: tuple[str, ...],
    at: datetime,
) -> Posting | None:
    """The posting as written back, or None if exactly that stood there before.

    `states` are those this kind of document knows, `ready` its statuses from approved on. Raises Refused."""
    if command.expected_version not in (None, document.version):
        raise Refused(VersionMismatch(document.number, command.expected_version or 0, document.version))
    if command.state not in states:
        raise Refused(Invalid("state", f"no state {command.state!r}; there are {', '.join(states)}"))
    if command.state in NEEDS_DOCUMENT and not (command.document or "").strip():
        raise Refused(Invalid("document", f"{command.state} needs the number of the ERP document"))
    if command.state in NEEDS_REASON and not (command.reason or "").strip():
        raise Refused(Invalid("reason", f"{command.state} needs a reason"))
    if document.status not in ready:
        raise Refused(WrongState(kind_of(document), document.number, document.status, command.state))
    before = document.posting
    if (before.state, before.document, before.reason) == (command.state, command.document, command.reason):
        return None
    came_back = before.state == "paid" and command.state == "posted" and (command.reason or "").strip()
    if command.state not in NEXT[before.state] and not came_back:
        state = document.status if before.state == "none" else before.state
        raise Refused(WrongState(kind_of(document), document.number, state, command.state))
    if command.state == "paid" and command.document != before.document:
        raise Refused(Invalid("document", f"{document.number} is posted as {before.document}, not {command.document}"))
    return Posting(command.state, command.document, command.reason, at)
