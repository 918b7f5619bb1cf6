"""Lines of an expense report: what was paid, what it is worth in the report's currency, and who carries it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from hardclose_mocks.kernel.commands import ExpenseLine
from hardclose_mocks.kernel.directory import Use
from hardclose_mocks.kernel.money import EXPONENTS
from hardclose_mocks.kernel.refusals import Invalid, Refused, Unbalanced

TOLERANCE = 1
"""Minor units by which the allocations of a line paid in foreign currency may miss paid times rate."""


def check_values(lines: Sequence[ExpenseLine], currency: str) -> None:
    """Raises Refused(Invalid) for what no rule can accept."""
    if currency not in EXPONENTS:
        raise Refused(Invalid("currency", f"unknown currency {currency!r}"))
    if not lines:
        raise Refused(Invalid("lines", "at least one line is needed"))
    for at, line in enumerate(lines):
        if not line.allocations:
            raise Refused(Invalid(f"lines.{at}.allocations", "somebody has to carry the line"))
        if line.paid_currency not in EXPONENTS:
            raise Refused(Invalid(f"lines.{at}.paid_currency", f"unknown currency {line.paid_currency!r}"))
        rate = _rate(line.rate, f"lines.{at}.rate")
        if line.paid_currency == currency and rate != 1:
            raise Refused(Invalid(f"lines.{at}.rate", f"{currency} is worth 1 {currency}, not {line.rate}"))
    total = report_total(lines)
    if total <= 0:
        raise Refused(Invalid("lines", f"the gross total must be above zero, not {total} minor units"))


def check_allocations(lines: Sequence[ExpenseLine], currency: str) -> None:
    """Raises Refused(Unbalanced) for the first line whose allocations are not what was paid: exactly in the report's
    currency, within TOLERANCE in any other. The values have been checked."""
    for at, line in enumerate(lines):
        allocated = gross(line)
        if line.paid_currency == currency:
            difference = allocated - line.paid_minor
        else:
            shift = EXPONENTS[currency] - EXPONENTS[line.paid_currency]
            exact = (Decimal(line.paid_minor) * Decimal(line.rate)).scaleb(shift)
            difference = 0 if abs(allocated - exact) <= TOLERANCE else allocated - round(exact)
        if difference:
            raise Refused(Unbalanced(currency, difference, f"lines.{at}"))


def uses_of(lines: Sequence[ExpenseLine]) -> Iterator[Use]:
    """The masters that lines name, in their order."""
    for line in lines:
        yield "account", line.account
        yield "tax_code", line.tax_code
        for share in line.allocations:
            yield "cost_center", share.cost_center
            if share.project is not None:
                yield "project", share.project


def gross(line: ExpenseLine) -> int:
    return sum(share.net + share.tax for share in line.allocations)


def report_total(lines: Sequence[ExpenseLine]) -> int:
    """Gross, minor units of the report's currency."""
    return sum(gross(line) for line in lines)


def _rate(text: str, field: str) -> Decimal:
    try:
        rate = Decimal(text)
    except InvalidOperation:
        raise Refused(Invalid(field, f"{text!r} is not a rate; write it like '1.0825'")) from None
    if not rate.is_finite() or rate <= 0:
        raise Refused(Invalid(field, f"a rate is above zero, not {text}"))
    return rate
