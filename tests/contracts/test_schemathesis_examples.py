"""The examples in the API descriptions work in a sandbox as `hardclose up` opens one, in the order of the work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import httpx2
import pytest

from hardclose_mocks.server.credentials import PERSON, Credentials
from hardclose_simulator.contracts.fuzz_mocks import APPROVER, PLACEHOLDER, fuzzable_mocks

pytestmark = pytest.mark.wall
Examples = dict[str, Any]


class Caller:
    """Somebody with a token, who works through the description of one system."""

    def __init__(self, client: httpx2.AsyncClient, base: str, document: Any, tokens: dict[str, str]) -> None:
        self.client, self.base, self.document, self.tokens = client, base, document, tokens
        self.used: set[tuple[str, str]] = set()

    async def call(self, name: str, at: str = "", *, example: str = "", **changes: Any) -> Any:
        """The operation with that example body, or the only one; `at` fills the path. Its answer must be a success."""
        path, method, operation = self.operation(name)
        by_person = operation.get("x-hardclose-caller") == "person"
        request: dict[str, Any] = {"headers": {"authorization": f"Bearer {self.tokens['person' if by_person else '']}"}}
        if "requestBody" in operation:
            examples = operation["requestBody"]["content"]["application/json"]["examples"]
            example = example or next(iter(examples))
            self.used.add((name, example))
            request["json"] = {**examples[example]["value"], **changes}
        url = self.base + (path.partition("{")[0] + at + path.partition("}")[2] if at else path)
        answer = await self.client.request(method, url, **request)
        assert answer.status_code < 300, f"{name} {example}: {answer.text}"
        return answer.json() if answer.content else None

    def operation(self, name: str) -> tuple[str, str, Any]:
        return next(
            (path, method, one)
            for path, item in self.document["paths"].items()
            for method, one in item.items()
            if one["operationId"] == name
        )

    def path_example(self, name: str) -> str:
        found: str = self.operation(name)[2]["parameters"][0]["example"]
        return found

    def all_examples(self) -> set[tuple[str, str]]:
        return {
            (one["operationId"], example)
            for item in self.document["paths"].values()
            for one in item.values()
            for media, content in one.get("requestBody", {}).get("content", {}).items()
            for example in content.get("examples", ())
            if media == "application/json"
        }


def worked(system: str, story: Callable[[Caller], Coroutine[Any, Any, None]]) -> None:
    """Plays the story; every example of the system has been used in the end."""

    async def play() -> None:
        credentials = Credentials()
        async with fuzzable_mocks(begun=False) as urls, httpx2.AsyncClient(trust_env=False) as client:
            base = urls[system]
            document = (await client.get(base + "/openapi.json")).json()
            asked = document["paths"]["/oauth/token"]["post"]["requestBody"]["content"]
            form = asked["application/x-www-form-urlencoded"]["examples"]["integration"]["value"]
            assert form["client_secret"] == PLACEHOLDER
            tokens = {}
            for who, login in (
                ("", {**form, "client_secret": credentials.client_secret(system)}),
                ("person", {**form, "client_id": PERSON + APPROVER, "client_secret": credentials.person_secret()}),
            ):
                tokens[who] = (await client.post(base + "/oauth/token", data=login)).json()["access_token"]
            caller = Caller(client, base, document, tokens)
            await story(caller)
            await caller.call("subscription.create")
            await caller.call("company.get", caller.path_example("company.get"))
            assert caller.used == caller.all_examples()

    asyncio.run(play())


def test_the_examples_of_the_erp_work() -> None:
    async def story(erp: Caller) -> None:
        for example in ("train", "yen"):
            posting = await erp.call("expense_posting.create", example=example)
            await erp.call("expense_posting.get", posting["number"])
        await erp.call("expense_posting.reverse", posting["number"])
        for example in ("licences", "dollars"):
            order = await erp.call("purchase_order.create", example=example)
        await erp.call("purchase_order.cancel", order["number"])
        assert (await erp.call("budget.check"))["sufficient"]
        await erp.call("expense_posting.batch")
        supplier = (await erp.call("supplier.create"))["number"]
        for example in ("new-bank", "renamed"):
            await erp.call("supplier.change", supplier, example=example)
        received = (await erp.call("goods_receipt.create"))["number"]
        invoice = await erp.call("supplier_invoice.create", example="licences")
        assert invoice["match"] == "matched"
        credit = (await erp.call("supplier_invoice.create", example="credit"))["number"]
        await erp.call("supplier_invoice.reverse", credit)
        await erp.call("goods_receipt.reverse", received)
        await erp.call("journal_entry.reverse", (await erp.call("journal_entry.create"))["number"])
        erp.used.add(("supplier_invoice.release", "no-need"))  # by a clerk who posted nothing: not the person who calls
        for master in ("supplier", "cost_center", "account", "project", "tax_code"):
            await erp.call(f"{master}.get", erp.path_example(f"{master}.get"))
        assert (await erp.call("period.list", erp.path_example("period.list")))["items"]
        # The numbers in the paths are those that the first examples get.
        assert erp.path_example("expense_posting.get") == "EP-DE01-000001"
        for kind in (
            "expense_posting",
            "purchase_order",
            "supplier",
            "goods_receipt",
            "supplier_invoice",
            "journal_entry",
        ):
            await erp.call(f"{kind}.get", erp.path_example(f"{kind}.get"))

    worked("erp", story)


def test_the_examples_of_expense_work() -> None:
    async def story(expense: Caller) -> None:
        number = (await expense.call("expense_report.create", example="trip"))["number"]
        assert number == expense.path_example("expense_report.get")
        await expense.call("expense_report.submit", number)
        await expense.call("expense_report.recall", number)
        await expense.call("expense_report.revise", number)
        await expense.call("expense_report.submit", number)
        await expense.call("expense_report.send_back", number)
        await expense.call("expense_report.submit", number)
        assert (await expense.call("expense_report.approve", number))["status"] == "approved"
        await expense.call("expense_report.posting", number, example="parked")
        await expense.call("expense_report.posting", number, example="posted")
        number = (await expense.call("expense_report.create", example="abroad"))["number"]
        ticket = await expense.call("report_attachment.create", number)
        assert (await expense.call("report_attachment.list", number))["items"] == [ticket]
        await expense.call("expense_report.submit", number)
        assert (await expense.call("expense_report.approve", number))["status"] == "approved"
        await expense.call("cost_center.put", expense.path_example("cost_center.put"))

    worked("expense", story)


def test_the_examples_of_procurement_work() -> None:
    async def story(procurement: Caller) -> None:
        number = (await procurement.call("requisition.create"))["number"]
        assert number == procurement.path_example("requisition.get")
        await procurement.call("requisition.revise", number)
        await procurement.call("requisition.submit", number)
        await procurement.call("requisition.reject", number)
        await procurement.call("requisition.submit", number)
        assert (await procurement.call("requisition.approve", number))["status"] == "approved"
        await procurement.call("requisition.posting", number, example="parked")
        await procurement.call("requisition.posting", number, example="posted")
        other = (await procurement.call("requisition.create", number="Q-2026-1199"))["number"]
        await procurement.call("requisition.cancel", other)
        await procurement.call("cost_center.put", procurement.path_example("cost_center.put"))
        for kind, work in (
            ("supplier_request", suppliers),
            ("receipt", goods),
            ("invoice", invoices),
            ("accrual", accruals),
        ):
            number = (await procurement.call(f"{kind}.create"))["number"]
            assert number == procurement.path_example(f"{kind}.get")
            await work(procurement, number)

    async def told(procurement: Caller, kind: str, number: str) -> None:
        for example in ("parked", "posted"):
            await procurement.call(f"{kind}.posting", number, example=example)

    async def suppliers(procurement: Caller, number: str) -> None:
        other = (await procurement.call("supplier_request.create", number="S-2026-1102"))["number"]
        for one in (number, other):
            await procurement.call("supplier_request.submit", one)
            if one == number:
                await procurement.call("supplier_request.reject", one)
                await procurement.call("supplier_request.revise", one)
                await procurement.call("supplier_request.submit", one)
            assert (await procurement.call("supplier_request.approve", one))["status"] == "approved"
        await told(procurement, "supplier_request", number)
        await procurement.call("supplier_request.change_bank_account", number)
        await procurement.call("supplier_request.verify_bank_account", number)
        assert (await procurement.call("supplier_request.block", number))["blocked"]
        await procurement.call("supplier_request.merge", number)

    async def goods(procurement: Caller, number: str) -> None:
        await told(procurement, "receipt", number)
        await procurement.call("receipt.reverse", number)

    async def invoices(procurement: Caller, number: str) -> None:
        await procurement.call("invoice.reject", number)
        await procurement.call("invoice.revise", number)
        assert (await procurement.call("invoice.approve", number))["status"] == "approved"
        await told(procurement, "invoice", number)
        other = (await procurement.call("invoice.create", number="I-2026-1199"))["number"]
        await procurement.call("invoice.cancel", other)

    async def accruals(procurement: Caller, number: str) -> None:
        assert (await procurement.call("accrual.approve", number))["status"] == "approved"
        await told(procurement, "accrual", number)

    worked("procurement", story)
