"""Money as reports write it: decimal strings, never a float. Adds nothing up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from hardclose_mocks.kernel.money import Money
from hardclose_simulator.verdict import Bucket, Finding


@dataclass(frozen=True, slots=True)
class Amount:
    """`amount` is a decimal string with the currency's own number of digits: `12.50` EUR, `1250` JPY."""

    amount: str
    currency: str

    @classmethod
    def of(cls, money: Money) -> Amount:
        return cls(money.decimal, money.currency)

    @property
    def grouped(self) -> str:
        """For people: `12,345.50`."""
        return f"{Decimal(self.amount):,f}"

    def __str__(self) -> str:
        return f"{self.grouped} {self.currency}"


@dataclass(frozen=True, slots=True)
class Count:
    """How many documents, and how much in each currency."""

    count: int
    money: tuple[Amount, ...]

    @classmethod
    def of(cls, bucket: Bucket) -> Count:
        return cls(bucket.count, tuple(Amount.of(one) for one in bucket.money))

    def in_currency(self, currency: str) -> Amount | None:
        return next((one for one in self.money if one.currency == currency), None)


def at_stake(findings: Iterable[Finding]) -> tuple[Amount, ...]:
    """The money of findings, per currency. A fact that several obligations speak of counts once, with its largest."""
    largest: dict[object, Money] = {}
    for place, finding in enumerate(findings):
        if finding.money is None:
            continue
        # Two findings without a fact have nothing in common; so each stands for itself.
        name: object = (finding.fact, finding.money.currency) if finding.fact is not None else place
        if name not in largest or largest[name] < finding.money:
            largest[name] = finding.money
    return Count.of(Bucket.of(largest.values())).money
