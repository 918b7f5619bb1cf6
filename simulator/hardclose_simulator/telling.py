"""Records in words that a finance person follows. Judges nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from hardclose_mocks.history.records import (
    Acted,
    Carried,
    DeliveryTried,
    ExceptionSeen,
    Exchange,
    Fact,
    Phase,
    Record,
    Served,
    SutProcess,
    Told,
)
from hardclose_mocks.kernel.money import Money
from hardclose_mocks.webhooks.outbox import webhook_id
from hardclose_simulator.case import Case

_FORGERIES = {
    "invented": "forged: an invented document under a wrong signature",
    "altered": "forged: altered amounts under a genuine signature",
    "stale": "forged: signed ten minutes ago",
}


def who_did(record: Record) -> str:
    match record.body:
        case Exchange():
            return f"{record.actor} → {record.system}"
        case DeliveryTried(label="forged"):
            return "forger → integration"
        case DeliveryTried():
            return f"{record.system} → integration"
        case Fact():
            return record.body.system
        case SutProcess():
            return "integration"
        case ExceptionSeen():
            return "integration"
        case _:
            return record.actor


def what_happened(case: Case, record: Record, told: Told | None) -> str:
    """One line, no full stop."""
    match record.body:
        case Exchange():
            return f"{_asked(record.body)}{_did(record.body)}{_told(record.body, told)}"
        case Acted(carried=carried):
            return command_in_words(carried) + (f", refused: {carried.refusal}" if carried.refusal else "")
        case DeliveryTried():
            return _delivered(case, record, record.body)
        case Fact():
            return _declared(record.body)
        case Phase(name=name, note=note):
            return f"phase {name}" + (f" ({note})" if note else "")
        case SutProcess(state=state, note=note):
            return state + (f": {note}" if note else "")
        case ExceptionSeen(source=source, reason=reason):
            return f"lists an exception for {source or 'several'}: {reason}"
        case _:
            return record.kind


def _declared(fact: Fact) -> str:
    amount = Money(fact.total, fact.currency)
    twin = f", twin of {fact.twin_of}" if fact.twin_of else ""
    needs = f", after {' and '.join(fact.needs)}" if fact.needs else ""
    if fact.what != "created":
        return f"{fact.source} is {fact.what.replace('_', ' ')}, revision {fact.revision}"
    match fact.flow:
        case "SUP" | "MDM":
            return f"{fact.source} is {'approved' if fact.flow == 'SUP' else 'opened'}: {fact.truth.get('name')}"
        case "REC":
            return f"{fact.source} is recorded: goods worth {amount} for {fact.truth.get('requisition')}{needs}"
        case "JNL":
            until = fact.truth.get("reverse_on")
            return f"{fact.source} is approved: {amount} accrued on {fact.accounting_date}, to be reversed on {until}"
        case _:
            told = f"{amount} for {fact.partner}, accounting date {fact.accounting_date}{twin}{needs}"
            credit = " credit note" if fact.truth.get("kind") == "credit_note" else ""
            return f"{fact.source} is approved:{credit} {told}"


# --- exchanges -------------------------------------------------------------------------------------------------


def _asked(body: Exchange) -> str:
    detail = ""
    if isinstance(body.body, dict):
        day = body.body.get("posting_date") or body.body.get("order_date")
        detail = f" dated {day}" if day else ""
        if "state" in body.body:
            named = body.body.get("document") or body.body.get("reason") or ""
            detail = f" {body.body['state']} {named}".rstrip()
    key = f", key {body.key}" if body.key else ""
    return f"{body.op} {body.subject}{detail}{key}"


def _did(body: Exchange) -> str:
    if body.replayed:
        return "; the books did nothing, answered from the key store"
    if not body.carried:
        return _read(body.served) if body.served is not None else "; never reached the books" if body.writes else ""
    one = body.carried[-1]
    if one.refusal is not None:
        return f"; the books refused: {one.refusal}{_detail(one.refusal_data)}"
    if one.command == "RecordPosting":
        return "; the source took it"
    return f"; the books did {one.document}" if one.document else "; the books did it"


def _read(served: Served) -> str:
    numbers = [number for number, _ in served.documents]
    return "; read " + (
        ", ".join(numbers[:3]) + (f" and {len(numbers) - 3} more" if len(numbers) > 3 else "") or "nothing"
    )


def _detail(data: Any) -> str:
    if not isinstance(data, dict):
        return ""
    return " (" + ", ".join(f"{name} {value}" for name, value in data.items()) + ")"


def _told(body: Exchange, told: Told | None) -> str:
    fault = f" ({body.fault.fault})" if body.fault is not None else ""
    if told is None or told.delivered == "none" or told.status is None:
        return f"; told nothing{fault}"
    wait = f", wait {told.wait_s:g} s" if told.wait_s else ""
    part = "" if told.delivered == "full" else f", {told.delivered}"
    return f"; told {told.status}{wait}{part}{fault}"


# --- others ----------------------------------------------------------------------------------------------------


def _delivered(case: Case, record: Record, tried: DeliveryTried) -> str:
    kind = next((one.type for one in case.deliveries if one.seq == record.seq), "") or "event"
    what = f"{kind} {tried.subject}, attempt {tried.attempt}"
    if tried.forgery is not None:
        what += f", {_FORGERIES.get(tried.forgery, 'forged')}"
    if tried.outcome == "dropped":
        return f"{what}: never sent (F32)"
    answer = f"answered {tried.status}" if tried.status is not None else "no answer"
    another = webhook_id(tried.event, tried.message) != tried.event and tried.forgery is None
    again = " under another event id" if another else ""
    return f"{what}{again}: {answer}"


def command_in_words(carried: Carried) -> str:
    """What somebody asked of the books."""
    asked = carried.arguments
    number = carried.document or asked.get("number", "")
    match carried.command:
        case "SetPeriod":
            period = f"{asked.get('module')} period {asked.get('year')}/{asked.get('period'):02}"
            return f"{period} of {asked.get('company')}: {str(asked.get('state')).replace('_', '-')}"
        case "RunPayments":
            until = asked.get("cut_off")
            return f"payment run {asked.get('run')} in {asked.get('company')}, all posted up to {_day(until)}"
        case "ApproveReport" | "ApproveRequisition" | "ApproveSupplierRequest" | "ApproveInvoice" | "ApproveAccrual":
            behalf = f" for {asked['on_behalf_of']}" if asked.get("on_behalf_of") else ""
            return f"{asked.get('approver')} approves {number}{behalf}"
        case "SendBackReport" | "RejectRequisition" | "RejectSupplierRequest" | "RejectInvoice":
            return f"{asked.get('approver')} sends {number} back: {asked.get('reason')}"
        case name if name.startswith("Reverse"):
            return f"reverses {number}: {asked.get('reason')}"
        case "CancelPurchaseOrder":
            return f"cancels {number}: {asked.get('reason')}"
        case other:
            return f"{_words(other)} {number}".rstrip()


def _day(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _words(name: str) -> str:
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
