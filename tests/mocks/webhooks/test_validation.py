"""Synchronous validation: the integration is asked before a document is submitted, and the people wait for it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from standardwebhooks import Webhook

from hardclose_mocks.cards import Validation
from hardclose_mocks.clock import NS, LoopClock
from hardclose_mocks.history.records import Acted, Validated
from hardclose_mocks.history.store import SqliteStore
from hardclose_mocks.kernel.commands import ApproveReport, CaptureInvoice, InvoiceLine, SubmitReport, SubmitRequisition
from hardclose_mocks.kernel.refusals import NotValidated, Refused
from hardclose_mocks.server.restore import restore
from hardclose_mocks.server.sandbox import Sandbox

from ..kernel.small_world import MONDAY, report, requisition
from ..sandboxes import Office, in_process, setup, virtually

INVOICE = CaptureInvoice(
    number="I-1",
    company="DE01",
    kind="invoice",
    clerk="buyer",
    supplier="S1",
    supplier_reference="A-1",
    invoice_date=MONDAY.date(),
    due_on=MONDAY.date(),
    currency="EUR",
    lines=(InvoiceLine("6310", "CC1", "Licence", 1, 10_00, "V19", 1_90),),
)
HOST, URL = "sut.test", "http://sut.test/validate"


class Validator:
    """An integration that answers every question with these bytes, after a while."""

    def __init__(self, answer: bytes = b'{"valid": true}', *, status: int = 200, wait_s: float = 0.0) -> None:
        self.answer, self.status, self.wait_s = answer, status, wait_s
        self.asked: list[tuple[dict[str, str], bytes]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        self.asked.append(({name.decode(): value.decode() for name, value in scope["headers"]}, body))
        await asyncio.sleep(self.wait_s)
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": self.answer})


async def submitted(office: Office, number: str = "R-1") -> str:
    """What became of a report that an employee submits: its status, or the refusal's reasons."""
    office.sandbox.validate_url = URL
    await office.sandbox.act("expense", report(number=number), "person:employee")
    try:
        await office.sandbox.act("expense", SubmitReport(number), "person:employee")
    except Refused as no:
        return "; ".join(no.refusal.reasons) if isinstance(no.refusal, NotValidated) else repr(no.refusal)
    found: Any = office.sandbox.systems["expense"].books.find(number)
    return str(found.status)


def validated(office: Office) -> Validated:
    (record,) = office.records(Validated)
    assert isinstance(record.body, Validated)
    return record.body


@virtually
async def test_the_integration_is_asked_in_the_words_of_the_api_signed_like_a_webhook() -> None:
    validator = Validator()
    async with in_process(receivers={HOST: validator}, validation=Validation()) as office:
        assert await submitted(office) == "submitted"
        ((headers, body),) = validator.asked
        secret = office.sandbox.setup.credentials.webhook_secret("expense")
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        assert headers["webhook-signature"] == Webhook(secret).sign(headers["webhook-id"], at, body.decode())
        draft = msgspec.json.decode(body)
        assert (draft["number"], draft["status"]) == ("R-1", "draft")
        now = (await office.call("GET", "/v1/expense-reports/R-1", "expense")).json()
        assert draft["lines"] == now["lines"]
        assert (validated(office).outcome, validated(office).passed) == ("valid", True)


@virtually
async def test_what_the_integration_finds_wrong_is_not_submitted_and_the_reasons_are_told() -> None:
    answer = b'{"valid": false, "reasons": ["cost center CC-9 is blocked", "no budget"]}'
    async with in_process(receivers={HOST: Validator(answer)}, validation=Validation("open")) as office:
        assert await submitted(office) == "cost center CC-9 is blocked; no budget"
        assert (validated(office).outcome, validated(office).passed) == ("invalid", False)
        last = office.records(Acted)[-1].body
        assert isinstance(last, Acted)
        assert (last.carried.command, last.carried.refusal) == ("SubmitReport", "NotValidated")


@pytest.mark.parametrize(("fail", "becomes"), [("open", "submitted"), ("closed", "no answer in 3 s")])
@virtually
async def test_an_answer_that_is_late_leaves_it_to_the_card(fail: str, becomes: str) -> None:
    async with in_process(receivers={HOST: Validator(wait_s=3.5)}, validation=Validation(fail)) as office:
        assert await submitted(office) == becomes
        seen = validated(office)
        assert (seen.outcome, seen.status, seen.passed) == ("unanswered", None, fail == "open")
        assert seen.ended_ns - seen.started_ns == 3 * NS, "the person waits for the budget and no longer"


@pytest.mark.parametrize(
    ("answer", "status"),
    [(b"", 500), (b'{"valid": false}', 503), (b"yes", 200), (b'{"valid": "no"}', 200), (b"[]", 200), (b"\xff", 200)],
)
@virtually
async def test_an_answer_that_is_not_understood_is_none(answer: bytes, status: int) -> None:
    validator = Validator(answer, status=status)
    async with in_process(receivers={HOST: validator}, validation=Validation("open")) as office:
        assert await submitted(office) == "submitted"
        assert (validated(office).outcome, validated(office).status) == ("unanswered", status)


@virtually
async def test_nobody_there_is_no_answer_either() -> None:
    async with in_process(validation=Validation("closed")) as office:
        assert await submitted(office) == "nobody listens at sut.test"
        assert validated(office).outcome == "unanswered"


@virtually
async def test_a_person_at_the_api_waits_for_the_same_answer() -> None:
    validator = Validator(b'{"valid": false, "reasons": ["no budget"]}', wait_s=2.0)
    async with in_process(receivers={HOST: validator}, validation=Validation()) as office:
        office.sandbox.validate_url = URL
        await office.sandbox.act("procurement", requisition(number="Q-1"), "person:employee")
        began = asyncio.get_running_loop().time()
        answer = await office.call("POST", "/v1/requisitions/Q-1/submission", "procurement", who="person:employee")
        assert answer.status_code == 422
        assert answer.json()["type"].endswith("/not-validated")
        assert "no budget" in answer.json()["detail"]
        assert asyncio.get_running_loop().time() - began == 2.0
        (exchange,) = office.exchanges("requisition.submit")
        assert (exchange.refusal, exchange.carried[0].refusal) == ("NotValidated", "NotValidated")
        validator.answer = b'{"valid": true}'
        answer = await office.call("POST", "/v1/requisitions/Q-1/submission", "procurement", who="person:employee")
        assert (answer.status_code, answer.json()["status"]) == (200, "submitted")


@virtually
async def test_whoever_is_overtaken_while_he_waits_is_judged_by_the_books_as_they_are_then() -> None:
    async with in_process(receivers={HOST: Validator(wait_s=1.0)}, validation=Validation()) as office:
        office.sandbox.validate_url = URL
        await office.sandbox.act("procurement", requisition(number="Q-1"), "person:employee")
        first, second = await asyncio.gather(
            *(office.sandbox.act("procurement", SubmitRequisition("Q-1"), "person:employee") for _ in range(2)),
            return_exceptions=True,
        )
        assert not isinstance(first, BaseException)
        assert isinstance(second, Refused)
        assert type(second.refusal).__name__ == "WrongState"


@virtually
async def test_nothing_else_is_asked_about_and_nobody_where_the_card_does_not_say_so() -> None:
    validator = Validator()
    async with in_process(receivers={HOST: validator}, validation=None) as office:
        assert await submitted(office) == "submitted"
        card = (await office.call("GET", "/.well-known/contract-card", "expense", who=None)).json()
        assert card["validation"] is None
    async with in_process(receivers={HOST: validator}, validation=Validation("closed", 2.0)) as office:
        asks = {"fail": "closed", "budget_s": 2.0}
        cards = {
            system: (await office.call("GET", "/.well-known/contract-card", system, who=None)).json()["validation"]
            for system in ("erp", "procurement", "expense")
        }
        assert cards == {"erp": None, "procurement": asks, "expense": asks}
        assert await submitted(office) == "submitted"
        await office.sandbox.act("expense", ApproveReport("R-1", "lead"), "person:lead")
    assert len(validator.asked) == 1


def test_after_a_restart_questions_are_counted_on(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    ids: list[str] = []

    @virtually
    async def before() -> None:
        validator = Validator()
        async with in_process(receivers={HOST: validator}, validation=Validation(), store=SqliteStore(path)) as office:
            await submitted(office)
            ids.extend(headers["webhook-id"] for headers, _ in validator.asked)
            office.sandbox.history.close()

    @virtually
    async def after() -> None:
        sandbox = Sandbox(setup(validation=Validation()), LoopClock(asyncio.get_running_loop()), SqliteStore(path))
        restore(sandbox)
        assert sandbox.validations == 1
        sandbox.history.close()

    before()
    after()
    assert ids == ["val_T0_1"]


@virtually
async def test_an_invoice_is_asked_about_before_it_is_approved() -> None:
    validator = Validator(b'{"valid": false, "reasons": ["the supplier is blocked"]}')
    async with in_process(receivers={HOST: validator}, validation=Validation()) as office:
        office.sandbox.validate_url = URL
        await office.sandbox.act("procurement", INVOICE, "person:buyer")
        assert validator.asked == [], "nobody is asked about what is only captured"
        approval = "/v1/invoices/I-1/approval"
        refused = await office.call("POST", approval, "procurement", who="person:lead")
        assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (422, "not-validated")
        assert msgspec.json.decode(validator.asked[0][1])["number"] == "I-1"
        validator.answer = b'{"valid": true}'
        assert (await office.call("POST", approval, "procurement", who="person:lead")).json()["status"] == "approved"
