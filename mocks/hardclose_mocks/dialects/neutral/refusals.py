"""The books' refusals and the protocol's answers in RFC 9457 words. The slugs are stable: clients switch on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, assert_never

import msgspec

from hardclose_mocks.desk import Answer
from hardclose_mocks.kernel.money import Money
from hardclose_mocks.kernel.refusals import (
    BlockedMaster,
    BudgetExceeded,
    DuplicateReference,
    Invalid,
    MergedMaster,
    NotAllowed,
    NotValidated,
    NotValidOn,
    OlderRevision,
    OverDelivery,
    PeriodClosed,
    Refusal,
    Unbalanced,
    UnknownDocument,
    UnknownMaster,
    VersionMismatch,
    WrongState,
)

TYPE_BASE = "https://hardclose.dev/problems/"


@dataclass(frozen=True, slots=True)
class Problem:
    status: int
    slug: str
    title: str
    detail: str
    extra: Mapping[str, Any] = field(default_factory=dict)

    def answer(self, *headers: tuple[str, str]) -> Answer:
        body = msgspec.json.encode(
            {
                "type": TYPE_BASE + self.slug,
                "title": self.title,
                "status": self.status,
                "detail": self.detail,
                **{name: _plain(value) for name, value in self.extra.items()},
            }
        )
        return Answer(self.status, (("content-type", "application/problem+json"), *headers), body)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def to_problem(refusal: Refusal) -> Problem:
    """One problem type per refusal; the extension members are the refusal's own fields."""
    match refusal:
        case PeriodClosed(company=company, module=module, posting_date=day, state=state):
            status, slug, title = 422, "period-closed", "Posting period is not open"
            detail = f"{module} period of {day:%Y-%m-%d} in {company} is {state.replace('_', '-')}"
        case UnknownMaster(kind=kind, number=number):
            status, slug, title = 422, "unknown-master", "Unknown master record"
            detail = f"there is no {kind.replace('_', ' ')} {number}"
        case BlockedMaster(kind=kind, number=number):
            status, slug, title = 422, "blocked-master", "Blocked master record"
            detail = f"{kind.replace('_', ' ')} {number} is blocked"
        case NotValidOn(kind=kind, number=number, day=day):
            status, slug, title = 422, "not-valid-on", "Master record not valid"
            detail = f"{kind.replace('_', ' ')} {number} is not valid on {day:%Y-%m-%d} in this company"
        case MergedMaster(kind=kind, number=number, survivor=survivor):
            status, slug, title = 422, "merged-master", "Merged master record"
            detail = f"{kind.replace('_', ' ')} {number} was merged into {survivor}"
        case OverDelivery(order=number, line=line, ordered=ordered, received=received, quantity=quantity):
            status, slug, title = 422, "over-delivery", "More than was ordered"
            detail = f"line {line} of {number} asks for {ordered}; {received} received before, {quantity} now"
        case OlderRevision(kind=kind, number=number, revision=revision, current=at):
            status, slug, title = 409, "older-revision", "Older than what is held"
            detail = f"{kind.replace('_', ' ')} {number} is held as of revision {at}, which is later than {revision}"
        case DuplicateReference(reference=reference, existing=existing):
            status, slug, title = 409, "duplicate-reference", "Reference already exists"
            detail = f"reference {reference} is taken by document {existing}"
        case BudgetExceeded(cost_center=cost_center, requested=requested, available=left, currency=currency):
            return Problem(
                422,
                "budget-exceeded",
                "Budget exceeded",
                f"{Money(requested, currency)} requested, cost center {cost_center} has {Money(left, currency)}",
                {
                    "cost_center": cost_center,
                    "requested": Money(requested, currency).decimal,
                    "available": Money(left, currency).decimal,
                    "currency": currency,
                },
            )
        case UnknownDocument(kind=kind, number=number):
            status, slug, title = 404, "unknown-document", "No such document"
            detail = f"there is no {kind.replace('_', ' ')} {number}"
        case WrongState(kind=kind, number=number, state=state, attempted=attempted):
            status, slug, title = 409, "wrong-state", "Not possible in this state"
            detail = f"{kind.replace('_', ' ')} {number} is {state}; it cannot be {attempted}"
        case NotAllowed(person=person, action=action, rule=rule):
            status, slug, title = 403, "not-allowed", "Not allowed"
            detail = f"{person} may not {action}: {rule}"
        case Unbalanced(currency=currency, difference=difference, where=where):
            status, slug, title = 422, "unbalanced", "Does not balance"
            detail = f"{where} is off by {Money(difference, currency)}"
        case VersionMismatch(number=number, expected=expected, current=current):
            status, slug, title = 412, "version-mismatch", "Changed meanwhile"
            detail = f"document {number} is at version {current}, not {expected}"
        case NotValidated(number=number, reasons=reasons):
            status, slug, title = 422, "not-validated", "Not valid for the systems behind"
            detail = f"document {number} did not pass validation: {'; '.join(reasons) or 'no reason given'}"
        case Invalid(field=where, says=says):
            return invalid([{"pointer": "/" + where.replace(".", "/"), "detail": says}])
        case _:
            assert_never(refusal)
    return Problem(status, slug, title, detail, asdict(refusal))


def invalid(errors: list[dict[str, str]]) -> Problem:
    return Problem(
        422, "invalid", "Not a valid request", "; ".join(one["detail"] for one in errors), {"errors": errors}
    )


PROTOCOL: dict[str, tuple[int, str]] = {
    "malformed": (400, "Not readable"),
    "key_missing": (400, "Idempotency-Key is missing"),
    "filter_not_supported": (400, "Filter not supported"),
    "unauthorized": (401, "Not authorized"),
    "forbidden": (403, "Forbidden"),
    "insufficient_scope": (403, "The client lacks the scope"),
    "not_found": (404, "Not found"),
    "method_not_allowed": (405, "Method not allowed"),
    "key_in_progress": (409, "A request with this key is still in progress"),
    "record_changed": (409, "Changed by somebody else meanwhile"),
    "too_large": (413, "Request too large"),
    "key_reused": (422, "Idempotency-Key reused with a different payload"),
    "locked": (423, "Locked by somebody else"),
    "concurrency_limited": (429, "Too many requests at a time"),
    "quota_exhausted": (429, "Quota of the day used up"),
    "rate_limited": (429, "Too many requests"),
    "server_error": (500, "Internal error"),
    "bad_gateway": (502, "Bad gateway"),
    "unavailable": (503, "Service unavailable"),
    "gateway_timeout": (504, "Gateway timeout"),
}


def protocol_problem(kind: str, detail: str, extra: Mapping[str, Any] | None = None) -> Problem:
    status, title = PROTOCOL[kind]
    return Problem(status, kind.replace("_", "-"), title, detail, extra or {})
