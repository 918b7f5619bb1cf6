"""A supplier's request becomes one record of the ERP, and its later changes follow field by field, never backwards."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hardclose_mocks.kernel.commands import (
    ApproveRequisition,
    BlockRequestedSupplier,
    BlockSupplier,
    ChangeBankAccount,
    ChangeSupplier,
    MergeSupplierRequests,
    ReviseSupplierRequest,
    SubmitRequisition,
    VerifyBankAccount,
)
from hardclose_reference.behaviour import Behaviour

from ..mocks.kernel.small_world import requisition
from ..mocks.sandboxes import virtually
from .integrations import NEVER_S, ORDER, Integration, aimed, integrated
from .purchasing import held, in_erp, onboard, suppliers, until_state

CREATE, CHANGE = "supplier.create", "supplier.change"
both = pytest.mark.parametrize("style", ["webhooks", "polling"])


async def request_order_of(there: Integration, supplier: str, number: str = "Q-1") -> None:
    await there.act(
        "procurement",
        requisition(number=number, supplier=supplier),
        SubmitRequisition(number),
        ApproveRequisition(number, "lead"),
    )


@both
@virtually
async def test_an_approved_supplier_gets_a_number_of_the_erp(tmp_path: Path, style: str) -> None:
    async with integrated(tmp_path, style=style) as there:
        await onboard(there)
        await until_state(there, "posted", "V-1")
        made = in_erp(there, "V-1")
        assert (made.reference, made.name, made.bank_account, made.blocked) == ("V-1", "Blau AG", "DE-77", False)
        await there.rest()
        assert len(suppliers(there)) == 1


@pytest.mark.parametrize("profile", ["C1", "C2", "C3", "C4", "C5"])
@pytest.mark.parametrize("fault", ["F01", "F02"])
@virtually
async def test_a_doubt_makes_no_second_record(tmp_path: Path, profile: str, fault: str) -> None:
    async with integrated(tmp_path, aimed(fault, "V-1", operation=CREATE), profile=profile) as there:
        await onboard(there)
        await until_state(there, "posted", "V-1")
        await there.rest()
        assert len(suppliers(there)) == 1


@virtually
async def test_who_is_there_already_is_found_by_his_tax_id_and_brought_up_to_date(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await onboard(there, tax_id="DE1")
        await until_state(there, "posted", "V-1")
        await there.until(lambda: held(there, "erp", "S1").contact == "Ms Blue")
        assert held(there, "procurement", "V-1").posting.document == "S1"
        assert len(suppliers(there, "DE1")) == 1


@pytest.mark.parametrize("profile", ["C4", "C5"])
@virtually
async def test_two_requests_for_one_party_at_once_make_one_record(tmp_path: Path, profile: str) -> None:
    async with integrated(tmp_path, aimed("F01", "V-1", operation=CREATE), profile=profile) as there:
        await asyncio.gather(onboard(there, "V-1"), onboard(there, "V-2"))
        await until_state(there, "posted", "V-1", "V-2")
        await there.rest()
        assert len(suppliers(there)) == 1


@both
@virtually
async def test_changes_follow_field_by_field(tmp_path: Path, style: str) -> None:
    async with integrated(tmp_path, style=style) as there:
        await onboard(there)
        await until_state(there, "posted", "V-1")
        number = in_erp(there, "V-1").number
        await there.act("erp", ChangeSupplier(number, reconciliation_account="2000"))
        await there.act("procurement", ReviseSupplierRequest("V-1", "Blau SE", "DE77", contact="Mr Red"))
        await there.until(lambda: in_erp(there, "V-1").contact == "Mr Red")
        made = in_erp(there, "V-1")
        assert (made.name, made.reconciliation_account, made.bank_account) == ("Blau SE", "2000", "DE-77")
        (change,) = there.office.exchanges(CHANGE)
        assert set(change.body) == {"name", "contact", "revision"}
        assert "if-match" in change.headers


@virtually
async def test_a_bank_account_is_carried_over_once_it_is_verified(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await onboard(there)
        await until_state(there, "posted", "V-1")
        await there.act("procurement", ChangeBankAccount("V-1", "DE-99"), person="buyer")
        await there.rest()
        assert in_erp(there, "V-1").bank_account == "DE-77"
        await there.act("procurement", VerifyBankAccount("V-1", "lead"), person="lead")
        await there.until(lambda: in_erp(there, "V-1").bank_account == "DE-99")


@virtually
async def test_a_block_follows_and_one_of_the_erps_people_stays(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await onboard(there, "V-1")
        await onboard(there, "V-2", "DE78")
        await until_state(there, "posted", "V-1", "V-2")
        await there.act("procurement", BlockRequestedSupplier("V-1", True))
        await there.until(lambda: in_erp(there, "V-1").blocked)
        await there.act("procurement", BlockRequestedSupplier("V-1", False))
        await there.until(lambda: not in_erp(there, "V-1").blocked)
        await there.act("erp", BlockSupplier(in_erp(there, "V-2").number, blocked=True))
        await there.act("procurement", ReviseSupplierRequest("V-2", "Blau AG", "DE78", contact="Mr Red"))
        await there.until(lambda: in_erp(there, "V-2").contact == "Mr Red")
        assert in_erp(there, "V-2").blocked


@both
@virtually
async def test_a_merger_follows(tmp_path: Path, style: str) -> None:
    async with integrated(tmp_path, style=style) as there:
        await onboard(there, "V-1")
        await onboard(there, "V-2", "DE78")
        await until_state(there, "posted", "V-1", "V-2")
        await there.act("procurement", MergeSupplierRequests("V-2", "V-1"))
        await there.until(lambda: in_erp(there, "V-2").merged_into == in_erp(there, "V-1").number)


@virtually
async def test_an_edit_between_reading_and_writing_is_read_again(tmp_path: Path) -> None:
    """A person renames the record while our change of the contact is on its way."""
    async with integrated(tmp_path) as there:
        await onboard(there)
        await until_state(there, "posted", "V-1")
        number = in_erp(there, "V-1").number
        path = f"/v1/suppliers/{number}"
        mismatch = b'{"type": "x/version-mismatch", "detail": "changed meanwhile"}'
        await there.rest(1)
        there.doors["erp"].instead[path] = [None, (412, {}, mismatch)]
        await there.act("procurement", ReviseSupplierRequest("V-1", "Blau AG", "DE77", contact="Mr Red"))
        await there.until(lambda: in_erp(there, "V-1").contact == "Mr Red")
        methods = [one.method for one in there.sent if one.path == path]
        assert methods == ["GET", "PATCH", "GET", "PATCH"]


@virtually
async def test_older_news_do_not_undo_newer_ones(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await onboard(there)
        await until_state(there, "posted", "V-1")
        assert there.service is not None
        job = there.service.store.job("supplier_request", "V-1")
        assert job is not None
        old = {**job.source, "contact": "Ms Blue", "revision": 2}
        await there.act("procurement", ReviseSupplierRequest("V-1", "Blau AG", "DE77", contact="Mr Red"))
        await there.act("procurement", ReviseSupplierRequest("V-1", "Blau AG", "DE77", contact="Mr Grey"))
        await there.until(lambda: in_erp(there, "V-1").contact == "Mr Grey")
        there.service.intake.news.take_document("supplier_request", old)
        await there.rest()
        assert in_erp(there, "V-1").contact == "Mr Grey"


# --- what needs a supplier -------------------------------------------------------------------------------------------


@both
@virtually
async def test_an_order_waits_for_its_suppliers_number(tmp_path: Path, style: str) -> None:
    outage = [aimed("F02", "V-1", nth, operation=CREATE) for nth in (1, 2)]
    async with integrated(tmp_path, *outage, style=style) as there:
        await onboard(there)
        await request_order_of(there, "V-1")
        await there.until_told("posted", "Q-1")
        (order,) = there.posted("Q-1")
        assert order.supplier == in_erp(there, "V-1").number  # type: ignore[union-attr]  # it is an order
        assert len(there.tries("Q-1")) == 1


@virtually
async def test_an_order_whose_supplier_stays_away_is_parked_and_goes_on_when_it_comes(tmp_path: Path) -> None:
    outage = [aimed("F02", "V-1", nth, operation=CREATE) for nth in range(1, 9)]
    async with integrated(tmp_path, *outage) as there:
        await onboard(there)
        await request_order_of(there, "V-1")
        await there.until_told("parked", "Q-1")
        assert (await there.exceptions())["Q-1"] == "waits for supplier request V-1"
        await there.until_told("posted", "Q-1")
        assert await there.exceptions() == {}
        assert len([one for one in there.office.exchanges(ORDER) if one.status == 201]) == 1


@virtually
async def test_an_order_for_a_merged_supplier_goes_to_the_survivor(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await onboard(there, "V-1")
        await onboard(there, "V-2", "DE78")
        await until_state(there, "posted", "V-1", "V-2")
        merged = in_erp(there, "V-2").number
        await there.act("erp", ChangeSupplier(merged, merged_into=in_erp(there, "V-1").number))
        await request_order_of(there, "V-2")
        await there.until_told("posted", "Q-1")
        assert there.posted("Q-1")[0].supplier == in_erp(there, "V-1").number  # type: ignore[union-attr]


# --- the switches of mutants -----------------------------------------------------------------------------------------


@virtually
async def test_who_drops_what_needs_a_supplier_loses_an_order(tmp_path: Path) -> None:
    outage = [aimed("F02", "V-1", nth, operation=CREATE) for nth in range(1, 5)]
    async with integrated(tmp_path, *outage, behaviour=Behaviour(missing_supplier="drop")) as there:
        await onboard(there)
        await request_order_of(there, "V-1")
        await until_state(there, "posted", "V-1")
        await there.rest()
        assert there.posted("Q-1") == []
        assert there.source("Q-1").state == "none"


@virtually
async def test_who_searches_and_creates_without_more_makes_one_party_two(tmp_path: Path) -> None:
    async with integrated(tmp_path, profile="C5", behaviour=Behaviour(one_party=False)) as there:
        await asyncio.gather(onboard(there, "V-1"), onboard(there, "V-2"))
        await until_state(there, "posted", "V-1", "V-2")
        assert len(suppliers(there)) == 2


@virtually
async def test_who_writes_the_whole_of_what_was_told_lifts_a_block_and_brings_back_old_values(tmp_path: Path) -> None:
    async with integrated(tmp_path, behaviour=Behaviour(master_changes="whole"), poll_interval_s=NEVER_S) as there:
        await onboard(there)
        await until_state(there, "posted", "V-1")
        assert there.service is not None
        job = there.service.store.job("supplier_request", "V-1")
        assert job is not None
        await there.act("erp", BlockSupplier(in_erp(there, "V-1").number, blocked=True))
        for revision, contact in ((9, "Mr Grey"), (8, "Mr Red")):
            news = {**job.source, "contact": contact, "revision": revision}
            there.service.intake.news.take_document("supplier_request", news)
            await there.rest(1)
        assert (in_erp(there, "V-1").contact, in_erp(there, "V-1").blocked) == ("Mr Red", False)
        assert {one.headers.get("if-match") for one in there.office.exchanges(CHANGE)} == {None}
