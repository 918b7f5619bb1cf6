"""Goods: procurement's receipts, and the ERP's goods receipts."""

from __future__ import annotations

from hardclose_mocks.dialects.neutral.description import examples
from hardclose_mocks.dialects.neutral.description import purchasing_examples as purchasing
from hardclose_mocks.dialects.neutral.routes.paging import Filter
from hardclose_mocks.dialects.neutral.routes.resources import (
    COMPANY,
    Action,
    Creation,
    Resource,
    reversal,
    source_filters,
    status_filter,
)
from hardclose_mocks.dialects.neutral.routes.sources import write_back
from hardclose_mocks.dialects.neutral.wire import purchasing_answers as answers
from hardclose_mocks.dialects.neutral.wire.receipts import GoodsReceiptIn, ReceiptIn, goods_receipt, receipt
from hardclose_mocks.dialects.neutral.wire.sources import ReasonIn
from hardclose_mocks.kernel.commands import ReverseGoodsReceipt, ReverseReceipt
from hardclose_mocks.kernel.documents import GoodsReceipt, Receipt

RECEIPTS = Resource(
    kind="receipt",
    path="/v1/receipts",
    document=Receipt,
    encode=receipt,
    answer="Receipt",
    example="W-2026-1101",
    filters={
        **source_filters(answers.RECEIPT_STATUSES),
        "requisition": Filter(lambda document: document.requisition),
    },
    creation=Creation(
        ReceiptIn,
        "Record goods that came for a requisition",
        purchasing.RECEIPTS,
        ("get", "reverse", "posting"),
        names_documents=True,
    ),
    actions=(
        write_back("receipt"),
        Action(
            "reverse",
            "/reversal",
            "Take a receipt back: the goods left again, or were counted wrong",
            lambda asked: ReverseReceipt(asked.number, asked.person("reverse a receipt"), asked.body.reason),
            ReasonIn,
            examples.REASONS,
            by_person=True,
        ),
    ),
    get_leads=("posting",),
)
GOODS_RECEIPTS = Resource(
    kind="goods_receipt",
    path="/v1/goods-receipts",
    document=GoodsReceipt,
    encode=goods_receipt,
    answer="GoodsReceipt",
    example="GR-DE01-000001",
    filters={
        **COMPANY,
        **status_filter(*answers.BOOKED_STATUSES),
        "order": Filter(lambda document: document.order),
    },
    creation=Creation(
        GoodsReceiptIn,
        "Take goods in for a purchase order",
        purchasing.GOODS_RECEIPTS,
        ("get", "reverse"),
        names_documents=True,
        by_reference=True,
    ),
    actions=(reversal("Take a goods receipt back", ReverseGoodsReceipt),),
    get_leads=("reverse",),
)
