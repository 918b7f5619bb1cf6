"""What follows reports and orders is planned from the seed alone, hangs together, and tries what it says it tries."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from hardclose_mocks.kernel.commands import OrderLine
from hardclose_simulator.contents_of_orders import EDGE
from hardclose_simulator.following import facts_planned, plan_followers
from hardclose_simulator.intents import facts_hash, plan_intents, planned_calls
from hardclose_simulator.masterdata import make_master
from hardclose_simulator.planned import (
    Follower,
    PlannedAccrual,
    PlannedFiles,
    PlannedIntent,
    PlannedInvoice,
    PlannedReceipt,
    PlannedSupplier,
)
from hardclose_simulator.scenario import Scenario, ScenarioError, load, parse

FOLDER = Path(__file__).parents[2] / "scenarios"
ORDERS = """
title: Orders
summary: a week of orders and what follows them
story: goods come, invoices come
starts: 2026-11-25T06:00:00Z
ends: 2026-12-02T18:00:00Z
companies:
  - {code: DE01, country: DE, currency: EUR, zone: Europe/Berlin}
  - {code: JP01, country: JP, currency: JPY, zone: Asia/Tokyo, fiscal_year_starts: 4}
flows:
  expense: {facts: 10, attachments: 0.5, approval_hours: 1}
  requisition: {facts: 40, pieces: [5, 60], lines: [2, 4], new_suppliers: 0.4, approval_hours: 2}
  supplier: {facts: 10, changes: 0.4, bank_changes: 0.4, blocks: 0.2, merges: 2, collisions: 0.5, approval_hours: 1}
  receipt: {facts: 70, deliveries: [1, 5], deviating: 0.2, reversed: 0.3}
  invoice:
    {facts: 50, edges: true, before_receipt: 0.15, price_variance: 0.1, credit_notes: 0.1, copies: 2, rejected: 2}
  accrual: {facts: 3, accrued_on: 2026-11-30, reverse_on: 2026-12-01}
  cost_center: {facts: 4, changes: 0.6, blocks: 0.4}
payments:
  - {company: DE01, at: 2026-12-01 16:00}
  - {company: JP01, at: 2026-12-01 16:00}
"""


def week(**changes: str) -> Scenario:
    text = ORDERS
    for old, new in changes.items():
        text = text.replace(old.replace("__", ": "), new)
    return parse(text, "orders.yaml")


def everything(
    scenario: Scenario, seed: int = 7, tag: str = "t1"
) -> tuple[dict[str, PlannedIntent], tuple[Follower, ...]]:
    master = make_master(scenario, seed)
    intents = plan_intents(scenario, seed, tag, master)
    return {one.id: one for one in intents}, plan_followers(scenario, seed, tag, master, intents)


def lines_of(intent: PlannedIntent) -> tuple[OrderLine, ...]:
    return tuple(line for line in intent.lines if isinstance(line, OrderLine))


def test_the_same_seed_gives_the_same_facts_and_calls_whatever_the_run_tag() -> None:
    hashes, calls = set(), set()
    for tag in ("t1", "another", "S0001"):
        intents, followers = everything(week(), tag=tag)
        hashes.add(facts_hash((*intents.values(), *followers)))
        calls.add(planned_calls((*intents.values(), *followers)))
    assert len(hashes) == len(calls) == 1
    intents, followers = everything(week(), seed=8)
    assert facts_hash((*intents.values(), *followers)) not in hashes


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_scenario_can_be_planned_and_tells_how_much_becomes_due(path: Path) -> None:
    scenario = load(path)
    intents, followers = everything(scenario)
    counts = Counter(one.id.partition("/")[0] for one in (*intents.values(), *followers))
    extra = {"invoice": scenario.flows.invoice.rejected}
    for flow, facts in scenario.flows.counts().items():
        assert counts[flow] == facts + extra.get(flow, 0)
    assert facts_planned((*intents.values(), *followers)) >= sum(scenario.flows.counts().values())


def test_goods_come_after_their_order_was_approved_and_no_more_than_the_plan_allows() -> None:
    intents, followers = everything(week())
    pieces: Counter[tuple[str, int]] = Counter()
    for one in followers:
        if isinstance(one, PlannedReceipt):
            assert one.recorded_at > intents[one.order].schedule.approved_at
            pieces.update({(one.order, line): quantity for line, quantity in one.lines})
    for (order, number), quantity in pieces.items():
        ordered = lines_of(intents[order])[number - 1].quantity
        assert quantity <= ordered * 1.1 or order == "requisition/10"
    short = sum(quantity < lines_of(intents[order])[line - 1].quantity for (order, line), quantity in pieces.items())
    assert short
    assert max(Counter(order for order, line in pieces if line).values()) >= 2


def test_every_tolerance_is_tried_at_its_edge_and_one_unit_beyond() -> None:
    intents, followers = everything(week())
    invoices = {one.edge: one for one in followers if isinstance(one, PlannedInvoice) and one.edge}
    receipts = {one.order: one for one in followers if isinstance(one, PlannedReceipt)}
    assert set(invoices) == {edge.name for edge in EDGE}
    for edge in EDGE:
        invoice = invoices[edge.name]
        assert invoice.order is not None
        (ordered,), (line,) = lines_of(intents[invoice.order]), invoice.lines
        (_, received), *_ = receipts[invoice.order].lines
        more = abs(line.unit_price - ordered.unit_price)
        beyond = (
            20 * line.quantity > 21 * received or more > 500 or 50 * more > ordered.unit_price,
            10 * received > 11 * ordered.quantity,
        )
        assert any(beyond) == ("beyond" in edge.name), edge
    by_how_much = {name: invoices[f"{name}, beyond"].lines[0].unit_price for name in ("price share", "price absolute")}
    at = {name: invoices[f"{name}, at"].lines[0].unit_price for name in by_how_much}
    assert all(by_how_much[name] - at[name] - (50 + (name == "price share")) in (0, 1) for name in at)


def test_invoices_come_before_and_after_goods_twice_and_with_credit_notes() -> None:
    _, followers = everything(week())
    invoices = {one.id: one for one in followers if isinstance(one, PlannedInvoice)}
    first = {one.order: one.recorded_at for one in reversed(followers) if isinstance(one, PlannedReceipt)}
    early = [one for one in invoices.values() if one.early]
    assert early
    assert all(one.order is not None and one.approved_at < first[one.order] for one in early)
    credits = [one for one in invoices.values() if one.kind == "credit_note"]
    assert credits
    for note in credits:
        assert note.credits is not None
        credited = invoices[note.credits]
        assert (credited.partner, credited.company) == (note.partner, note.company)
        assert 0 < note.total < credited.total
        assert note.captured_at > credited.approved_at
    copies = [one for one in invoices.values() if one.copy_of]
    assert len(copies) == 2
    for copy in copies:
        assert copy.copy_of is not None
        original = invoices[copy.copy_of]
        assert (copy.supplier_reference, copy.partner, copy.total) == (
            original.supplier_reference, original.partner, original.total,
        )  # fmt: skip
    plain = [one for one in invoices.values() if not one.copy_of]
    assert len({(one.partner, one.supplier_reference) for one in plain}) == len(plain)
    assert sum(one.rejected for one in invoices.values()) == 2


def test_what_is_accrued_has_a_receipt_and_no_invoice() -> None:
    _, followers = everything(week())
    accruals = [one for one in followers if isinstance(one, PlannedAccrual)]
    invoiced = {one.order for one in followers if isinstance(one, PlannedInvoice)}
    received = {one.order for one in followers if isinstance(one, PlannedReceipt)}
    assert len(accruals) == 3
    assert all(one.order in received - invoiced and one.amount > 0 for one in accruals)


def test_masters_change_only_once_they_are_there_and_merges_cross_an_invoice() -> None:
    intents, followers = everything(week())
    suppliers = {one.id: one for one in followers if isinstance(one, PlannedSupplier)}
    merged = {
        one.id: edit.into for one in suppliers.values() for edit in one.edits if edit.what == "merged" and edit.into
    }
    assert len(merged) == 2
    assert not set(merged) & set(merged.values())
    assert all(suppliers[a].company == suppliers[b].company for a, b in merged.items())
    for one in suppliers.values():
        assert one.created_at < one.approved_at
        assert all(edit.at > one.approved_at for edit in one.edits)
    what = Counter(edit.what for one in suppliers.values() for edit in one.edits)
    assert what["bank_changed"] == what["bank_verified"] > 0
    assert what["changed"] > 0
    numbers = {one.number: one for one in suppliers.values()}
    ordered = [one for one in intents.values() if one.partner in numbers]
    assert len(ordered) >= 5
    assert all(numbers[one.partner].approved_at < one.schedule.created_at for one in ordered)


def test_attachments_are_at_most_25_megabytes() -> None:
    _, followers = everything(week())
    files = [file for one in followers if isinstance(one, PlannedFiles) for file in one.files]
    assert files
    assert all(0 < file.size <= 25_000_000 for file in files)
    assert any(file.required for file in files)


def test_more_receipts_than_orders_can_have_is_said_plainly() -> None:
    with pytest.raises(ScenarioError, match="receipts at most"):
        everything(week(**{"receipt: {facts: 70, deliveries: [1, 5]": "receipt: {facts: 270, deliveries: [1, 1]"}))


def test_who_is_asked_for_twice_is_one_party_under_two_numbers_and_is_left_alone() -> None:
    text = ORDERS.replace("facts: 10, changes: 0.4", "facts: 10, duplicates: 3, changes: 1.0").replace(
        "0.2, merges", "1.0, merges"
    )
    suppliers = [one for one in everything(parse(text, "orders.yaml"))[1] if isinstance(one, PlannedSupplier)]
    pairs = list(zip(suppliers[:3], suppliers[7:], strict=True))
    for first, again in pairs:
        assert (first.company, first.name, first.bank_account) == (again.company, again.name, again.bank_account)
        assert first.tax_id != again.tax_id == again.tax_id.strip()
        assert first.tax_id.replace(" ", "") == again.tax_id.replace(" ", "")
        assert first.number != again.number
        assert first.edits == again.edits == ()
    assert all(
        one.edits for one in suppliers[3:7] if one.id not in {edit.into for each in suppliers for edit in each.edits}
    )


def test_nobody_can_be_asked_for_twice_more_often_than_half_of_all() -> None:
    with pytest.raises(ScenarioError, match="6 need 12 suppliers, not 10"):
        parse(ORDERS.replace("supplier: {facts: 10,", "supplier: {facts: 10, duplicates: 6,"), "orders.yaml")
