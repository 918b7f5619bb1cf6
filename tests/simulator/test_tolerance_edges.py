"""What the scenarios plan as a tolerance's edge is one to the ERP's books: the match flips at exactly one unit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hardclose_mocks.kernel.books import open_books
from hardclose_mocks.kernel.commands import (
    CreatePurchaseOrder,
    InvoiceLine,
    OrderLine,
    PostGoodsReceipt,
    PostSupplierInvoice,
    ReceiptLine,
)
from hardclose_mocks.kernel.documents import SupplierInvoice
from hardclose_mocks.kernel.refusals import OverDelivery, Refused
from hardclose_simulator.contents_of_orders import EDGE
from hardclose_simulator.following import plan_followers
from hardclose_simulator.intents import plan_intents
from hardclose_simulator.masterdata import make_master
from hardclose_simulator.planned import PlannedInvoice, PlannedReceipt
from hardclose_simulator.scenario import parse

STORY = """
title: Edges
summary: ten orders
story: every tolerance
starts: 2026-11-16T06:00:00Z
ends: 2026-11-18T18:00:00Z
flows:
  requisition: {facts: 10, approval_hours: 1}
  receipt: {facts: 10, deliveries: [1, 1]}
  invoice: {facts: 10, edges: true}
"""


@pytest.mark.parametrize("seed", [1, 2])
def test_the_books_match_at_the_edge_and_block_one_unit_beyond(seed: int) -> None:
    scenario = parse(STORY, "edges.yaml")
    master = make_master(scenario, seed)
    intents = {one.id: one for one in plan_intents(scenario, seed, "t1", master)}
    followers = plan_followers(scenario, seed, "t1", master, [*intents.values()])
    receipts = {one.order: one for one in followers if isinstance(one, PlannedReceipt)}
    books = open_books("erp", master, scenario.starts)
    at = scenario.starts + timedelta(days=1)
    day = at.date()
    found: dict[str, str] = {}
    for one in followers:
        if not isinstance(one, PlannedInvoice) or one.order is None or one.edge is None:
            continue
        intent, receipt = intents[one.order], receipts[one.order]
        lines = tuple(line for line in intent.lines if isinstance(line, OrderLine))
        order = books.do(
            CreatePurchaseOrder(one.company, intent.number, intent.partner, day, one.currency, lines),
            at=at,
            actor="integration",
        ).document
        assert order is not None
        pieces = tuple(ReceiptLine(*line) for line in receipt.lines)
        goods = PostGoodsReceipt(one.company, receipt.number, order, day, pieces)
        if receipt.bad:
            with pytest.raises(Refused) as caught:
                books.do(goods, at=at, actor="integration")
            assert isinstance(caught.value.refusal, OverDelivery)
        else:
            books.do(goods, at=at, actor="integration")
        charged = tuple(
            InvoiceLine(
                line.account,
                line.cost_center,
                line.text,
                line.quantity,
                line.unit_price,
                line.tax_code,
                line.tax,
                order_line=line.order_line,
            )
            for line in one.lines
        )
        post = PostSupplierInvoice(
            one.company, "invoice", one.number, one.partner, one.supplier_reference, day, day, day, one.currency,
            charged, order=order,
        )  # fmt: skip
        number = books.do(post, at=at, actor="integration").document
        assert number is not None
        invoice = books.find(number)
        assert isinstance(invoice, SupplierInvoice)
        assert invoice.payment_block == (invoice.match != "matched")
        found[one.edge] = invoice.match
    assert found == {edge.name: edge.match for edge in EDGE}
