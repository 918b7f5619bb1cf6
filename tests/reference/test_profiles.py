"""Under every profile the card's way out of a doubt leads to one document, or to a second one that is taken back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.kernel.commands import BlockCostCenter
from hardclose_mocks.kernel.documents import ExpensePosting
from hardclose_mocks.pace import CI

from ..mocks.kernel.small_world import posting
from ..mocks.sandboxes import virtually
from .integrations import ORDER, POST, Integration, aimed, integrated, slow

PROFILES = ("C1", "C2", "C3", "C4", "C5", "C6")


def everything(there: Integration, number: str = "R-1") -> list[ExpensePosting]:
    """Every posting that was ever made for it, those taken back included."""
    found = there.office.sandbox.systems["erp"].books.by_reference(number)
    return [one for one in found if isinstance(one, ExpensePosting) and one.reverses is None]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("fault", ["F01", "F02", "F05", "F06"])
@virtually
async def test_a_doubt_ends_in_one_live_document_which_the_source_is_told(
    tmp_path: Path, profile: str, fault: str
) -> None:
    async with integrated(tmp_path, aimed(fault, "R-1"), profile=profile) as there:
        await there.file_report()
        await there.until_told("posted")
        await there.rest()
        (standing,) = there.posted()
        assert there.source().document == standing.number
        assert await there.exceptions() == {}


@virtually
async def test_where_nothing_tells_the_second_document_is_taken_back_at_once(tmp_path: Path) -> None:
    async with integrated(tmp_path, slow("R-1", seconds=2.9, booked="last"), profile="C6") as there:
        await there.file_report()
        await there.until_told("posted")
        await there.rest()
        made = everything(there)
        assert sorted(one.status for one in made) == ["posted", "reversed"]
        assert len([one for one in there.office.exchanges() if one.op == "expense_posting.reverse"]) == 1


@virtually
async def test_an_order_that_stands_twice_is_cancelled_once(tmp_path: Path) -> None:
    rules = (
        slow("Q-1", seconds=2.9, booked="last", operation=ORDER),
        aimed("F01", "Q-1", operation="purchase_order.cancel"),
    )
    async with integrated(tmp_path, *rules, profile="C6") as there:
        await there.request_order()
        await there.until_told("posted", "Q-1")
        await there.rest()
        assert [one.number for one in there.posted("Q-1")] == [there.source("Q-1").document]
        assert await there.exceptions() == {}


@virtually
async def test_an_order_that_is_announced_while_its_request_is_in_doubt_is_not_sent_again(tmp_path: Path) -> None:
    async with integrated(tmp_path, aimed("F01", "Q-1", operation=ORDER), profile="C6") as there:
        await there.request_order()
        await there.until_told("posted", "Q-1")
        await there.rest()
        assert len(there.posts()) == 1
        assert [one.number for one in there.posted("Q-1")] == [there.source("Q-1").document]


UNSEEN = (slow("R-1", seconds=1.5, booked="last"), aimed("F01", "R-1"))
"""The look that finds the report is over when it is booked, and nobody is told."""


@virtually
async def test_a_second_document_that_is_paid_before_it_is_seen_takes_the_place_of_the_first(tmp_path: Path) -> None:
    async with integrated(tmp_path, *UNSEEN, style="polling", poll_interval_s=6.0, profile="C6") as there:
        await there.file_report()
        await there.until(lambda: bool(there.posted()))
        (first,) = everything(there)
        await there.pay()
        await there.until_told("paid")
        await there.rest()
        standing = {one.number: one.live for one in everything(there)}
        assert len(standing) == 2
        assert [number for number, live in standing.items() if live] == [first.number] == [there.source().document]
        assert await there.exceptions() == {}


@virtually
async def test_two_that_were_both_paid_are_shown_to_people(tmp_path: Path) -> None:
    async with integrated(tmp_path, *UNSEEN, style="polling", poll_interval_s=6.0, profile="C6") as there:
        await there.file_report()
        await there.until(lambda: len(there.posted()) == 2)
        await there.pay()
        await there.until_told("paid")
        await there.rest()
        assert [one.live for one in everything(there)] == [True, True]
        assert "is paid" in (await there.exceptions())["R-1"]


@virtually
async def test_what_a_person_posts_under_the_same_number_is_left_alone(tmp_path: Path) -> None:
    async with integrated(tmp_path, profile="C6") as there:
        await there.file_report()
        await there.until_told("posted")
        await there.act("erp", posting(reference="R-1"))
        await there.rest()
        assert len(there.posted()) == 2


@virtually
async def test_a_short_key_is_used_while_it_lives_and_looked_up_after(tmp_path: Path) -> None:
    """The ERP is away for longer than it remembers a key."""
    outage = [aimed("F02", "R-1", nth) for nth in range(2, 8)]
    pace = replace(CI, short_key_life_s=6.0)
    async with integrated(tmp_path, aimed("F01", "R-1"), *outage, pace=pace, profile="C2") as there:
        await there.file_report()
        await there.until_told("posted")
        await there.rest()
        assert len(everything(there)) == 1
        assert there.look_ups() != []


@virtually
async def test_a_lagging_search_is_waited_for(tmp_path: Path) -> None:
    async with integrated(tmp_path, aimed("F01", "R-1"), profile="C5") as there:
        await there.file_report()
        await there.until_told("posted")
        waited = there.look_ups()[0].at_s - there.posts()[0].at_s
        assert round(waited, 6) >= CI.late_commit_s + CI.read_lag_s
        assert len(everything(there)) == 1


@pytest.mark.parametrize("profile", PROFILES)
@virtually
async def test_what_is_accepted_and_done_later_is_posted_once(tmp_path: Path, profile: str) -> None:
    later = Rule("F15.erp", "F15", "erp", (POST,), parameters={"shortest_s": 0.5, "highest_s": 2.0, "stuck": 0.0})
    async with integrated(tmp_path, later, profile=profile) as there:
        await there.file_report("R-1", "R-2", "R-3")
        await there.until_told("posted", "R-1", "R-2", "R-3")
        await there.rest()
        assert [len(everything(there, number)) for number in ("R-1", "R-2", "R-3")] == [1, 1, 1]
        assert there.told()[0] == "submitted"


@virtually
async def test_a_refusal_under_a_success_status_is_parked(tmp_path: Path) -> None:
    polite = Rule("F14.erp", "F14", "erp", (POST,), parameters={"how": "problem"})
    async with integrated(tmp_path, polite) as there:
        await there.act("erp", BlockCostCenter("CC1", blocked=True))
        await there.file_report()
        await there.until_told("parked")
        assert (await there.exceptions())["R-1"].startswith("blocked-master")


@pytest.mark.parametrize("profile", ["C1", "C2"])
@pytest.mark.parametrize("before", ["F01", "F02", None], ids=["done", "undone", "first"])
@virtually
async def test_a_key_that_stands_for_an_error_is_given_up_once_nothing_was_done(
    tmp_path: Path, profile: str, before: str | None
) -> None:
    """An earlier request under the same key may have been carried out: what it made is looked for first."""
    habit = Rule("F17.erp", "F17", "erp", parameters={"stores": "everything"})
    struck = [aimed("F07", "R-1")] if before is None else [aimed(before, "R-1"), aimed("F07", "R-1", 2)]
    async with integrated(tmp_path, habit, *struck, profile=profile) as there:
        await there.file_report()
        await there.until_told("posted")
        await there.rest()
        (made,) = everything(there)
        assert there.source().document == made.number
        assert len({one.key for one in there.tries()}) == (1 if before == "F01" else 2)
