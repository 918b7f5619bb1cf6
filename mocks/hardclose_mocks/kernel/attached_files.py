"""Files attached to expense postings: what identifies them, never their content."""

from __future__ import annotations

import re
from datetime import datetime

from hardclose_mocks.kernel.attachments import SIZE_MAX
from hardclose_mocks.kernel.commands import AttachFile
from hardclose_mocks.kernel.documents import Attachment, Done, Event
from hardclose_mocks.kernel.ledger import Ledger, check_filled
from hardclose_mocks.kernel.postings import KIND as POSTING
from hardclose_mocks.kernel.postings import Postings
from hardclose_mocks.kernel.refusals import DuplicateReference, Invalid, Refused, WrongState
from hardclose_mocks.kernel.shelf import Shelf

KIND = "attachment"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Attachments:
    """Never changed, never taken off."""

    def __init__(self, ledger: Ledger, postings: Postings) -> None:
        self._ledger, self._postings = ledger, postings
        self.shelf: Shelf[Attachment] = Shelf()
        self._of: dict[str, list[str]] = {}

    def of(self, posting: str) -> list[Attachment]:
        """Of one posting, oldest first."""
        found = (self.shelf.get(number) for number in self._of.get(posting, ()))
        return [one for one in found if one is not None]

    def attach(self, command: AttachFile, at: datetime, actor: str) -> Done:
        check_filled(name=command.name, content_type=command.content_type)
        check_size(command.size)
        if not _SHA256.fullmatch(command.sha256):
            raise Refused(Invalid("sha256", "a SHA-256 is 64 hexadecimal digits in lower case"))
        posting = self._postings.register.named(command.posting)
        if not posting.live:
            raise Refused(WrongState(POSTING, posting.number, "reversed", "attached to"))
        if command.unique_content:
            for one in self.of(posting.number):
                if one.sha256 == command.sha256:
                    raise Refused(DuplicateReference(command.sha256, one.number))
        attachment = Attachment(
            number=self._ledger.draw("AT", posting.company),
            company=posting.company,
            reference=posting.reference,
            posting=posting.number,
            name=command.name,
            content_type=command.content_type,
            size=command.size,
            sha256=command.sha256,
            version=1,
            created_at=at,
            updated_at=at,
            created_by=actor,
        )
        self.shelf.put(attachment)
        self._of.setdefault(posting.number, []).append(attachment.number)
        event = Event(f"{KIND}.created", attachment.number, 1, posting.company, at, {"posting": posting.number})
        return Done(attachment.number, 1, (event,))


def check_size(size: int) -> None:
    """Raises Refused(Invalid) for an empty file, and for one above 25 MB."""
    if not 0 < size <= SIZE_MAX:
        raise Refused(Invalid("size", f"a file has 1 to {SIZE_MAX} bytes, not {size}"))
