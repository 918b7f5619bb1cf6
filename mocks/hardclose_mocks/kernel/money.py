"""Money in integer minor units with its ISO 4217 currency. Knows no exchange rates."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

EXPONENTS = {"JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3, "EUR": 2, "USD": 2, "GBP": 2, "CHF": 2, "SEK": 2}
"""Minor-unit digits of the currencies the sandbox trades in (ISO 4217, table A.1)."""


class MoneyError(ValueError):
    """An amount that is not money: unknown currency, or more digits than the currency has."""


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """`minor` units of `currency`; negative is a credit. Never a float, never mixed currencies."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """`parse("12.50", "EUR")`; raises MoneyError for floats' leftovers such as 12.505 EUR."""
        try:
            scaled = Decimal(text).scaleb(exponent(currency))
        except InvalidOperation as wrong:
            raise MoneyError(f"{text!r} is not an amount; write it like '12.50'") from wrong
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            raise MoneyError(f"{text} has more digits than {currency} carries ({exponent(currency)})")
        return cls(int(scaled), currency)

    @property
    def decimal(self) -> str:
        """The amount as people and wires write it: `12.50`, `1250` for yen."""
        digits = exponent(self.currency)
        if not digits:
            return str(self.minor)
        text = str(abs(self.minor)).zfill(digits + 1)
        return f"{'-' if self.minor < 0 else ''}{text[:-digits]}.{text[-digits:]}"

    def __str__(self) -> str:
        return f"{self.decimal} {self.currency}"

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.minor * times, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def _same(self, other: Money) -> int:
        assert self.currency == other.currency, f"{self.currency} and {other.currency} do not add up"
        return other.minor


def exponent(currency: str) -> int:
    """Digits behind the point; raises MoneyError for a currency the sandbox does not trade in."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise MoneyError(f"unknown currency {currency!r}; known: {', '.join(sorted(EXPONENTS))}") from None
