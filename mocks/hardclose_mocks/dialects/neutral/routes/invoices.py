"""Invoices: procurement's inbox, and the ERP's supplier invoices."""

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
from hardclose_mocks.dialects.neutral.wire.invoices import (
    InvoiceChange,
    InvoiceIn,
    SupplierInvoiceIn,
    invoice,
    supplier_invoice,
)
from hardclose_mocks.dialects.neutral.wire.sources import ReasonIn
from hardclose_mocks.kernel.commands import (
    ApproveInvoice,
    CancelInvoice,
    RejectInvoice,
    ReleaseInvoice,
    ReverseSupplierInvoice,
)
from hardclose_mocks.kernel.documents import Invoice, SupplierInvoice

INVOICES = Resource(
    kind="invoice",
    path="/v1/invoices",
    document=Invoice,
    encode=invoice,
    answer="Invoice",
    example="I-2026-1101",
    filters={
        **source_filters(answers.INVOICE_STATUSES),
        "kind": Filter(lambda document: document.kind, answers.INVOICE_KINDS),
    },
    creation=Creation(
        InvoiceIn,
        "Capture an invoice or credit note as it came in",
        purchasing.INVOICES,
        ("get", "revise", "approve"),
        names_documents=True,
    ),
    actions=(
        write_back("invoice"),
        Action(
            "revise",
            "",
            "New content for a captured or rejected invoice",
            lambda asked: asked.body.command(asked.number, asked.document.currency),
            InvoiceChange,
            purchasing.REVISED_INVOICES,
            method="PUT",
            leads=("approve", "cancel"),
        ),
        Action(
            "approve",
            "/approval",
            "Approve, as somebody whose limit covers it",
            lambda asked: ApproveInvoice(asked.number, asked.person("approve")),
            leads=("posting",),
            by_person=True,
        ),
        Action(
            "reject",
            "/rejection",
            "Reject an invoice, with a reason",
            lambda asked: RejectInvoice(asked.number, asked.person("reject"), asked.body.reason),
            ReasonIn,
            examples.REASONS,
            leads=("revise",),
            by_person=True,
        ),
        Action(
            "cancel",
            "/cancellation",
            "Give up an invoice before it is approved",
            lambda asked: CancelInvoice(asked.number),
        ),
    ),
    get_leads=("posting",),
)
SUPPLIER_INVOICES = Resource(
    kind="supplier_invoice",
    path="/v1/supplier-invoices",
    document=SupplierInvoice,
    encode=supplier_invoice,
    answer="SupplierInvoice",
    example="SI-DE01-000001",
    filters={
        **COMPANY,
        **status_filter(*answers.BOOKED_STATUSES),
        "supplier": Filter(lambda document: document.supplier),
        "match": Filter(lambda document: document.match, answers.MATCHES),
        "payment": Filter(lambda document: document.payment, answers.INVOICE_PAYMENTS),
    },
    creation=Creation(
        SupplierInvoiceIn,
        "Post an approved invoice or credit note",
        purchasing.SUPPLIER_INVOICES,
        ("get", "reverse", "release"),
        names_documents=True,
        by_reference=True,
    ),
    actions=(
        reversal("Take an invoice or credit note back", ReverseSupplierInvoice),
        Action(
            "release",
            "/release",
            "Lift the payment block that the match has set",
            lambda asked: ReleaseInvoice(asked.number, asked.person("release"), asked.body.reason),
            ReasonIn,
            examples.REASONS,
            by_person=True,
        ),
    ),
    get_leads=("reverse", "release"),
)
