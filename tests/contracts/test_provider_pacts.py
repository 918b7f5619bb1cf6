"""Anyone's pacts against the mock systems: what is kept, what is broken, and what people read about it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from hardclose_simulator.cli.console import Format
from hardclose_simulator.cli.contracts_verify import show
from hardclose_simulator.contracts.pact_report import Outcome, Report, to_junit
from hardclose_simulator.contracts.pact_verification import Asked, verify
from hardclose_simulator.contracts.pact_verifier import Source

from .consumer_side import COMMITTED
from .foreign import contracts, http, message, write

COMPANIES = ("GET", "/v1/companies")
LINE = {"account": "6200", "cost_center": "DE01-CC01", "net": "100.00", "tax_code": "V19", "tax": "19.00"}
POSTING = {
    "company": "DE01",
    "reference": "R-17",
    "posting_date": "2026-11-30",
    "currency": "EUR",
    "employee": "DE01-employee1",
    "lines": [LINE],
}
CLOSED = http(
    "post into a closed period",
    ("the expense period is closed", {"period": "2026-11"}),
    ask=("POST", "/v1/expense-postings"),
    body=POSTING,
    answer=422,
    says={"type": "https://hardclose.dev/problems/period-closed"},
)


def outcomes(folder: Path, *words: str) -> dict[str, str]:
    """By description, of a verification as JSON."""
    report = json.loads(contracts("verify", "--pact-dir", folder, "--format", "json", *words).stdout)
    return {one["description"]: one["outcome"] for one in report["interactions"]}


# --- kept ------------------------------------------------------------------------------------------------------


def test_the_mock_systems_keep_what_the_reference_relies_on(tmp_path: Path) -> None:
    said = contracts("verify", "--pact-dir", COMMITTED, "--junit", tmp_path / "new" / "pacts.xml")
    assert said.exit_code == 0, said.stdout
    told = [json.loads(path.read_text(encoding="utf-8"))["interactions"] for path in COMMITTED.glob("*.json")]
    count = sum(map(len, told))
    assert count > 40
    assert "Can be deployed: hardclose-reference with hardclose-erp, hardclose-procurement and" in said.stdout
    assert f"{count} interactions kept, none broken" in said.stdout
    suites = ElementTree.parse(tmp_path / "new" / "pacts.xml").getroot()
    assert (suites.get("tests"), suites.get("failures"), suites.get("errors")) == (str(count), "0", "0")
    assert [suite.get("name") for suite in suites.iter("testsuite")] == [
        "hardclose-reference with hardclose-erp",
        "hardclose-reference with hardclose-procurement",
        "hardclose-reference with hardclose-expense",
    ]


def test_a_pact_from_any_language_is_played_by_the_system_its_provider_is_called_after(tmp_path: Path) -> None:
    write(tmp_path, http("companies are read", ask=COMPANIES, answer=200, says={"next_cursor": None}))
    asked = {"method": "GET", "path": "/v1/expense-reports/R-9", "headers": {"Authorization": "Bearer x"}}
    old = {
        "consumer": {"name": "old"},
        "provider": {"name": "Expenses of Acme"},
        "interactions": [
            {
                "description": "a report is read",
                "providerState": "an approved expense report R-9 exists",
                "request": asked,
                "response": {"status": 200, "body": {"number": "R-9", "status": "approved"}},
            }
        ],
        "metadata": {"pactSpecification": {"version": "2.0.0"}},
    }
    (tmp_path / "old.json").write_text(json.dumps(old), encoding="utf-8")
    assert outcomes(tmp_path) == {"companies are read": "kept", "a report is read": "kept"}
    assert outcomes(tmp_path, "--system", "erp") == {"companies are read": "kept"}


def test_a_provider_whose_name_says_nothing_has_to_be_told(tmp_path: Path) -> None:
    write(tmp_path, http("companies are read", ask=COMPANIES, answer=200), provider="NetSuite")
    unknown = contracts("verify", "--pact-dir", tmp_path)
    assert unknown.exit_code == 2
    assert "which system plays 'NetSuite'? Say so: --provider 'NetSuite=erp'" in unknown.stderr
    for words in (("--provider", "NetSuite=erp"), ("--system", "procurement")):
        assert outcomes(tmp_path, *words) == {"companies are read": "kept"}
    write(tmp_path, http("not our business", ask=COMPANIES, answer=200), provider="Payments")
    assert outcomes(tmp_path, "--provider", "NetSuite=erp") == {"companies are read": "kept"}


def test_the_consumers_dummy_credentials_are_exchanged_for_live_ones(tmp_path: Path) -> None:
    form = "application/x-www-form-urlencoded"
    secret = "grant_type=client_credentials&client_id=me&client_secret=dummy"
    basic = {"Authorization": "Basic bWU6ZHVtbXk="}
    grant = "grant_type=client_credentials"
    token = ("POST", "/oauth/token")
    live = {"ask": token, "answer": 200, "says": {"token_type": "Bearer"}, "content_type": form}
    order = {"on_behalf_of": None}
    approve = ("POST", "/v1/requisitions/Q-1001/approval")
    write(
        tmp_path / "erp",
        http("with a token", ask=COMPANIES, answer=200),
        http("without a token", ask=COMPANIES, answer=401, headers={}),
        http("with an old token", "the access token has expired", ask=COMPANIES, answer=401),
        http("a token by form", body=secret, headers={}, **live),
        http("a token by Basic", body=grant, headers=basic, **live),
        http(
            "a token with a wrong secret",
            "the client credentials are wrong",
            ask=token,
            body=secret,
            headers={},
            answer=401,
            content_type=form,
        ),
    )
    write(
        tmp_path / "procurement",
        http("an integration approves", "a requisition is pending approval", ask=approve, body=order, answer=403),
        http(
            "an approver approves",
            "a requisition is pending approval",
            "the caller is DE01-lead1",
            ask=approve,
            body=order,
            answer=200,
            says={"status": "approved"},
        ),
        provider="procurement",
    )
    for folder in ("erp", "procurement"):
        found = outcomes(tmp_path / folder)
        assert set(found.values()) == {"kept"}, found


def test_what_a_state_hands_back_can_be_put_into_the_request(tmp_path: Path) -> None:
    asked = http(
        "the posting of that reference is read",
        "a posting with reference R-5 exists",
        ask=("GET", "/v1/expense-postings/number-of-the-example"),
        answer=200,
        says={"reference": "R-5"},
    )
    generator = {"type": "ProviderState", "expression": "/v1/expense-postings/${number}", "dataType": "STRING"}
    asked["request"]["generators"] = {"path": generator}
    assert outcomes(write(tmp_path, asked)) == {"the posting of that reference is read": "kept"}


def test_each_interaction_has_a_sandbox_of_its_own(tmp_path: Path) -> None:
    first = {"says": {"number": "EP-DE01-000001"}, "ask": ("POST", "/v1/expense-postings"), "body": POSTING}
    write(tmp_path, http("one", answer=201, **first), http("two", answer=201, **first), CLOSED)
    assert set(outcomes(tmp_path).values()) == {"kept"}


def test_several_consumers_of_one_system_are_told_apart(tmp_path: Path) -> None:
    for consumer, expected in (("aa", 200), ("bb", 204)):
        known = http("read companies", ask=COMPANIES, answer=expected)
        lost = http("read more", f"nobody of {consumer} knows this", ask=COMPANIES, answer=200)
        write(tmp_path, known, lost, consumer=consumer)
    report = json.loads(contracts("verify", "--pact-dir", tmp_path, "--format", "json").stdout)
    told = [(one["consumer"], one["outcome"], one["says"]) for one in report["interactions"]]
    assert [one[:2] for one in told] == [("aa", "kept"), ("aa", "unset"), ("bb", "broken"), ("bb", "unset")]
    assert "nobody of aa knows this" in told[1][2][0]
    assert told[2][2] == ["status: expected 204 but was 200"]
    assert "nobody of bb knows this" in told[3][2][0]


def test_a_pending_interaction_is_played_and_breaks_nothing(tmp_path: Path) -> None:
    pending = {**http("not agreed yet", ask=COMPANIES, answer=204), "pending": True}
    write(tmp_path, pending, http("agreed", ask=COMPANIES, answer=200))
    said = contracts("verify", "--pact-dir", tmp_path, "--junit", tmp_path / "pacts.xml")
    assert said.exit_code == 0
    assert "1 interaction kept, none broken, 1 pending aside" in said.stdout
    assert "PENDING  not agreed yet" in said.stdout
    assert 'skipped="1"' in (tmp_path / "pacts.xml").read_text(encoding="utf-8")


def test_what_nobody_here_can_play_is_skipped_by_name(tmp_path: Path) -> None:
    question = {"type": "Synchronous/Messages", "description": "a question over gRPC", "request": {}, "response": []}
    write(tmp_path, question, http("companies are read", ask=COMPANIES, answer=200))
    assert outcomes(tmp_path) == {"a question over gRPC": "skipped", "companies are read": "kept"}


def test_no_secret_is_printed(tmp_path: Path) -> None:
    hook = {"ask": ("POST", "/v1/webhook-subscriptions"), "body": {"url": "http://127.0.0.1:9/hooks"}}
    write(tmp_path, http("subscribe", answer=200, **hook))
    said = contracts("verify", "--pact-dir", tmp_path)
    assert said.exit_code == 1
    assert '"secret":"..."' in said.stdout
    assert "whsec_" not in said.stdout


# --- webhooks --------------------------------------------------------------------------------------------------


def test_messages_are_what_the_outbox_really_delivers(tmp_path: Path) -> None:
    paid = {"type": "payment.completed", "data": {"reference": "R-9", "run": "PAY-1", "payment": "paid"}}
    posted = {"type": "expense_posting.posted", "data": {"reference": "R-9", "payment": "open"}}
    wrong = {"type": "payment.completed", "data": {"paid_on": "2026-11-30"}}
    given = "payment of R-9 is completed"
    write(
        tmp_path,
        message("a payment.completed webhook", given, says=paid),
        message("news of a payment completed", given, says=paid),
        message("the last that was sent", given, says=paid),
        message("the expense posting posted event before it", given, says=posted),
        message("a payment with a date", given, says=wrong),
        message("nothing happened", "the books are empty", says=paid),
    )
    report = contracts("verify", "--pact-dir", tmp_path)
    assert report.exit_code == 1
    found = outcomes(tmp_path)
    assert [name for name, outcome in found.items() if outcome == "kept"] == [
        "a payment.completed webhook",
        "news of a payment completed",
        "the last that was sent",
        "the expense posting posted event before it",
    ]
    assert found["nothing happened"] == "unset"
    assert "with these states erp sends no event" in report.stdout
    assert "body $.data: Actual map is missing the following keys: paid_on" in report.stdout
    assert 'really: sent {"specversion":"1.0","id":"evt_' in report.stdout


def test_an_old_message_pact_is_verified_too(tmp_path: Path) -> None:
    pact = {
        "consumer": {"name": "old"},
        "provider": {"name": "expense-events"},
        "messages": [
            {
                "description": "expense_report.approved",
                "providerStates": [{"name": "an approved expense report", "params": {"number": "R-3"}}],
                "contents": {"type": "expense_report.approved", "subject": "R-3"},
                "metaData": {"contentType": "application/cloudevents+json"},
            }
        ],
        "metadata": {"pactSpecification": {"version": "3.0.0"}},
    }
    (tmp_path / "old.json").write_text(json.dumps(pact), encoding="utf-8")
    assert outcomes(tmp_path) == {"expense_report.approved": "kept"}


# --- a broken provider -----------------------------------------------------------------------------------------


class Renaming:
    """A provider that changed: one problem type has another name, in every answer of the system."""

    def __init__(self, application: Any, before: str, after: str) -> None:
        self.application, self.before, self.after = application, before.encode(), after.encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def told(event: Mapping[str, Any]) -> None:
            if event["type"] == "http.response.start":
                headers = [one for one in event["headers"] if one[0] != b"content-length"]
                await send({**event, "headers": headers})
            else:
                await send({**event, "body": event["body"].replace(self.before, self.after)})

        await self.application(scope, receive, told)


def verified(folder: Path, wrap: Any) -> Report:
    return asyncio.run(verify(Asked(Source(folder=folder)), wrap))


def test_a_provider_that_renamed_a_problem_breaks_whoever_switches_on_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = verified(COMMITTED, lambda _, application: Renaming(application, "/period-closed", "/period-not-open"))
    (broken,) = [one for one in report.checked if one.outcome is not Outcome.kept]
    assert (broken.description, report.exit_code) == ("a report is posted into a closed period", 1)
    show(report, Format.text, asked_again="--pact-dir contracts/pacts")
    printed = capsys.readouterr().out.replace("\n", " ")
    for words in (
        "BROKEN  a report is posted into a closed period  (hardclose-reference with hardclose-erp)",
        "given the expense period 2026-11 of DE01 is closed",
        "body $.type: Expected 'https://hardclose.dev/problems/period-not-open' (String) to be equal to "
        "'https://hardclose.dev/problems/period-closed' (String)",
        'really: POST /v1/expense-postings answered 422 {"type":"https://hardclose.dev/problems/period-not-open"',
        'Reproduce with: hardclose contracts verify --pact-dir contracts/pacts --only "a report is posted into',
        "Cannot be deployed: hardclose-reference with hardclose-erp",
        f"1 of {len(report.checked)} interactions broken",
    ):
        assert words in printed
    (failed,) = ElementTree.fromstring(to_junit(report)).iter("failure")
    assert "period-not-open" in str(failed.get("message"))
    assert "answered 422" in str(failed.text)


def test_a_provider_that_falls_over_is_broken_and_not_our_fault(tmp_path: Path) -> None:
    async def falls_over(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"oops"})

    report = verified(write(tmp_path, CLOSED), lambda *_: falls_over)
    assert report.checked[0].says[0] == "status: expected 422 but was 500"
    assert report.checked[0].seen == ("POST /v1/expense-postings answered 500 oops",)


def test_a_fault_of_ours_is_told_as_ours(tmp_path: Path) -> None:
    async def crashes(scope: Any, receive: Any, send: Any) -> None:
        raise ZeroDivisionError("a bug of ours")

    report = verified(write(tmp_path, CLOSED), lambda *_: crashes)
    assert (report.exit_code, report.checked[0].outcome) == (4, Outcome.ours)
    assert report.checked[0].says == ("ZeroDivisionError: a bug of ours",)


# --- a broken consumer -----------------------------------------------------------------------------------------


def test_a_consumer_that_relies_on_what_is_not_there_reads_what_is(tmp_path: Path) -> None:
    write(
        tmp_path,
        http(
            "read a posting",
            "a posting with reference R-17 over 119 EUR exists",
            ask=("GET", "/v1/expense-postings/EP-DE01-000001"),
            answer=200,
            says={"reference": "R-17", "total": 119, "clearing_document": "4711"},
            rules={"$.total": "decimal", "$.clearing_document": "type"},
        ),
        http("read it by another name", ask=("GET", "/v1/postings"), answer=200),
        CLOSED,
    )
    said = contracts("verify", "--pact-dir", tmp_path)
    assert said.exit_code == 1
    for words in (
        "body $: Actual map is missing the following keys: clearing_document",
        "$.total",
        "status: expected 200 but was 404",
        "GET /v1/postings is not offered here",
        "2 of 3 interactions broken",
        "Cannot be deployed: close-engine with Acme ERP as mocked (release v1)",
    ):
        assert words in said.stdout


def test_a_consumer_that_sends_nonsense_reads_why_it_was_refused(tmp_path: Path) -> None:
    asked = {"ask": ("POST", "/v1/expense-postings"), "answer": 201}
    lines = [{**LINE, "net": 100.0}]
    write(
        tmp_path,
        http("an amount as a number", body={**POSTING, "lines": lines}, **asked),
        http("a cost center nobody has", body={**POSTING, "lines": [{**LINE, "cost_center": "4100"}]}, **asked),
    )
    said = contracts("verify", "--pact-dir", tmp_path, "--only", "AMOUNT AS")
    assert said.exit_code == 1
    assert "status: expected 201 but was 422" in said.stdout
    assert "/lines/0/net" in said.stdout
    assert "1 of 1 interactions broken" in said.stdout
    assert "there is no cost center 4100" in contracts("verify", "--pact-dir", tmp_path).stdout


def test_an_unknown_state_is_told_at_once_with_the_nearest_and_stops_nobody_else(tmp_path: Path) -> None:
    write(
        tmp_path,
        http("nobody knows this", "a requisition waits for approval", ask=COMPANIES, answer=200),
        http("this is known", "a requisition is pending approval", ask=COMPANIES, answer=200),
        http("this cannot be", ("an approved requisition", {"supplier": "S-404"}), ask=COMPANIES, answer=200),
    )
    said = contracts("verify", "--pact-dir", tmp_path)
    assert said.exit_code == 2
    assert (
        "no provider state 'a requisition waits for approval'; the nearest are 'a requisition is pending" in said.stdout
    )
    assert "the books refuse it: there is no supplier S-404" in said.stdout
    assert "Not known: 2 interactions could not be set up" in said.stdout
    report = json.loads(contracts("verify", "--pact-dir", tmp_path, "--format", "json").stdout)
    assert [one["outcome"] for one in report["interactions"]] == ["unset", "kept", "unset"]
    # The verifier's own retries would take seconds for each.
    assert max(one["seconds"] for one in report["interactions"]) < 5
    assert (report["exit_code"], report["can_be_deployed"]) == (2, False)


# --- bad input -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--pact-dir", "missing"), "there is no folder missing"),
        (("--pact-dir", "empty"), "empty holds no pact (*.json)"),
        (("--pact-dir", "torn"), "torn.json cannot be read"),
        (("--pact-dir", "foreign"), "foreign.json is no pact"),
        (("--pact-dir", "good", "--release", "7"), "no release '7'; there are v1"),
        (("--pact-dir", "good", "--provider", "SAP ERP"), "no pact is with a provider 'SAP ERP'; there are Acme ERP"),
        (("--pact-dir", "good", "--provider", "Acme ERP=ledger"), "no system 'ledger'; there are erp, procurement"),
        (("--pact-dir", "good", "--system", "expense"), "no pact for expense in good; it has Acme ERP"),
        (("--pact-dir", "good", "--only", "nothing like it"), "no interaction is described with 'nothing like it'"),
        (("--pact-dir", "good", "--broker", "http://127.0.0.1:9"), "--pact-dir or --broker, not both"),
        (("--broker", "broker.example.com"), "--broker broker.example.com is no address"),
        (("--broker", "http://me:dummy@127.0.0.1:9"), "no credentials in --broker"),
        (("--pact-dir", "good", "--publish", "1.0"), "--publish needs --broker"),
        (("--pact-dir", "good", "--header", "A: b"), "--header and --states-are-set go with --provider-url"),
        (("--pact-dir", "good", "--junit", "good"), "good cannot be written"),
        ((), "there is no folder pacts here; say --pact-dir DIR or --broker URL"),
    ],
)
def test_what_is_wrong_before_the_first_call_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "good", http("companies are read", ask=COMPANIES, answer=200))
    for name, text in (("torn", "{"), ("foreign", '{"openapi": "3.1.0"}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.json").write_text(text, encoding="utf-8")
    (tmp_path / "empty").mkdir()
    said = contracts("verify", *words)
    assert said.exit_code == 2
    assert says in said.stderr.replace("\n", " ")
    assert "Traceback" not in said.output


def test_without_the_extra_it_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pact", None)
    said = contracts("verify", "--pact-dir", write(tmp_path, CLOSED))
    assert said.exit_code == 2
    assert "pip install 'hardclose[contracts]'" in said.stderr
