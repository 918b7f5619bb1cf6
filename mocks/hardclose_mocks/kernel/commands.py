"""Everything that can be asked of the books, as data. The only way to change a system is one of these."""

from __future__ import annotations

from hardclose_mocks.kernel.erp_commands import (
    AttachFile,
    CancelPurchaseOrder,
    CreatePurchaseOrder,
    DocumentCommand,
    PostExpense,
    PostGoodsReceipt,
    PostJournalEntry,
    PostSupplierInvoice,
    ReleaseInvoice,
    ReturnPayment,
    ReverseExpensePosting,
    ReverseGoodsReceipt,
    ReverseJournalEntry,
    ReverseSupplierInvoice,
    ReviseBudget,
    RunPayments,
    SetPeriod,
)
from hardclose_mocks.kernel.expense_commands import (
    ApproveReport,
    AttachReceipt,
    CreateReport,
    RecallReport,
    ReviseReport,
    SendBackReport,
    SubmitReport,
)
from hardclose_mocks.kernel.lines import (
    Allocation,
    EntryLine,
    ExpenseLine,
    InvoiceLine,
    OrderLine,
    PostingLine,
    ReceiptLine,
)
from hardclose_mocks.kernel.master_commands import (
    BlockCostCenter,
    BlockPayments,
    BlockSupplier,
    ChangeCostCenter,
    ChangeSupplier,
    CreateCostCenter,
    CreateSupplier,
    ErpMasterCommand,
    PutCostCenter,
)
from hardclose_mocks.kernel.procurement_commands import (
    ApproveAccrual,
    ApproveInvoice,
    ApproveRequisition,
    ApproveSupplierRequest,
    BlockRequestedSupplier,
    CancelInvoice,
    CancelRequisition,
    CaptureInvoice,
    ChangeBankAccount,
    CreateRequisition,
    MergeSupplierRequests,
    ProposeAccrual,
    RecordReceipt,
    RegisterSupplier,
    RejectInvoice,
    RejectRequisition,
    RejectSupplierRequest,
    ReverseReceipt,
    ReviseInvoice,
    ReviseRequisition,
    ReviseSupplierRequest,
    SubmitRequisition,
    SubmitSupplierRequest,
    VerifyBankAccount,
)
from hardclose_mocks.kernel.source_commands import (
    Delegate,
    RecordPosting,
)

ErpCommand = DocumentCommand | ErpMasterCommand

SourceCommand = Delegate | RecordPosting | PutCostCenter
"""What both source systems take."""

ProcurementCommand = (
    CreateRequisition
    | ReviseRequisition
    | SubmitRequisition
    | ApproveRequisition
    | RejectRequisition
    | CancelRequisition
    | RegisterSupplier
    | ReviseSupplierRequest
    | SubmitSupplierRequest
    | ApproveSupplierRequest
    | RejectSupplierRequest
    | BlockRequestedSupplier
    | MergeSupplierRequests
    | ChangeBankAccount
    | VerifyBankAccount
    | RecordReceipt
    | ReverseReceipt
    | CaptureInvoice
    | ReviseInvoice
    | ApproveInvoice
    | RejectInvoice
    | CancelInvoice
    | ProposeAccrual
    | ApproveAccrual
    | SourceCommand
)

ExpenseCommand = (
    CreateReport
    | ReviseReport
    | SubmitReport
    | ApproveReport
    | SendBackReport
    | RecallReport
    | AttachReceipt
    | SourceCommand
)

Command = ErpCommand | ProcurementCommand | ExpenseCommand

__all__ = [
    "Allocation",
    "ApproveAccrual",
    "ApproveInvoice",
    "ApproveReport",
    "ApproveRequisition",
    "ApproveSupplierRequest",
    "AttachFile",
    "AttachReceipt",
    "BlockCostCenter",
    "BlockPayments",
    "BlockRequestedSupplier",
    "BlockSupplier",
    "CancelInvoice",
    "CancelPurchaseOrder",
    "CancelRequisition",
    "CaptureInvoice",
    "ChangeBankAccount",
    "ChangeCostCenter",
    "ChangeSupplier",
    "Command",
    "CreateCostCenter",
    "CreatePurchaseOrder",
    "CreateReport",
    "CreateRequisition",
    "CreateSupplier",
    "Delegate",
    "EntryLine",
    "ErpCommand",
    "ExpenseCommand",
    "ExpenseLine",
    "InvoiceLine",
    "MergeSupplierRequests",
    "OrderLine",
    "PostExpense",
    "PostGoodsReceipt",
    "PostJournalEntry",
    "PostSupplierInvoice",
    "PostingLine",
    "ProcurementCommand",
    "ProposeAccrual",
    "PutCostCenter",
    "RecallReport",
    "ReceiptLine",
    "RecordPosting",
    "RecordReceipt",
    "RegisterSupplier",
    "RejectInvoice",
    "RejectRequisition",
    "RejectSupplierRequest",
    "ReleaseInvoice",
    "ReturnPayment",
    "ReverseExpensePosting",
    "ReverseGoodsReceipt",
    "ReverseJournalEntry",
    "ReverseReceipt",
    "ReverseSupplierInvoice",
    "ReviseBudget",
    "ReviseInvoice",
    "ReviseReport",
    "ReviseRequisition",
    "ReviseSupplierRequest",
    "RunPayments",
    "SendBackReport",
    "SetPeriod",
    "SourceCommand",
    "SubmitReport",
    "SubmitRequisition",
    "SubmitSupplierRequest",
    "VerifyBankAccount",
]
