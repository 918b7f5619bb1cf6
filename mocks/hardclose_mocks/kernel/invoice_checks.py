"""What a supplier invoice is worth, and what can be said about it without the books: values, tax, totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hardclose_mocks.kernel.directory import Directory
from hardclose_mocks.kernel.lines import InvoiceLine
from hardclose_mocks.kernel.refusals import Invalid, Refused, Unbalanced

KINDS = ("invoice", "credit_note")
TAX_TOLERANCE = 1
"""Minor units by which a line's tax may miss its net times the rate: suppliers round as they like."""


def gross_of(lines: Sequence[InvoiceLine]) -> int:
    """Minor units, positive on credit notes too."""
    return sum(line.net + line.tax for line in lines)


def signed(kind: str, amount: int) -> int:
    return -amount if kind == "credit_note" else amount


def check_invoice_values(kind: str, lines: Sequence[InvoiceLine], *, has_order: bool, has_credits: bool) -> None:
    """Raises Refused(Invalid) for what no rule can accept."""
    if kind not in KINDS:
        raise Refused(Invalid("kind", f"no kind {kind!r}; there are {', '.join(KINDS)}"))
    if not lines:
        raise Refused(Invalid("lines", "at least one line is needed"))
    for at, line in enumerate(lines):
        if line.quantity <= 0:
            raise Refused(Invalid(f"lines.{at}.quantity", f"quantity must be above zero, not {line.quantity}"))
        if line.unit_price < 0 or line.tax < 0:
            raise Refused(Invalid(f"lines.{at}", "unit price and tax must not be negative"))
        if line.order_line is not None and (not has_order or line.order_line < 1):
            raise Refused(Invalid(f"lines.{at}.order_line", "it names no line of an order"))
    if gross_of(lines) <= 0:
        raise Refused(Invalid("lines", "the gross total must be above zero"))
    if has_credits != (kind == "credit_note"):
        raise Refused(Invalid("credits", "a credit note names the invoice it credits; an invoice names none"))


def check_sums(
    directory: Directory, company: str, currency: str, lines: Sequence[InvoiceLine], total: int | None
) -> None:
    """Raises Refused(Unbalanced) for a tax that is not its code's, or lines that miss the printed total."""
    for at, line in enumerate(lines):
        code = directory.tax_code(line.tax_code, company)
        exact = line.net * code.rate_bp
        if abs(line.tax * 10_000 - exact) > TAX_TOLERANCE * 10_000:
            raise Refused(Unbalanced(currency, line.tax - round(exact / 10_000), f"lines.{at}.tax"))
    if total is not None and gross_of(lines) != total:
        raise Refused(Unbalanced(currency, gross_of(lines) - total, "lines"))


def pieces_of(lines: Sequence[InvoiceLine]) -> Counter[int]:
    """By line of the order."""
    pieces: Counter[int] = Counter()
    for line in lines:
        if line.order_line is not None:
            pieces[line.order_line] += line.quantity
    return pieces
