"""Rules that strike one posting, and what its callers were told."""

from __future__ import annotations

from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.records import Told

from ..sandboxes import Office

POST = "expense_posting.create"


def striking(
    fault: str, reference: str | None = "R-1", operation: str = POST, nth: int = 1, **parameters: float | str
) -> Rule:
    """Aimed at a call about `reference`, or at every call without one."""
    return Rule(f"{fault}.erp", fault, "erp", (operation,), aimed=reference, nth=nth, parameters=parameters)


def habit(fault: str, system: str = "erp", **parameters: float | str) -> Rule:
    return Rule(f"{fault}.{system}", fault, system, parameters=parameters)


def slug(answer: object) -> str:
    return str(answer.json().get("type", "")).rsplit("/", 1)[-1]  # type: ignore[attr-defined]  # an httpx2 answer


def last_told(office: Office) -> Told:
    return office.told()[-1]


def numbers(office: Office) -> list[str]:
    return [one.number for one in office.sandbox.systems["erp"].books.documents("expense_posting")]
