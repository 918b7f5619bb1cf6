"""Who approves what, in whose place, and who never may."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from hardclose_mocks.kernel.approvals import Delegations, chain_for, check_approval
from hardclose_mocks.kernel.commands import Delegate
from hardclose_mocks.kernel.documents import Approval
from hardclose_mocks.kernel.master import Person
from hardclose_mocks.kernel.refusals import Invalid, NotAllowed, Refused

from .small_world import MASTER, MONDAY

PEOPLE = {person.id: person for person in MASTER.people}
TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("submitter", "total", "chain"),
    [
        ("employee", 1, ("lead",)),
        ("employee", 2_000_00, ("lead",)),
        ("employee", 2_000_01, ("lead", "director")),
        ("employee", 20_000_01, ("lead", "director", "head")),
        ("trainee", 50_00, ("lead",)),
        ("lead", 50_00, ("director",)),
    ],
)
def test_managers_are_asked_upwards_until_a_limit_covers_the_total(
    submitter: str, total: int, chain: tuple[str, ...]
) -> None:
    assert chain_for(submitter, total, PEOPLE) == chain


@pytest.mark.parametrize(("submitter", "total"), [("head", 1), ("employee", 100_000_01)])
def test_what_nobody_may_approve_cannot_be_submitted(submitter: str, total: int) -> None:
    with pytest.raises(Refused) as no:
        chain_for(submitter, total, PEOPLE)
    assert isinstance(no.value.refusal, NotAllowed)


def test_two_who_manage_each_other_end_the_chain() -> None:
    circle = {"a": Person("a", "A", "DE01", "approver", "b", 5), "b": Person("b", "B", "DE01", "approver", "a", 5)}
    assert chain_for("a", 5, circle) == ("b",)
    with pytest.raises(Refused):
        chain_for("a", 6, circle)


def check(
    approver: str,
    on_behalf_of: str | None = None,
    *,
    submitter: str = "employee",
    taken: Sequence[str] = (),
    delegations: Delegations | None = None,
    on: date = TODAY,
) -> str | None:
    """The rule that forbids it, or None."""
    try:
        check_approval(
            submitter=submitter,
            chain=("lead", "director", "head"),
            approvals=[Approval(one, None, MONDAY) for one in taken],
            approver=approver,
            on_behalf_of=on_behalf_of,
            delegations=delegations or Delegations(),
            on=on,
        )
    except Refused as no:
        return no.refusal.rule if isinstance(no.refusal, NotAllowed) else repr(no.refusal)
    return None


def delegated(approver: str, delegate: str) -> Delegations:
    delegations = Delegations()
    delegations.add(Delegate(approver, delegate, date(2026, 11, 28), date(2026, 11, 30)))
    return delegations


def test_approvers_sign_in_the_order_of_the_chain() -> None:
    assert check("lead") is None
    assert check("director") == "it is lead's turn"
    assert check("director", taken=["lead"]) is None


def test_a_stand_in_signs_on_the_days_of_the_delegation_only() -> None:
    both = delegated("lead", "peer")
    assert (
        check("peer", "lead", delegations=both, on=date(2026, 11, 27))
        == "lead has not delegated to peer for 2026-11-27"
    )
    assert check("peer", "lead", delegations=both, on=date(2026, 11, 28)) is None
    assert check("peer", "lead", delegations=both, on=date(2026, 11, 30)) is None
    assert check("peer", "lead", delegations=both, on=date(2026, 12, 1)) is not None
    assert check("lead", "peer", delegations=both) == "it is lead's turn"


def test_a_stand_in_has_to_say_for_whom_he_signs() -> None:
    assert check("peer", delegations=delegated("lead", "peer")) == "it is lead's turn"


def test_the_absent_approver_may_still_sign_himself() -> None:
    assert check("lead", delegations=delegated("lead", "peer")) is None


def test_nobody_approves_his_own_document_not_even_as_a_stand_in() -> None:
    assert "submitted" in str(check("peer", "lead", submitter="peer", delegations=delegated("lead", "peer")))
    assert "submitted" in str(check("lead", submitter="lead"))
    assert "submitted" in str(check("peer", "lead", submitter="lead", delegations=delegated("lead", "peer")))


def test_nobody_approves_the_same_document_twice_not_even_as_a_stand_in() -> None:
    assert "twice" in str(check("lead", "director", taken=["lead"], delegations=delegated("director", "lead")))


def test_a_delegation_needs_two_people_and_at_least_a_day() -> None:
    with pytest.raises(Refused) as no:
        Delegations().add(Delegate("lead", "lead", TODAY, TODAY))
    assert isinstance(no.value.refusal, Invalid)
    with pytest.raises(Refused) as no:
        Delegations().add(Delegate("lead", "peer", TODAY, date(2026, 11, 29)))
    assert isinstance(no.value.refusal, Invalid)
