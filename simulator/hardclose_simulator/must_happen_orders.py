"""What a scenario promises of suppliers, goods, invoices and accruals, counted in the history. Judges nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime

from hardclose_mocks.clock import NS
from hardclose_mocks.history.codec import from_plain
from hardclose_mocks.history.records import Acted, Fact, Genesis
from hardclose_mocks.kernel.master import Master, Tolerances
from hardclose_simulator.case import Case
from hardclose_simulator.followed import plainly

REJECTIONS = frozenset({"SendBackReport", "RejectRequisition", "RejectSupplierRequest", "RejectInvoice"})
ERP_EDITS = frozenset({"BlockPayments", "BlockSupplier", "ChangeSupplier"})
AT_ONCE_NS = NS
"""Two edits within a second on the wire may meet."""


def _human_rejections(case: Case) -> int:
    return sum(
        isinstance(one.body, Acted) and one.body.carried.command in REJECTIONS and one.body.carried.refusal is None
        for one in case.records
    )


def _facts(case: Case, flow: str) -> list[Fact]:
    return [fact for fact in case.facts if fact.flow == flow]


def _receipts(case: Case) -> dict[str, list[Fact]]:
    """By the source number of the order, in order of their coming."""
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in _facts(case, "REC"):
        found[fact.truth["requisition"]].append(fact)
    return found


def _reversed_after_match(case: Case) -> int:
    """Receipts taken back when an invoice of their order stood in the books."""
    posted: dict[str, datetime] = {}
    for fact in _facts(case, "INV"):
        for document in case.documents_of(fact)[:1]:
            posted.setdefault(str(fact.truth["requisition"]), document.made.at)
    return sum(
        fact.what == "reversed" and posted.get(fact.truth["requisition"], fact.due_at) < fact.due_at
        for fact in case.changes
    )


def _before_receipt(case: Case) -> int:
    first = {order: facts[0].due_at for order, facts in _receipts(case).items()}
    return sum(
        fact.truth["credits"] is None and (order := fact.truth["requisition"]) in first and fact.due_at < first[order]
        for fact in _facts(case, "INV")
    )


def _duplicate_numbers(case: Case) -> int:
    """Invoices that bear a number which another one of that vendor bears."""
    seen = Counter((fact.partner, fact.truth["supplier_reference"], fact.truth["kind"]) for fact in _facts(case, "INV"))
    return sum(count - 1 for count in seen.values())


def _edges(case: Case) -> int:
    """Kinds of tolerance, and whether at it or one unit beyond, that some invoice or delivery tried exactly."""
    rules = next(
        (
            from_plain(one.body.master, Master).tolerances
            for one in case.records
            if one.system == "erp" and isinstance(one.body, Genesis)
        ),
        Tolerances(),
    )
    return len({edge for edge in _tried(case, rules) if edge[-1] in (0, 1)})


def _tried(case: Case, rules: Tolerances) -> Iterator[tuple[str, int]]:
    """The tolerance that matters, and by how much it is exceeded."""
    ordered = {fact.source: fact for fact in _facts(case, "RBP")}
    received: Counter[tuple[str, int]] = Counter()
    for order, facts in _receipts(case).items():
        for fact in facts:
            received.update({(order, line["order_line"]): line["quantity"] for line in fact.lines})
    for (order, number), quantity in received.items():
        wanted = ordered[order].lines[number - 1]["quantity"] if order in ordered else 0
        yield "over-delivery", quantity - wanted * (10_000 + rules.over_delivery_bp) // 10_000
    for fact in _facts(case, "INV"):
        order = fact.truth["requisition"]
        if order not in ordered or fact.truth["credits"] is not None:
            continue
        for line in fact.lines:
            price = ordered[order].lines[line["order_line"] - 1]["unit_price"]
            share = price * rules.price_bp // 10_000
            more, limit = line["unit_price"] - price, min(share, rules.price_minor)
            way = "below" if more < 0 else "above"
            yield f"price, {way}, {'share' if share < rules.price_minor else 'absolute'}", abs(more) - limit
            taken = received[order, line["order_line"]]
            yield "quantity", line["quantity"] - taken * (10_000 + rules.quantity_bp) // 10_000


def _merged_in_flight(case: Case) -> int:
    """Invoices of a supplier who was merged away before they stood in the books."""
    merged = {fact.source: fact.due_at for fact in case.changes if fact.what == "merged"}
    return sum(
        fact.partner in merged
        and all(document.made.at >= merged[fact.partner] for document in case.documents_of(fact)[:1])
        for fact in _facts(case, "INV")
    )


def _bank_changes(case: Case) -> int:
    """New bank accounts of suppliers whose invoice was approved and not paid yet."""
    return sum(
        change.what == "bank_changed"
        and any(
            fact.partner == change.source
            and fact.due_at < change.due_at
            and all(one.paid is None or one.paid.at > change.due_at for one in case.documents_of(fact))
            for fact in _facts(case, "INV")
        )
        for change in case.changes
    )


def _collisions(case: Case) -> int:
    """Changes of a supplier while somebody edited his record in the ERP."""
    numbers = {fact.source: [one.number for one in case.documents_of(fact)] for fact in _facts(case, "SUP")}
    edits: dict[str, list[int]] = defaultdict(list)
    for record in case.records:
        if isinstance(record.body, Acted) and record.system == "erp" and record.body.carried.command in ERP_EDITS:
            edits[str(record.body.carried.arguments["number"])].append(record.wire_ns)
    return sum(
        any(
            abs(at_ns - case.records[case.fact_seqs[change.id]].wire_ns) <= AT_ONCE_NS
            for number in numbers.get(change.source, ())
            for at_ns in edits[number]
        )
        for change in case.changes
        if change.flow == "SUP"
    )


def _asked_for_twice(case: Case) -> int:
    """Requests for a supplier beyond the first of his tax id and company."""
    suppliers = _facts(case, "SUP")
    return len(suppliers) - len({(fact.company, plainly(fact.truth["tax_id"])) for fact in suppliers})


def _changes_of(flow: str) -> Callable[[Case], int]:
    return lambda case: sum(fact.flow == flow for fact in case.changes)


def _facts_of(flow: str) -> Callable[[Case], int]:
    return lambda case: len(_facts(case, flow))


COUNTERS: dict[str, Callable[[Case], int]] = {
    "supplier_facts": _facts_of("SUP"),
    "supplier_changes": _changes_of("SUP"),
    "receipt_facts": _facts_of("REC"),
    "invoice_facts": _facts_of("INV"),
    "accrual_facts": _facts_of("JNL"),
    "cost_center_changes": _changes_of("MDM"),
    "attachments": lambda case: sum(len(fact.truth.get("attachments", ())) for fact in case.facts),
    "human_rejections": _human_rejections,
    "partial_receipts": lambda case: sum(len(facts) > 1 for facts in _receipts(case).values()),
    "receipts_reversed_after_match": _reversed_after_match,
    "invoices_before_receipt": _before_receipt,
    "credit_notes": lambda case: sum(fact.truth.get("kind") == "credit_note" for fact in case.facts),
    "duplicate_invoice_numbers": _duplicate_numbers,
    "tolerance_edges": _edges,
    "blocked_invoices": lambda case: sum(bool(one.marked("blocked")) for one in case.documents.values()),
    "invoices_paid": lambda case: sum(one.flow == "INV" and one.paid is not None for one in case.documents.values()),
    "accruals_reversed": lambda case: sum(one.unwound is not None for one in case.documents.values()),
    "merged_in_flight": _merged_in_flight,
    "bank_changes_before_payment": _bank_changes,
    "edit_collisions": _collisions,
    "suppliers_asked_for_twice": _asked_for_twice,
}
"""By the name scenarios use."""
