"""The commands of the rest of procure-to-pay that the neutral dialect carries, and the requests that ask for them."""

from __future__ import annotations

from typing import Any, assert_never, get_args

from hypothesis import strategies as st

from hardclose_mocks.dialects.neutral.wire import accruals, attachments, cost_centers, invoices, receipts, suppliers
from hardclose_mocks.kernel.attachments import SIZE_MAX
from hardclose_mocks.kernel.commands import (
    ApproveAccrual,
    ApproveInvoice,
    ApproveSupplierRequest,
    AttachReceipt,
    BlockRequestedSupplier,
    CancelInvoice,
    CaptureInvoice,
    ChangeBankAccount,
    ChangeSupplier,
    CreateSupplier,
    EntryLine,
    InvoiceLine,
    MergeSupplierRequests,
    PostGoodsReceipt,
    PostJournalEntry,
    PostSupplierInvoice,
    ProposeAccrual,
    PutCostCenter,
    ReceiptLine,
    RecordReceipt,
    RegisterSupplier,
    RejectInvoice,
    RejectSupplierRequest,
    ReleaseInvoice,
    ReverseGoodsReceipt,
    ReverseJournalEntry,
    ReverseReceipt,
    ReverseSupplierInvoice,
    ReviseInvoice,
    ReviseSupplierRequest,
    SubmitSupplierRequest,
    VerifyBankAccount,
)

from .drawn_values import CURRENCIES, DAYS, NUMBERS, REASONS, REFERENCES, TEXTS, VERSIONS, Asked, S, minor_units

ErpCarried = (
    CreateSupplier | ChangeSupplier | PostGoodsReceipt | ReverseGoodsReceipt | PostSupplierInvoice
    | ReverseSupplierInvoice | ReleaseInvoice | PostJournalEntry | ReverseJournalEntry
)  # fmt: skip
RequestCarried = (
    RegisterSupplier | ReviseSupplierRequest | SubmitSupplierRequest | ApproveSupplierRequest | RejectSupplierRequest
    | BlockRequestedSupplier | MergeSupplierRequests | ChangeBankAccount | VerifyBankAccount
)  # fmt: skip
SourceCarried = (
    RecordReceipt | ReverseReceipt | CaptureInvoice | ReviseInvoice | ApproveInvoice | RejectInvoice | CancelInvoice
    | ProposeAccrual | ApproveAccrual | AttachReceipt | PutCostCenter
)  # fmt: skip
PurchasingCarried = ErpCarried | RequestCarried | SourceCarried

QUANTITIES = st.integers(1, 1_000_000)
TERMS = st.integers(0, 365)
RECEIPT_LINES = st.lists(st.builds(ReceiptLine, QUANTITIES, QUANTITIES), min_size=1, max_size=3).map(tuple)


def invoice_lines(currency: str) -> S[tuple[InvoiceLine, ...]]:
    amounts = minor_units(currency)
    optional = st.none() | REFERENCES
    one = st.builds(
        InvoiceLine, REFERENCES, REFERENCES, TEXTS, QUANTITIES, amounts, REFERENCES, amounts, st.none() | QUANTITIES,
        optional,
    )  # fmt: skip
    return st.lists(one, min_size=1, max_size=3).map(tuple)


def entry_lines(currency: str) -> S[tuple[EntryLine, ...]]:
    amounts = minor_units(currency)
    one = st.builds(EntryLine, REFERENCES, amounts, amounts, st.none() | REFERENCES, TEXTS)
    return st.lists(one, min_size=1, max_size=3).map(tuple)


def in_some_currency(draw: Any) -> S[Any]:
    return CURRENCIES.flatmap(draw)


CREATE_SUPPLIER = st.builds(
    CreateSupplier, REFERENCES, REFERENCES, REASONS, CURRENCIES, TEXTS, TERMS, TEXTS, TEXTS, st.booleans(), TEXTS,
    QUANTITIES,
)  # fmt: skip
_MAYBE = st.none() | TEXTS
CHANGE_SUPPLIER = st.builds(
    ChangeSupplier, NUMBERS, st.none() | REASONS, _MAYBE, st.none() | TERMS, _MAYBE, _MAYBE, st.none() | st.booleans(),
    st.none() | st.booleans(), st.none() | st.booleans(), st.none() | REFERENCES, _MAYBE, st.none() | REFERENCES,
    st.none() | QUANTITIES, VERSIONS,
)  # fmt: skip
GOODS_RECEIPT = st.builds(
    PostGoodsReceipt, REFERENCES, REFERENCES, REFERENCES, DAYS, RECEIPT_LINES, TEXTS, st.none() | DAYS
)
KINDS = st.sampled_from(["invoice", "credit_note"])
SUPPLIER_INVOICE = in_some_currency(
    lambda code: st.builds(
        PostSupplierInvoice, REFERENCES, KINDS, REFERENCES, REFERENCES, REFERENCES, DAYS, DAYS, DAYS, st.just(code),
        invoice_lines(code), st.none() | REFERENCES, st.none() | REFERENCES, st.none() | minor_units(code), TEXTS,
        st.none() | DAYS,
    )
)  # fmt: skip
JOURNAL_ENTRY = in_some_currency(
    lambda code: st.builds(
        PostJournalEntry, REFERENCES, REFERENCES, DAYS, st.just(code), entry_lines(code), st.none() | DAYS, TEXTS,
        st.none() | DAYS,
    )
)  # fmt: skip
INVOICE = in_some_currency(
    lambda code: st.builds(
        CaptureInvoice, NUMBERS, REFERENCES, KINDS, REFERENCES, REFERENCES, REFERENCES, DAYS, DAYS, st.just(code),
        invoice_lines(code), st.none() | REFERENCES, st.none() | REFERENCES, st.none() | minor_units(code), TEXTS,
    )
)  # fmt: skip
RECEIPT = st.builds(RecordReceipt, NUMBERS, REFERENCES, REFERENCES, DAYS, RECEIPT_LINES)
ACCRUAL = st.builds(
    ProposeAccrual, NUMBERS, REFERENCES, REFERENCES, QUANTITIES, minor_units("EUR"), DAYS, DAYS, REFERENCES
)
SUPPLIER_REQUEST = st.builds(
    RegisterSupplier, NUMBERS, REFERENCES, REFERENCES, REASONS, CURRENCIES, TEXTS, TERMS, TEXTS, TEXTS
)
RECEIPT_TYPES = st.sampled_from(get_args(attachments.ReceiptType))
ATTACHMENT = st.builds(AttachReceipt, NUMBERS, NUMBERS, REASONS, RECEIPT_TYPES, st.integers(1, SIZE_MAX), st.booleans())
COST_CENTER = st.builds(PutCostCenter, NUMBERS, REFERENCES, REASONS, REFERENCES, DAYS, DAYS, st.booleans(), QUANTITIES)
ERP: list[S[Any]] = [
    CREATE_SUPPLIER,
    CHANGE_SUPPLIER,
    GOODS_RECEIPT,
    SUPPLIER_INVOICE,
    JOURNAL_ENTRY,
    *(
        st.builds(kind, NUMBERS, DAYS, REASONS, VERSIONS)
        for kind in (ReverseGoodsReceipt, ReverseSupplierInvoice, ReverseJournalEntry)
    ),
    st.builds(ReleaseInvoice, NUMBERS, NUMBERS, REASONS),
]
PROCUREMENT: list[S[Any]] = [
    SUPPLIER_REQUEST,
    RECEIPT,
    INVOICE,
    ACCRUAL,
    COST_CENTER,
    st.builds(ReviseSupplierRequest, NUMBERS, REASONS, TEXTS, TERMS, TEXTS),
    st.builds(SubmitSupplierRequest, NUMBERS),
    st.builds(ApproveSupplierRequest, NUMBERS, NUMBERS, st.none() | REFERENCES),
    st.builds(RejectSupplierRequest, NUMBERS, NUMBERS, REASONS),
    st.builds(BlockRequestedSupplier, NUMBERS, st.booleans()),
    st.builds(MergeSupplierRequests, NUMBERS, REFERENCES),
    st.builds(ChangeBankAccount, NUMBERS, REASONS),
    st.builds(VerifyBankAccount, NUMBERS, NUMBERS),
    st.builds(ReverseReceipt, NUMBERS, NUMBERS, REASONS),
    st.builds(ApproveInvoice, NUMBERS, NUMBERS),
    st.builds(RejectInvoice, NUMBERS, NUMBERS, REASONS),
    st.builds(CancelInvoice, NUMBERS),
    st.builds(ApproveAccrual, NUMBERS, NUMBERS),
]
EXPENSE: list[S[Any]] = [ATTACHMENT, COST_CENTER]


def asked_of_the_erp(command: ErpCarried) -> Asked:
    match command:
        case CreateSupplier():
            return Asked("POST", "/v1/suppliers", suppliers.create_supplier(command))
        case ChangeSupplier(number=number, expected_version=version):
            return Asked("PATCH", f"/v1/suppliers/{number}", suppliers.change_supplier(command), version)
        case PostGoodsReceipt():
            return Asked("POST", "/v1/goods-receipts", receipts.post_goods_receipt(command))
        case PostSupplierInvoice():
            return Asked("POST", "/v1/supplier-invoices", invoices.post_supplier_invoice(command))
        case ReleaseInvoice(number=number, person=person, reason=reason):
            return Asked("POST", f"/v1/supplier-invoices/{number}/release", {"reason": reason}, person=person)
        case PostJournalEntry():
            return Asked("POST", "/v1/journal-entries", accruals.post_journal_entry(command))
        case ReverseGoodsReceipt() | ReverseSupplierInvoice() | ReverseJournalEntry():
            homes: dict[type, str] = {
                ReverseGoodsReceipt: "goods-receipts",
                ReverseSupplierInvoice: "supplier-invoices",
                ReverseJournalEntry: "journal-entries",
            }
            body = {"posting_date": command.posting_date.isoformat(), "reason": command.reason}
            path = f"/v1/{homes[type(command)]}/{command.number}/reversal"
            return Asked("POST", path, body, command.expected_version)
        case _:
            assert_never(command)


def asked_for_a_supplier(command: RequestCarried) -> Asked:
    home = f"/v1/supplier-requests/{command.number}"
    match command:
        case RegisterSupplier():
            return Asked("POST", "/v1/supplier-requests", suppliers.register_supplier(command))
        case ReviseSupplierRequest():
            return Asked("PUT", home, suppliers.revise_supplier_request(command))
        case SubmitSupplierRequest():
            return Asked("POST", f"{home}/submission")
        case ApproveSupplierRequest(approver=person, on_behalf_of=absent):
            return Asked("POST", f"{home}/approval", {"on_behalf_of": absent}, person=person)
        case RejectSupplierRequest(approver=person, reason=reason):
            return Asked("POST", f"{home}/rejection", {"reason": reason}, person=person)
        case BlockRequestedSupplier(blocked=blocked):
            return Asked("PUT", f"{home}/block", {"blocked": blocked})
        case MergeSupplierRequests():
            return Asked("POST", f"{home}/merger", suppliers.merge_requests(command))
        case ChangeBankAccount():
            return Asked("PUT", f"{home}/bank-account", suppliers.change_bank_account(command))
        case VerifyBankAccount(person=person):
            return Asked("POST", f"{home}/bank-account/verification", person=person)
        case _:
            assert_never(command)


def asked_of_a_source(command: SourceCarried, currency: str) -> Asked:
    match command:
        case RecordReceipt():
            return Asked("POST", "/v1/receipts", receipts.record_receipt(command))
        case ReverseReceipt(number=number, person=person, reason=reason):
            return Asked("POST", f"/v1/receipts/{number}/reversal", {"reason": reason}, person=person)
        case CaptureInvoice():
            return Asked("POST", "/v1/invoices", invoices.capture_invoice(command))
        case ReviseInvoice(number=number):
            return Asked("PUT", f"/v1/invoices/{number}", invoices.revise_invoice(command, currency))
        case ApproveInvoice(number=number, approver=person):
            return Asked("POST", f"/v1/invoices/{number}/approval", person=person)
        case RejectInvoice(number=number, approver=person, reason=reason):
            return Asked("POST", f"/v1/invoices/{number}/rejection", {"reason": reason}, person=person)
        case CancelInvoice(number=number):
            return Asked("POST", f"/v1/invoices/{number}/cancellation")
        case ProposeAccrual():
            return Asked("POST", "/v1/accruals", accruals.propose_accrual(command, currency))
        case ApproveAccrual(number=number, approver=person):
            return Asked("POST", f"/v1/accruals/{number}/approval", person=person)
        case AttachReceipt(number=number):
            return Asked("POST", f"/v1/expense-reports/{number}/attachments", attachments.attach_receipt(command))
        case PutCostCenter(number=number):
            return Asked("PUT", f"/v1/cost-centers/{number}", cost_centers.put_cost_center(command))
        case _:
            assert_never(command)
