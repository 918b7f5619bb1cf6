"""What the people of one case do, in the log's order, as far as it can be done. Knows no systems and no wire time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, assert_never

from hardclose_simulator.logs.activities import Activities, Meaning
from hardclose_simulator.logs.cases import LogCase

MoveKind = Literal[
    "save", "submit", "resubmit", "approve", "final_approve", "send_back", "recall", "request_payment", "pay"
]
EMPLOYEES = frozenset(("employee", "requester", "submitter", "claimant", "applicant"))
"""Roles whose rejection of a report is a recall of their own."""


@dataclass(frozen=True, slots=True)
class Move:
    """`logged_at` is the log's instant, in UTC; `role` is the log's word for who did it, if it has one."""

    kind: MoveKind
    logged_at: datetime
    role: str | None = None


@dataclass(slots=True)
class Walk:
    """One case, walked through. `skipped` counts impossible steps by kind, `meaningless` activities by name.

    `status`: none, draft, submitted, returned, approved, posted, paid. Approved holds until the log asks for payment
    or pays: only then is the approval final. Books post on approval and cannot go back, so whatever the log takes back
    or repeats before that must have been no final approval."""

    moves: list[Move] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    meaningless: dict[str, int] = field(default_factory=dict)
    promoted: int = 0
    """Approvals made final because the log pays for what nobody had finally approved."""
    status: str = "none"

    def take(self, meaning: Meaning, at: datetime) -> None:
        match meaning.step:
            case "saved":
                self._save(at)
            case "submitted":
                self._submit(at)
            case "approved" | "final_approval":
                self._approve(meaning, at)
            case "rejected":
                self._reject(meaning.role, at)
            case "request_payment":
                self._request_payment(at)
            case "payment":
                self._pay(at)
            case "ignored":
                raise AssertionError("ignored activities have no meaning")
            case _:
                assert_never(meaning.step)

    def _save(self, at: datetime) -> None:
        match self.status:
            case "none":
                self._move("save", at, "draft")
            case "draft" | "returned":
                self._skip("saved again")
            case _:
                self._skip("saved after submission")

    def _submit(self, at: datetime) -> None:
        match self.status:
            case "none" | "draft":
                self._move("submit", at, "submitted")
            case "returned":
                self._move("resubmit", at, "submitted")
            case "submitted":
                self._skip("submitted twice")
            case _:
                self._skip("submitted after final approval")

    def _approve(self, meaning: Meaning, at: datetime) -> None:
        match self.status:
            case "none" | "draft":
                self._skip("approved before submission")
            case "returned":
                self._skip("approved after rejection")
            case "posted" | "paid":
                self._skip("approved after posting")
            case "approved":
                # The last approval before posting counts, so the one before it was a step on the way.
                self._demote()
                self._move("final_approve", at, "approved", meaning.role)
            case _:
                final = meaning.step == "final_approval"
                kind: MoveKind = "final_approve" if final else "approve"
                self._move(kind, at, "approved" if final else "submitted", meaning.role)

    def _reject(self, role: str | None, at: datetime) -> None:
        match self.status:
            case "none" | "draft":
                self._skip("rejected before submission")
            case "returned":
                self._skip("rejected again")
            case "posted" | "paid":
                self._skip("rejected after posting")
            case _:
                if self.status == "approved":
                    self.moves.pop(self._last_approval())
                    self._skip("final approval taken back")
                self._move("recall" if role in EMPLOYEES else "send_back", at, "returned", role)

    def _request_payment(self, at: datetime) -> None:
        if self.status in ("posted", "paid"):
            self._skip("payment requested twice" if self.status == "posted" else "payment requested after payment")
        elif self._approved():
            self._move("request_payment", at, "posted")
        else:
            self._skip("payment requested before approval")

    def _pay(self, at: datetime) -> None:
        if self.status == "paid":
            self._skip("paid twice")
        elif self._approved():
            self._move("pay", at, "paid")
        else:
            self._skip("paid before approval")

    def _approved(self) -> bool:
        """Whether it may be posted now; the last of its approvals becomes the final one if none was."""
        if self.status == "submitted" and self.moves[-1].kind == "approve":
            place = self._last_approval()
            self.moves[place] = replace(self.moves[place], kind="final_approve")
            self.promoted += 1
            self.status = "approved"
        return self.status in ("approved", "posted")

    def _demote(self) -> None:
        place = self._last_approval()
        self.moves[place] = replace(self.moves[place], kind="approve")

    def _last_approval(self) -> int:
        return max(place for place, move in enumerate(self.moves) if move.kind in ("approve", "final_approve"))

    def _move(self, kind: MoveKind, at: datetime, status: str, role: str | None = None) -> None:
        self.moves.append(Move(kind, at, role))
        self.status = status

    def _skip(self, kind: str) -> None:
        self.skipped[kind] = self.skipped.get(kind, 0) + 1


def walk(case: LogCase, activities: Activities) -> Walk:
    """Every event becomes a move, a skipped step or a meaningless activity."""
    path = Walk()
    for event in case.events:
        if meaning := activities.meaning(event.activity):
            path.take(meaning, event.at)
        else:
            path.meaningless[event.activity] = path.meaningless.get(event.activity, 0) + 1
    return path
