"""A job: what became of one piece of work so far, and what is left to do. Knows no HTTP and no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from hardclose_reference.targets import TARGETS

DUE, POSTED, PARKED, SUPERSEDED = "due", "posted", "parked", "superseded"
UNDONE = ("reversed", "cancelled")
"""Statuses of ERP documents that no longer count."""


@dataclass(slots=True, weakref_slot=True)
class Job:
    """An approved document of a source system on its way into the ERP and back, or an errand that follows from one.

    `kind` is the document's (see `targets`), or the errand's; `number` is the source's, `document` the ERP's. While we
    do not know the outcome of an attempt, `in_doubt_since` and `last_sent_at` (epoch seconds) are when its first and
    its last request left. `refusals` counts definite refusals: each correction is a new attempt with a key of its own.
    `moves` counts those for a closed period since a person looked. `told` is what the source has confirmed; `paid` and
    `voided` are what the ERP says. `instance` is empty but for duplicates by intent.

    `needs` are the jobs, by kind and number, that must have been posted first; `waits_since` is when one of them was
    first missed. `accepted` is where the ERP tells how a request ends that it has only accepted yet. `resent` is set
    where one was sent again without knowing of the first, `sightings` are live ERP documents under our number that are
    not `document`. `numbers` are the ERP's of what the document names: supplier, order, credits. `blocked` is why the
    ERP does not pay it, `returned` that a payment came back, `heard_version` the latest version of the document that
    it told of. `home` is the system and the number under which a person is shown an errand.
    `batch` names the batch that it was last a row of, `alone` keeps it out of others. `spoilt` is set
    once the key of the attempt in doubt may stand for an error for ever. `withdrawn` is why its source wants it no
    more, as of `source_version`; `successor` what it wants instead, once that is approved. `former` are ERP documents
    of revisions before this one."""

    kind: str
    number: str
    revision: int
    source: dict[str, Any]
    instance: str = ""
    state: str = DUE
    posting_date: str | None = None
    refusals: int = 0
    moves: int = 0
    tries: int = 0
    in_doubt_since: float | None = None
    last_sent_at: float | None = None
    document: str | None = None
    reason: str | None = None
    told: list[str | None] | None = None
    next_at: float = 0.0
    paid: bool = False
    voided: bool = False
    accepted: str | None = None
    resent: bool = False
    sightings: list[str] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)
    blocked: str | None = None
    heard_version: int = 0
    returned: str | None = None
    needs: list[list[str]] = field(default_factory=list)
    waits_since: float | None = None
    home: list[str] | None = None
    batch: str = ""
    alone: bool = False
    spoilt: bool = False
    withdrawn: str = ""
    successor: dict[str, Any] | None = None
    former: list[str] = field(default_factory=list)
    source_version: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.number, self.instance

    @property
    def system(self) -> str:
        """The source system whose people care."""
        return self.home[0] if self.home else TARGETS[self.kind].system

    @property
    def shown_as(self) -> str:
        """The number that means something to a person."""
        return self.home[1] if self.home else self.number

    @property
    def accounting_date(self) -> str:
        """The company-local date of the final approval, as the card says; of goods and accruals, the one they bear."""
        return str(self.source[TARGETS[self.kind].date] or self.source["updated_at"])[:10]

    def wanted(self) -> list[str | None] | None:
        """What the source should be told by now: state, document, reason. Of errands it is told nothing."""
        if self.kind not in TARGETS or self.withdrawn:
            return None
        if self.state == POSTED and self.voided and self.kind != "accrual":
            return ["parked", None, f"{self.document} was reversed in the ERP"]
        if self.state == POSTED and self.blocked and not self.paid:
            return ["parked", self.document, self.blocked]
        if self.state == POSTED:
            return ["paid" if self.paid else "posted", self.document, self.returned]
        if self.state == PARKED:
            return ["parked", None, self.reason]
        return ["submitted", None, None] if self.accepted else None

    @property
    def open(self) -> bool:
        return self.state == DUE or self.wanted() not in (None, self.told)

    def hears(self, document: Mapping[str, Any]) -> bool:
        """Takes over what the ERP says of our document: paid, reversed, not to be paid. Whether that is news."""
        version = int(document.get("version", 0))
        if version < self.heard_version:
            return False
        self.heard_version = version
        before = self.paid, self.voided, self.blocked
        was_paid = self.paid
        self.paid = document.get("payment") == "paid"
        self.voided = document.get("status") in UNDONE
        match, block = document.get("match"), document.get("payment_block")
        self.blocked = f"payment blocked: {match}" if block else None
        if self.paid or was_paid:
            self.returned = None if self.paid else f"the payment of {self.document} was returned"
        return before != (self.paid, self.voided, self.blocked)

    # --- how it goes on -----------------------------------------------------------------------------------------

    def begin_anew(self, source: dict[str, Any]) -> None:
        """With what its source says now. The same object, for whoever has it in hand; another key for the ERP."""
        former = [*self.former, *([self.document] if self.document else [])]
        refusals = self.refusals + 1
        fresh = Job(self.kind, self.number, int(source["revision"]), source, self.instance, needs=self.needs)
        for one in fields(Job):
            setattr(self, one.name, getattr(fresh, one.name))
        self.former, self.refusals = former, refusals

    def done(self, document: str) -> None:
        self.state, self.document, self.reason, self.tries = POSTED, document, None, 0
        self.in_doubt_since = self.last_sent_at = self.waits_since = self.accepted = None

    def parked(self, reason: str) -> None:
        self.state, self.reason, self.tries = PARKED, reason, 0
        self.in_doubt_since = self.last_sent_at = self.accepted = None

    def gives_up_its_key(self) -> None:
        """What is sent now is another attempt, and bears a key of its own."""
        self.in_doubt_since, self.last_sent_at, self.spoilt = None, None, False
        self.refusals += 1

    def due_again(self) -> None:
        """The cause is mended, or what was missing has come."""
        self.state, self.posting_date, self.moves, self.next_at, self.waits_since = DUE, None, 0, 0.0, None
