"""Schemas of what is answered: documents, their pages, masters, problems, the contract card."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from hardclose_mocks.dialects.neutral.wire import answers, purchasing_answers
from hardclose_mocks.kernel import master
from hardclose_mocks.pace import PACES

Schema = dict[str, Any]
REFERENCE = "#/components/schemas/"
PAGE, LIST = "Page", "List"
"""Endings of the schemas that hold several: a page of a list that goes on, and a whole list."""

ANSWERS: tuple[type, ...] = (
    answers.ExpensePosting,
    answers.PurchaseOrder,
    answers.ExpenseReport,
    answers.Requisition,
    answers.Company,
    answers.Period,
    answers.BudgetCheck,
    answers.Subscription,
    answers.NewSubscription,
    answers.SigningSecret,
    answers.Delivery,
    answers.Job,
    answers.BatchResult,
    answers.Token,
    answers.ClientSecret,
    answers.TokenRefusal,
    answers.Problem,
    purchasing_answers.Supplier,
    purchasing_answers.CostCenter,
    purchasing_answers.SupplierRequest,
    purchasing_answers.Receipt,
    purchasing_answers.GoodsReceipt,
    purchasing_answers.Invoice,
    purchasing_answers.SupplierInvoice,
    purchasing_answers.Accrual,
    purchasing_answers.JournalEntry,
    purchasing_answers.Payment,
    purchasing_answers.Attachment,
    answers.ReportAttachment,
    master.Account,
    master.Project,
    master.TaxCode,
)


def reference(name: str) -> Schema:
    return {"$ref": REFERENCE + name}


def schemas() -> dict[str, Schema]:
    """All by name. `<name>Page` and `<name>List` for every one of them; what nobody refers to is left out later."""
    found: dict[str, Schema] = {"ContractCard": _contract_card()}
    for answer in ANSWERS:
        made = TypeAdapter(answer).json_schema(mode="serialization", ref_template=REFERENCE + "{model}")
        found |= made.pop("$defs", {})
        found[answer.__name__] = made
    for name in list(found):
        found[name] = _complete(found[name])
    for name in list(found):
        found[name + PAGE] = _several(name, {"type": ["string", "null"]}, "Ask again with it as `cursor`; null ends.")
        found[name + LIST] = _several(name, {"type": "null"}, "Always null: the whole list is here.")
    return found


def _complete(schema: Schema) -> Schema:
    """Every field is always there, whatever defaults the values have; titles that only repeat names are noise."""
    schema = {name: value for name, value in schema.items() if name != "title"}
    fields = {
        name: {key: value for key, value in field.items() if key not in ("title", "default")}
        for name, field in schema.get("properties", {}).items()
    }
    if "errors" in fields:  # a problem, which says more where it has more to say
        return {**schema, "properties": fields, "additionalProperties": True}
    optional = ("refresh_token", "attachments")
    return {**schema, "properties": fields, "required": [name for name in fields if name not in optional]}


def _several(name: str, cursor: Schema, says: str) -> Schema:
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": reference(name)},
            "next_cursor": {**cursor, "description": says},
        },
        "required": ["items", "next_cursor"],
    }


_ON_REFRESH = ("reuse", "new_grant")


def _contract_card() -> Schema:
    seconds = share = {"type": "number", "minimum": 0}
    whole = {"type": "integer", "minimum": 0}
    operation = _object(
        profile={"type": "string", "pattern": "^C[1-6]$"},
        idempotency_key=_object(
            supported={"type": "boolean"},
            required={"type": "boolean"},
            life_s=seconds,
            other_body={"enum": ["refused", "ignored"]},
            stores={"enum": ["refusals", "successes", "everything"]},
            in_progress={"enum": [409]},
        ),
        reference_unique={"type": "boolean"},
        already_exists={"enum": ["names_document", "bare", "status_500", None]},
        reference_search={"type": "boolean"},
        late_commit_s=seconds,
        read_lag_s=seconds,
        asynchronous=_or_null(jobs={"type": "string"}, done_within_s=seconds, may_get_stuck={"type": "boolean"}),
    )
    limit = {
        "oneOf": [
            _object(
                scope={"enum": ["credential"]},
                rate_per_s={"type": "number", "exclusiveMinimum": 0},
                burst={"type": "integer", "minimum": 1},
                retry_after={"enum": ["seconds", "http-date", "absent"]},
            ),
            _object(scope={"enum": ["credential"]}, concurrent={"type": "integer", "minimum": 1}),
            _object(
                scope={"enum": ["credential"]}, calls_per_day={"type": "integer", "minimum": 1}, day={"type": "string"}
            ),
        ]
    }
    batch = _object(
        rows_max={"type": "integer", "minimum": 1},
        atomic={"type": "boolean"},
        ordered={"type": "boolean"},
        may_omit_rows={"type": "boolean"},
    )
    longest = {"type": ["integer", "null"], "minimum": 1}
    card = _object(
        system={"enum": ["erp", "procurement", "expense"]},
        dialect={"type": "string"},
        version={"type": "string"},
        pace={"enum": [*PACES]},
        clock=_object(business_rate={"type": "number"}, note={"type": "string"}),
        operations={"type": "object", "additionalProperties": operation},
        batches={"type": "object", "additionalProperties": batch},
        limits={"type": "array", "items": limit},
        answers=_object(problem_with_200={"type": "boolean"}, page_with_200={"type": "boolean"}),
        maintenance={
            "type": "array",
            "items": _object(**{"from": {"type": "string", "format": "date-time"}, "to": {"type": "string"}}),
        },
        contention=_or_null(locked_s=seconds),
        normalisation=_or_null(reference_max=longest, text_max=longest),
        defaults=_or_null(account={"type": "string"}, cost_center={"type": "string"}),
        reads={"type": "object", "additionalProperties": _object(lag_s=seconds)},
        paging=_object(
            limit_default={"type": "integer", "minimum": 1},
            limit_max={"type": "integer", "minimum": 1},
            order={"type": "string"},
            drifts={"type": "boolean"},
            vanishing={"type": "boolean"},
            updated_since={"enum": ["inclusive", "date"]},
            updated_since_zone={"type": ["string", "null"]},
            updated_since_resolution_s=seconds,
            updated_since_clock={"enum": ["business", "wire"]},
        ),
        webhooks=_object(
            schedule_s={"type": "array", "items": seconds},
            timeout_s=seconds,
            tolerance_s=seconds,
            at_least_once={"type": "boolean"},
            may_drop={"type": "boolean"},
            ordered={"type": "boolean"},
            subscription=_object(
                life_s={"type": ["number", "null"], "exclusiveMinimum": 0},
                disabled_after={"type": ["integer", "null"], "minimum": 1},
                renew={"type": "string"},
                missed={"type": "string"},
            ),
            batch_max={"type": "integer", "minimum": 1},
            payload={"enum": ["snapshot", "pointer"]},
            secret={"type": "string"},
        ),
        validation={
            "anyOf": [_object(fail={"enum": ["open", "closed"]}, budget_s=seconds), {"type": "null"}],
            "description": "How the integration is asked before a document is submitted; null if it never is.",
        },
        tolerances={
            "anyOf": [_object(quantity=share, price=share, price_minor=whole, over_delivery=share), {"type": "null"}],
            "description": "Shares, and minor units per piece, within which invoices match; null where nothing does.",
        },
        budgets={
            "anyOf": [
                _object(control={"enum": ["hard", "soft"]}, check_reserves={"type": "boolean"}),
                {"type": "null"},
            ],
            "description": "Whether orders beyond a budget are refused (hard), or taken with a warning (soft): then "
            "whoever sends them has to ask first, and not to send them. A question reserves nothing.",
        },
        approvals={
            "anyOf": [
                _object(
                    recall_after_approval={"type": "boolean"},
                    edit_after_approval={"enum": ["revoked", "kept", None]},
                    belong_to={"type": "string"},
                ),
                {"type": "null"},
            ],
            "description": "What may become of a document that was approved; null where nothing may.",
        },
        ownership={
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            },
            "description": "Which system has the say about which fields, by kind of master.",
        },
        older_revision={
            "enum": ["refused", "taken"],
            "description": "What becomes of a copy of a master that is older than the one held.",
        },
        token_life_s=seconds,
        access=_object(
            refresh_tokens={
                "type": ["object", "null"],
                "properties": {"single_use": {"type": "boolean"}, **{name: {"type": "string"} for name in _ON_REFRESH}},
            },
            client_secret=_object(rotate={"type": "string"}, notice={"type": "string"}, former={"type": "string"}),
        ),
        accounting_date={"type": "string"},
        periods=_object(freshness_s=seconds),
        service_levels=_object(
            exception_s=seconds,
            freshness_s=seconds,
            client_timeout_s=seconds,
            refused_again={
                **_object(free={"type": "integer"}, after_s=seconds),
                "description": "A request that a business rule refused may be sent again unchanged so many times, and "
                "whenever so long has passed or something has changed.",
            },
        ),
    )
    says = "What this system promises its callers, who are held to nothing else. All `_s` are wire seconds unless said."
    return {**card, "description": says}


def _or_null(**fields: Schema) -> Schema:
    return {"anyOf": [_object(**fields), {"type": "null"}]}


def _object(**fields: Schema) -> Schema:
    return {"type": "object", "properties": fields, "required": [*fields]}
