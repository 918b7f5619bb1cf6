"""Every refusal and every protocol answer is a problem whose type stays the same."""

from __future__ import annotations

import json
from datetime import date
from typing import get_args

import pytest

from hardclose_mocks.dialects.neutral.quirks import NeutralDialect
from hardclose_mocks.dialects.neutral.refusals import PROTOCOL, TYPE_BASE, to_problem
from hardclose_mocks.kernel.commands import ReverseExpensePosting, SetPeriod
from hardclose_mocks.kernel.refusals import (
    BlockedMaster,
    BudgetExceeded,
    DuplicateReference,
    Invalid,
    MergedMaster,
    NotAllowed,
    NotValidated,
    NotValidOn,
    OlderRevision,
    OverDelivery,
    PeriodClosed,
    Refusal,
    Unbalanced,
    UnknownDocument,
    UnknownMaster,
    VersionMismatch,
    WrongState,
)

from ...kernel.small_world import order, order_line, posting, posting_line
from ...sandboxes import in_process, virtually
from .carried_commands import asked

DAY = date(2026, 11, 30)
WORDED: list[tuple[Refusal, int, str, str]] = [
    (
        PeriodClosed("DE01", "expense", DAY, "hard_closed"),
        422,
        "period-closed",
        "expense period of 2026-11-30 in DE01 is hard-closed",
    ),
    (UnknownMaster("cost_center", "CC0"), 422, "unknown-master", "there is no cost center CC0"),
    (BlockedMaster("supplier", "S2"), 422, "blocked-master", "supplier S2 is blocked"),
    (
        NotValidOn("tax_code", "V19", DAY),
        422,
        "not-valid-on",
        "tax code V19 is not valid on 2026-11-30 in this company",
    ),
    (DuplicateReference("R-1", "EP-1"), 409, "duplicate-reference", "reference R-1 is taken by document EP-1"),
    (
        BudgetExceeded("CC1", 12345, -5, "EUR"),
        422,
        "budget-exceeded",
        "123.45 EUR requested, cost center CC1 has -0.05 EUR",
    ),
    (UnknownDocument("expense_posting", "EP-9"), 404, "unknown-document", "there is no expense posting EP-9"),
    (
        WrongState("requisition", "Q-1", "draft", "approved"),
        409,
        "wrong-state",
        "requisition Q-1 is draft; it cannot be approved",
    ),
    (NotAllowed("lead", "approve", "not in the chain"), 403, "not-allowed", "lead may not approve: not in the chain"),
    (Unbalanced("EUR", 1, "line 0"), 422, "unbalanced", "line 0 is off by 0.01 EUR"),
    (VersionMismatch("EP-1", 1, 2), 412, "version-mismatch", "document EP-1 is at version 2, not 1"),
    (
        NotValidated("R-1", ("no budget", "unknown project")),
        422,
        "not-validated",
        "document R-1 did not pass validation: no budget; unknown project",
    ),
    (MergedMaster("supplier", "SU-1", "SU-2"), 422, "merged-master", "supplier SU-1 was merged into SU-2"),
    (
        OverDelivery("PO-1", 2, 10, 8, 5),
        422,
        "over-delivery",
        "line 2 of PO-1 asks for 10; 8 received before, 5 now",
    ),
    (
        OlderRevision("cost_center", "CC1", 2, 3),
        409,
        "older-revision",
        "cost center CC1 is held as of revision 3, which is later than 2",
    ),
    (Invalid("lines.0.net", "too many digits"), 422, "invalid", "too many digits"),
]


def test_every_refusal_of_the_books_is_worded_here() -> None:
    assert {type(refusal) for refusal, *_ in WORDED} == set(get_args(Refusal))


@pytest.mark.parametrize(("refusal", "status", "slug", "detail"), WORDED, ids=lambda value: type(value).__name__)
def test_a_refusal_is_a_problem_with_a_stable_type(refusal: Refusal, status: int, slug: str, detail: str) -> None:
    answer = to_problem(refusal).answer()
    body = json.loads(answer.body)
    assert (answer.status, dict(answer.headers)["content-type"]) == (status, "application/problem+json")
    assert (body["status"], body["type"], body["detail"]) == (status, TYPE_BASE + slug, detail)
    assert body["title"]


def test_the_members_of_a_problem_are_the_refusals_own() -> None:
    body = json.loads(to_problem(WORDED[0][0]).answer().body)
    assert {
        "company": "DE01",
        "module": "expense",
        "posting_date": "2026-11-30",
        "state": "hard_closed",
    }.items() <= body.items()
    body = json.loads(to_problem(WORDED[4][0]).answer().body)
    assert {"reference": "R-1", "existing": "EP-1"}.items() <= body.items()
    body = json.loads(to_problem(WORDED[5][0]).answer().body)
    assert {
        "requested": "123.45",
        "available": "-0.05",
        "currency": "EUR",
        "cost_center": "CC1",
    }.items() <= body.items()
    body = json.loads(to_problem(WORDED[-1][0]).answer().body)
    assert body["errors"] == [{"pointer": "/lines/0/net", "detail": "too many digits"}]


@pytest.mark.parametrize("kind", PROTOCOL)
def test_a_protocol_answer_is_a_problem_with_a_stable_type(kind: str) -> None:
    answer = NeutralDialect().protocol_answer(kind, "in words", {})
    body = json.loads(answer.body)
    assert (answer.status, body["status"], body["detail"]) == (PROTOCOL[kind][0], PROTOCOL[kind][0], "in words")
    assert body["type"] == TYPE_BASE + kind.replace("_", "-")
    assert ("www-authenticate" in dict(answer.headers)) == (answer.status == 401)


def test_types_are_not_shared() -> None:
    slugs = [slug for _, _, slug, _ in WORDED] + [kind.replace("_", "-") for kind in PROTOCOL]
    assert len(set(slugs)) == len(slugs)


@virtually
async def test_the_books_say_no_over_http_and_the_history_knows_why() -> None:
    async with in_process() as office:
        await office.sandbox.act("erp", SetPeriod("DE01", "expense", 2026, 10, "hard_closed"), "person:controller")
        asks = {
            "period-closed": posting(day=date(2026, 10, 30)),
            "unknown-master": posting(posting_line(cost_center="CC0")),
            "blocked-master": order(supplier="S2"),
            "not-valid-on": posting(posting_line(cost_center="CC7")),
            "budget-exceeded": order(order_line(price=9_000_00)),
            "unknown-document": ReverseExpensePosting("EP-0", DAY, "wrong"),
        }
        for slug, command in asks.items():
            wanted = asked(command, "erp")  # type: ignore[arg-type]  # they are all carried
            answer = await office.call(wanted.method, wanted.path, json=wanted.body)
            assert answer.json()["type"] == TYPE_BASE + slug, answer.text
            assert answer.headers["content-type"] == "application/problem+json"
            exchange = office.exchanges()[-1]
            assert exchange.refusal == "".join(word.capitalize() for word in slug.split("-"))
            assert exchange.carried[0].refusal == exchange.refusal
            assert (exchange.status, exchange.answer["type"]) == (answer.status_code, answer.json()["type"])
        assert office.sandbox.systems["erp"].books.count() == 0
