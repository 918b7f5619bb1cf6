"""The stage of one interaction: its sandbox, the people who act in it, and what the call to come shall look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx2

from hardclose_mocks.dialects.neutral.refusals import to_problem
from hardclose_mocks.kernel.commands import Allocation, Command, ExpenseLine, OrderLine, PostingLine
from hardclose_mocks.kernel.documents import Done
from hardclose_mocks.kernel.master import Company, Master
from hardclose_mocks.kernel.money import Money, MoneyError
from hardclose_mocks.kernel.refusals import Refused
from hardclose_mocks.server.credentials import INTEGRATION, PERSON
from hardclose_mocks.server.inprocess import InProcessTransport
from hardclose_mocks.server.sandbox import Sandbox
from hardclose_simulator.contracts.ground import company_of
from hardclose_simulator.contracts.sentences import StateError

AMOUNT = Decimal("119.00")
ACCOUNT, ORDER_ACCOUNT = "6200", "6310"
Values = Mapping[str, Any]
"""What a state hands back: a pact may put it into its request by `fromProviderState`."""


@dataclass(slots=True)
class Stage:
    """`caller` is the integration or a person's id. `expired` goes for the token the request brings, `wrong_client` for
    its client secret; `again` lets the request be sent twice, and the second answer is the one that counts."""

    sandbox: Sandbox
    caller: str = INTEGRATION
    expired: bool = False
    wrong_client: bool = False
    again: bool = False

    @property
    def master(self) -> Master:
        return self.sandbox.setup.master

    # --- people work ----------------------------------------------------------------------------------------------

    async def act(self, system: str, command: Command, person: str) -> Done:
        """A command by a person. Raises StateError where the books refuse it."""
        try:
            return await self.sandbox.act(system, command, f"{PERSON}{person}")
        except Refused as no:
            raise StateError(f"the books refuse it: {to_problem(no.refusal).detail}") from no

    async def ask(self, system: str, path: str) -> dict[str, Any]:
        """A read by the integration, in its own words: for cursors and the like. Raises StateError."""
        transport = InProcessTransport({system: self.sandbox.edges[system]})
        headers = {"authorization": f"Bearer {self.bearer(system)}"}
        async with httpx2.AsyncClient(transport=transport, base_url=f"http://{system}", headers=headers) as client:
            answer = await client.get(path)
        if answer.status_code != 200:
            raise StateError(f"GET {path} answered {answer.status_code}: {answer.text}")
        return dict(answer.json())

    def bearer(self, system: str) -> str:
        """A live token of whoever calls."""
        client, secret = self.credentials(system)
        token = self.sandbox.admission.token(system, client, secret)
        assert token is not None, f"{client} has no credentials at {system}"
        return token

    def credentials(self, system: str) -> tuple[str, str]:
        """Client and secret of whoever calls; a secret nobody has where the state says so."""
        credentials = self.sandbox.setup.credentials
        if self.caller == INTEGRATION:
            client, secret = credentials.client_id(system), credentials.client_secret(system)
        else:
            client, secret = f"{PERSON}{self.caller}", credentials.person_secret()
        return client, "wrong" if self.wrong_client else secret

    # --- choosing -------------------------------------------------------------------------------------------------

    def company(self, code: str, currency: str) -> Company:
        return company_of(self.master, code, currency.upper())

    def somebody(self, company: str, role: str) -> str:
        """The first of that role in the company."""
        for person in self.master.people:
            if (person.company, person.role) == (company, role):
                return person.id
        raise StateError(f"company {company} has no {role}")

    def known(self, person: str, company: str, role: str) -> str:
        """That person, or the first of the role where none is named."""
        if person and all(one.id != person for one in self.master.people):
            raise StateError(f"there is no person {person}; give 'an employee {person} exists' before it")
        return person or self.somebody(company, role)

    def cost_center(self, company: str) -> str:
        return next(one.number for one in self.master.cost_centers if one.company == company)

    def supplier(self, company: str) -> str:
        return next(one.number for one in self.master.suppliers if one.company == company)

    def minor(self, amount: Decimal, company: Company) -> int:
        try:
            # 119.00 is 119 in yen: trailing zeroes say nothing about the currency.
            plain = amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()
            return Money.parse(f"{plain:f}", company.currency).minor
        except MoneyError as wrong:
            raise StateError(str(wrong)) from wrong

    # --- contents -------------------------------------------------------------------------------------------------

    def expense_line(self, company: Company, gross: int, number: str) -> ExpenseLine:
        """One receipt over the whole amount, on the first cost center, with the company's first tax code."""
        code, tax = self._tax(company, gross)
        return ExpenseLine(
            account=ACCOUNT,
            text=f"Travel [{number}.1]",
            spent_on=company.business_date(self.sandbox.business.now()),
            tax_code=code,
            paid_minor=gross,
            paid_currency=company.currency,
            allocations=(Allocation(self.cost_center(company.code), gross - tax, tax),),
        )

    def posting_line(self, company: Company, gross: int, reference: str) -> PostingLine:
        code, tax = self._tax(company, gross)
        return PostingLine(ACCOUNT, self.cost_center(company.code), gross - tax, code, tax, f"Travel [{reference}.1]")

    def order_line(self, company: Company, net: int, number: str) -> OrderLine:
        code, _ = self._tax(company, net)
        return OrderLine(f"Licences [{number}.1]", 1, net, ORDER_ACCOUNT, self.cost_center(company.code), code)

    def tax_on(self, company: Company, net: int) -> tuple[str, int]:
        """The company's first tax code, and the tax on top of a net amount."""
        code = next(one for one in self.master.tax_codes if one.company == company.code)
        return code.code, round(net * code.rate_bp / 10_000)

    def _tax(self, company: Company, gross: int) -> tuple[str, int]:
        """The company's first tax code, and the tax inside a gross amount."""
        code = next(one for one in self.master.tax_codes if one.company == company.code)
        return code.code, round(gross * code.rate_bp / (10_000 + code.rate_bp))
