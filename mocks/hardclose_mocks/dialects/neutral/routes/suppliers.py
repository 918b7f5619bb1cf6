"""Suppliers: procurement's requests, from draft to verified bank account, and the ERP's master records."""

from __future__ import annotations

from hardclose_mocks.dialects.neutral.description import examples
from hardclose_mocks.dialects.neutral.description import purchasing_examples as purchasing
from hardclose_mocks.dialects.neutral.routes.paging import Filter
from hardclose_mocks.dialects.neutral.routes.resources import (
    COMPANY,
    Action,
    Creation,
    Resource,
    source_filters,
    status_filter,
)
from hardclose_mocks.dialects.neutral.routes.sources import approval, write_back
from hardclose_mocks.dialects.neutral.wire import purchasing_answers as answers
from hardclose_mocks.dialects.neutral.wire.sources import ReasonIn
from hardclose_mocks.dialects.neutral.wire.suppliers import (
    BankAccountIn,
    BlockIn,
    MergeIn,
    SupplierChange,
    SupplierIn,
    SupplierRequestChange,
    SupplierRequestIn,
    supplier,
    supplier_request,
)
from hardclose_mocks.kernel.commands import (
    ApproveSupplierRequest,
    BlockRequestedSupplier,
    ChangeBankAccount,
    MergeSupplierRequests,
    RejectSupplierRequest,
    SubmitSupplierRequest,
    VerifyBankAccount,
)
from hardclose_mocks.kernel.documents import SupplierMaster, SupplierRequest

SUPPLIER_REQUESTS = Resource(
    kind="supplier_request",
    path="/v1/supplier-requests",
    document=SupplierRequest,
    encode=supplier_request,
    answer="SupplierRequest",
    example="S-2026-1101",
    filters=source_filters(answers.REQUEST_STATUSES),
    creation=Creation(
        SupplierRequestIn,
        "Ask for a new supplier; it is a draft until submitted",
        purchasing.SUPPLIER_REQUESTS,
        ("get", "revise", "submit"),
    ),
    actions=(
        write_back("supplier request"),
        Action(
            "revise",
            "",
            "New content; an approved request stays approved",
            lambda asked: asked.body.command(asked.number),
            SupplierRequestChange,
            purchasing.REVISED_SUPPLIER_REQUESTS,
            method="PUT",
            leads=("submit",),
        ),
        Action(
            "submit",
            "/submission",
            "Submit a request for approval",
            lambda asked: SubmitSupplierRequest(asked.number),
            leads=("approve", "reject"),
        ),
        approval(ApproveSupplierRequest),
        Action(
            "reject",
            "/rejection",
            "Reject, as the next in the chain",
            lambda asked: RejectSupplierRequest(asked.number, asked.person("reject"), asked.body.reason),
            ReasonIn,
            examples.REASONS,
            leads=("revise",),
            by_person=True,
        ),
        Action(
            "block",
            "/block",
            "Block the supplier, or release it again",
            lambda asked: BlockRequestedSupplier(asked.number, asked.body.blocked),
            BlockIn,
            purchasing.BLOCKS,
            method="PUT",
            leads=("get", "posting"),
        ),
        Action(
            "merge",
            "/merger",
            "Give a duplicate up for the request that survives",
            lambda asked: MergeSupplierRequests(asked.number, asked.body.into),
            MergeIn,
            purchasing.MERGES,
            leads=("get", "posting"),
        ),
        Action(
            "change_bank_account",
            "/bank-account",
            "Another bank account, pending until it is verified",
            lambda asked: ChangeBankAccount(asked.number, asked.body.bank_account),
            BankAccountIn,
            purchasing.BANK_ACCOUNTS,
            method="PUT",
            leads=("verify_bank_account", "get"),
        ),
        Action(
            "verify_bank_account",
            "/bank-account/verification",
            "Verify the pending bank account, having called the supplier back",
            lambda asked: VerifyBankAccount(asked.number, asked.person("verify a bank account")),
            by_person=True,
        ),
    ),
    get_leads=("posting",),
)
SUPPLIERS = Resource(
    kind="supplier",
    path="/v1/suppliers",
    document=SupplierMaster,
    encode=supplier,
    answer="Supplier",
    example="SU-DE01-000001",
    filters={
        **COMPANY,
        **status_filter(*answers.SUPPLIER_STATUSES),
        "tax_id": Filter(lambda document: document.tax_id),
    },
    creation=Creation(
        SupplierIn, "Create a supplier's master record", purchasing.SUPPLIERS, ("get", "change"), by_reference=True
    ),
    actions=(
        Action(
            "change",
            "",
            "Change single fields of a supplier",
            lambda asked: asked.body.command(asked.number, asked.version),
            SupplierChange,
            purchasing.SUPPLIER_CHANGES,
            method="PATCH",
            leads=("get", "change"),
            says="What is left out, or null, stays as it is. A bank account is pending until it is verified.",
            if_match=True,
        ),
    ),
    get_leads=("change",),
)
