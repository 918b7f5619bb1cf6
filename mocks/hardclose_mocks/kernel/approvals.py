"""Who has to approve, whose turn it is, and who may not: limits, delegation, segregation of duties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from hardclose_mocks.kernel.commands import Delegate
from hardclose_mocks.kernel.documents import Approval
from hardclose_mocks.kernel.master import Person
from hardclose_mocks.kernel.refusals import Invalid, NotAllowed, Refused


def chain_for(submitter: str, total: int, people: Mapping[str, Person]) -> tuple[str, ...]:
    """The submitter's manager and upwards, ending with the first whose limit covers `total`.

    Managers who may not approve at all (limit 0) are passed over. Raises Refused(NotAllowed) if the line of
    managers ends before anybody's limit is large enough."""
    chain: list[str] = []
    seen = {submitter}
    person = people[submitter]
    while person.manager is not None and person.manager not in seen and person.manager in people:
        person = people[person.manager]
        seen.add(person.id)
        if person.limit > 0:
            chain.append(person.id)
        if person.limit >= max(total, 1):
            return tuple(chain)
    raise Refused(NotAllowed(submitter, "submit", f"nobody above {submitter} may approve {total} minor units"))


class Delegations:
    """Who stands in for whom on which days."""

    def __init__(self) -> None:
        self._days: dict[tuple[str, str], list[tuple[date, date]]] = {}

    def add(self, command: Delegate) -> None:
        """Raises Refused(Invalid) for a stand-in of himself, or days that end before they begin."""
        if command.approver == command.delegate:
            raise Refused(Invalid("delegate", f"{command.approver} cannot stand in for himself"))
        if command.last < command.first:
            raise Refused(Invalid("last", f"{command.last} is before {command.first}"))
        self._days.setdefault((command.approver, command.delegate), []).append((command.first, command.last))

    def stands_in(self, delegate: str, approver: str, on: date) -> bool:
        """Both ends of a delegation count."""
        return any(first <= on <= last for first, last in self._days.get((approver, delegate), ()))

    def facts(self) -> Iterator[object]:
        yield from sorted(self._days.items())


def check_approval(
    *,
    submitter: str,
    chain: Sequence[str],
    approvals: Sequence[Approval],
    approver: str,
    on_behalf_of: str | None,
    delegations: Delegations,
    on: date,
) -> None:
    """Raises Refused(NotAllowed) unless `approver` may take the next step of the chain on that local day."""
    action = "approve"
    due = chain[len(approvals)]
    if submitter in (approver, on_behalf_of):
        raise Refused(NotAllowed(approver, action, "segregation of duties: nobody approves what he submitted"))
    if any(approver == taken.approver for taken in approvals):
        raise Refused(NotAllowed(approver, action, "segregation of duties: nobody approves the same document twice"))
    if (on_behalf_of or approver) != due:
        raise Refused(NotAllowed(approver, action, f"it is {due}'s turn"))
    if on_behalf_of is not None and not delegations.stands_in(approver, on_behalf_of, on):
        raise Refused(NotAllowed(approver, action, f"{on_behalf_of} has not delegated to {approver} for {on}"))


def check_return(
    *,
    submitter: str,
    chain: Sequence[str],
    approvals: Sequence[Approval],
    approver: str,
    delegations: Delegations,
    on: date,
    action: str,
) -> None:
    """Raises Refused(NotAllowed) unless `approver`, or the one he stands in for, is next in the chain."""
    due = chain[len(approvals)]
    if approver == submitter:
        raise Refused(NotAllowed(approver, action, "segregation of duties: nobody judges what he submitted"))
    if approver != due and not delegations.stands_in(approver, due, on):
        raise Refused(NotAllowed(approver, action, f"it is {due}'s turn"))
