"""Every mutant dies for the right reason, beside a reference that lives; and its wrong is there without any judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import pytest

from hardclose_mocks.history.records import (
    Acted,
    Cred,
    DeliveryTried,
    Emitted,
    ExceptionSeen,
    Exchange,
    Fact,
    JobEnded,
    Record,
)
from hardclose_reference.behaviour import VARIANTS, Behaviour
from hardclose_reference.legal import LEGAL
from hardclose_reference.mutants import MUTANTS, Mutant
from hardclose_simulator.checkers.catalogue import OBLIGATIONS
from hardclose_simulator.judge import judge
from hardclose_simulator.prove.campaign import failed_of
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import available, load
from hardclose_simulator.verdict import RunVerdict

SEED = 1
CREATES = ("PostExpense", "CreatePurchaseOrder")


@cache
def records_of(scenario: str, profile: str, style: str, variant: str | None) -> tuple[Record, ...]:
    recipe = from_scenario(load(scenario).with_profile(profile), SEED, f"T{SEED}")
    return tuple(play_virtually(recipe, style, variant))


@cache
def verdict_of(scenario: str, profile: str, style: str, variant: str | None) -> RunVerdict:
    return judge(records_of(scenario, profile, style, variant))


def story_of(card: Mutant) -> tuple[str, str, str]:
    return card.scenario, card.profile, card.style


@pytest.mark.parametrize("card", MUTANTS.values(), ids=lambda card: card.id)
def test_the_mutant_fails_on_what_it_breaks_and_the_reference_does_not(card: Mutant) -> None:
    assert set(failed_of(verdict_of(*story_of(card), card.id))) & set(card.breaks)
    assert verdict_of(*story_of(card), None).exit_code == 0


@pytest.mark.parametrize("card", MUTANTS.values(), ids=lambda card: card.id)
def test_each_finding_opens_into_a_timeline_that_shows_its_evidence(card: Mutant) -> None:
    for witness in verdict_of(*story_of(card), card.id).witnesses:
        assert any(entry.evidence for entry in witness.timeline)
        assert witness.reproduce.startswith("Reproduce with: hardclose run ")


@pytest.mark.parametrize("card", LEGAL.values(), ids=lambda card: card.id)
def test_the_legal_variant_passes_where_it_looks_guilty(card: Mutant) -> None:
    assert verdict_of(*story_of(card), card.id).exit_code == 0


def test_every_variant_has_a_card_and_turns_exactly_one_thing() -> None:
    assert set(VARIANTS) == set(MUTANTS) | set(LEGAL)
    for name, behaviour in VARIANTS.items():
        turned = [field for field in Behaviour.__slots__ if getattr(behaviour, field) != getattr(Behaviour(), field)]
        # Eight callers are no switch: they are what makes waiting alone look guilty.
        assert len([field for field in turned if field != "callers"]) == 1, name


@pytest.mark.parametrize(
    "scenario", sorted({card.scenario for card in MUTANTS.values() if story_of(card)[1:] == ("C1", "webhooks")})
)
def test_a_scenario_tempts_what_it_says_it_tempts(scenario: str) -> None:
    """The reference's run of it is there already, for the mutants."""
    tried = {one.obligation for one in verdict_of(scenario, "C1", "webhooks", None).verdicts if one.evaluated}
    assert set(load(scenario).tempts) <= tried


def test_cards_name_real_obligations_and_scenarios() -> None:
    for card in [*MUTANTS.values(), *LEGAL.values()]:
        assert set(card.breaks) <= set(OBLIGATIONS)
        assert load(card.scenario).name == card.scenario
    for scenario in available():
        assert scenario.tempts, scenario.name
        assert set(scenario.tempts) <= set(OBLIGATIONS)


def test_a_second_defence_hides_a_broken_first_one() -> None:
    """Why profiles are part of the test input: under C1 the key saves who never looks."""
    card = MUTANTS["P02"]
    assert verdict_of(card.scenario, "C1", card.style, card.id).exit_code == 0


# --- the authors' proofs: the wrong itself, without a judge ------------------------------------------------------


def live_references(records: Sequence[Record]) -> Counter[str]:
    made: dict[str, str] = {}
    for record in records:
        if isinstance(record.body, (Exchange, JobEnded)):
            for carried in record.body.carried:
                if carried.command in CREATES and carried.refusal is None:
                    made[str(carried.document)] = str(carried.arguments["reference"])
    return Counter(made.values())


def two_documents_for_one_reference(records: Sequence[Record]) -> bool:
    return max(live_references(records).values()) > 1


def sources(records: Sequence[Record]) -> set[str]:
    return {record.body.source for record in records if isinstance(record.body, Fact)}


def told_states(records: Sequence[Record]) -> dict[str, set[str]]:
    states: dict[str, set[str]] = {}
    for record in records:
        if isinstance(record.body, Exchange):
            for carried in record.body.carried:
                if carried.command == "RecordPosting" and carried.refusal is None:
                    states.setdefault(str(carried.arguments["number"]), set()).add(str(carried.arguments["state"]))
    return states


def told_posted_without_a_document(records: Sequence[Record]) -> bool:
    there = live_references(records)
    return any("posted" in states and not there[number] for number, states in told_states(records).items())


def told_parked_though_it_stands(records: Sequence[Record]) -> bool:
    there = live_references(records)
    return any("parked" in states and there[number] for number, states in told_states(records).items())


def approved_and_nowhere(records: Sequence[Record]) -> bool:
    there, told = live_references(records), told_states(records)
    listed = {record.body.source for record in records if isinstance(record.body, ExceptionSeen)}
    return any(not there[number] and number not in told and number not in listed for number in sources(records))


def kept_out_by_its_namesake(records: Sequence[Record]) -> bool:
    """A document that was neither booked nor told of, while one of the same number from the other system was booked."""
    makes = {"expense": "PostExpense", "procurement": "CreatePurchaseOrder"}
    done = [
        (record.system, carried)
        for record in records
        if isinstance(record.body, Exchange)
        for carried in record.body.carried
        if carried.refusal is None
    ]
    booked = {(one.command, str(one.arguments["reference"])) for _, one in done if one.command in CREATES}
    told = {(system, str(one.arguments["number"])) for system, one in done if one.command == "RecordPosting"}
    facts = [record.body for record in records if isinstance(record.body, Fact)]
    return any(
        (makes[one.system], one.source) not in booked
        and (one.system, one.source) not in told
        and any((command, one.source) in booked for command in CREATES)
        for one in facts
    )


def sent_again_before_its_wait_was_over(records: Sequence[Record]) -> bool:
    waits: dict[str, int] = {}
    for record in records:
        body = record.body
        if isinstance(body, Exchange) and body.op == "expense_posting.create":
            if body.started_ns < waits.get(body.subject, 0) - 100_000_000:
                return True
            if body.wait_s:
                waits[body.subject] = record.wire_ns + round(body.wait_s * 1_000_000_000)
    return False


def one_refusal_over_and_over(records: Sequence[Record]) -> bool:
    refused = Counter(
        record.body.subject
        for record in records
        if isinstance(record.body, Exchange) and record.body.writes and record.body.refusal == "BlockedMaster"
    )
    return max(refused.values()) > 20


def posted_and_never_told(records: Sequence[Record]) -> bool:
    told = told_states(records)
    return any(reference not in told for reference in live_references(records))


def one_request_many_times_within_a_second(records: Sequence[Record]) -> bool:
    sent: dict[str, list[int]] = {}
    for record in records:
        if isinstance(record.body, Exchange) and record.body.op == "expense_posting.create":
            sent.setdefault(record.body.subject, []).append(record.body.started_ns)
    return any(
        later - first < 10**9 for times in sent.values() for first, later in zip(times, times[19:], strict=False)
    )


def dated_by_another_clock(records: Sequence[Record]) -> bool:
    days = {record.body.source: record.body.accounting_date for record in records if isinstance(record.body, Fact)}
    return any(
        carried.refusal is None
        and carried.command == "PostExpense"
        and carried.arguments["posting_date"] != days.get(carried.arguments["reference"])
        for record in records
        if isinstance(record.body, Exchange)
        for carried in record.body.carried
    )


def posted_for_a_number_only_a_forger_used(records: Sequence[Record]) -> bool:
    genuine = {
        str(record.body.carried.document)
        for record in records
        if isinstance(record.body, Acted) and record.body.carried.document
    }
    forged = {
        str(record.body.body["subject"])
        for record in records
        if isinstance(record.body, DeliveryTried) and record.body.label == "forged" and record.body.body
    }
    asked = {
        record.body.subject
        for record in records
        if isinstance(record.body, Exchange) and record.body.op in ("expense_posting.create", "purchase_order.create")
    }
    altered = max(live_references(records).values()) > 1
    return bool((forged - genuine) & asked) or altered


def postings(records: Sequence[Record]) -> list[tuple[int, dict[str, Any]]]:
    """Accepted creations: record number and arguments, expense postings only."""
    return [
        (record.seq, dict(carried.arguments))
        for record in records
        if isinstance(record.body, Exchange)
        for carried in record.body.carried
        if carried.command == "PostExpense" and carried.refusal is None
    ]


def ordered(records: Sequence[Record]) -> dict[str, Fact]:
    return {record.body.source: record.body for record in records if isinstance(record.body, Fact)}


def a_tax_that_is_off(records: Sequence[Record]) -> bool:
    facts = ordered(records)
    return any(
        sorted(line["tax"] for line in sent["lines"]) != sorted(line["tax"] for line in facts[sent["reference"]].lines)
        for _, sent in postings(records)
        if sent["reference"] in facts
    )


def a_code_that_nobody_approved(name: str) -> Callable[[Sequence[Record]], bool]:
    def proof(records: Sequence[Record]) -> bool:
        facts = ordered(records)
        return any(
            {line[name] for line in sent["lines"]} - {line[name] for line in facts[sent["reference"]].lines}
            for _, sent in postings(records)
            if sent["reference"] in facts
        )

    return proof


def posted_before_the_last_signature(records: Sequence[Record]) -> bool:
    signed = {
        str(record.body.carried.document): record.seq
        for record in records
        if isinstance(record.body, Acted) and record.body.carried.command == "ApproveReport"
    }
    return any(seq < signed.get(sent["reference"], 0) for seq, sent in postings(records))


def somebody_else_is_paid(records: Sequence[Record]) -> bool:
    facts = ordered(records)
    return any(sent["employee"] != facts[sent["reference"]].partner for _, sent in postings(records))


def documents_that_lead_to_no_source(records: Sequence[Record]) -> bool:
    return any(sent["reference"] not in sources(records) for _, sent in postings(records))


def a_reference_that_its_lines_contradict(records: Sequence[Record]) -> bool:
    return any(f"[{sent['reference']}." not in line["text"] for _, sent in postings(records) for line in sent["lines"])


def asked_for_a_persons_signature(records: Sequence[Record]) -> bool:
    return any(
        isinstance(record.body, Exchange)
        and record.actor == "integration"
        and record.body.op in ("expense_report.send_back", "requisition.reject")
        for record in records
    )


def carried_out(records: Sequence[Record], command: str) -> list[dict[str, Any]]:
    """The arguments of every such command that the books accepted from the integration, and `made`: the document."""
    return [
        {**carried.arguments, "made": carried.document}
        for record in records
        if isinstance(record.body, (Exchange, JobEnded)) and record.actor == "integration"
        for carried in record.body.carried
        if carried.command == command and carried.refusal is None
    ]


def no_order_for_an_approved_requisition(records: Sequence[Record]) -> bool:
    asked = {one.source for one in ordered(records).values() if one.flow == "RBP"}
    return bool(asked - {one["reference"] for one in carried_out(records, "CreatePurchaseOrder")})


def a_posting_without_its_receipts(records: Sequence[Record]) -> bool:
    there = Counter(one["posting"] for one in carried_out(records, "AttachFile"))
    facts = ordered(records)
    return any(
        there[str(one["made"])] < len(facts[one["reference"]].truth["attachments"])
        for one in carried_out(records, "PostExpense")
    )


def an_invoice_without_lines_of_its_order(records: Sequence[Record]) -> bool:
    return any(
        one["order"] and not any(line["order_line"] for line in one["lines"])
        for one in carried_out(records, "PostSupplierInvoice")
    )


def an_accrual_reversed_on_its_own_day(records: Sequence[Record]) -> bool:
    days = {one["made"]: one["posting_date"] for one in carried_out(records, "PostJournalEntry")}
    return any(one["posting_date"] == days[one["number"]] for one in carried_out(records, "ReverseJournalEntry"))


def paid_under_a_number_that_nobody_printed(records: Sequence[Record]) -> bool:
    facts = ordered(records)
    altered = {
        str(one["made"])
        for one in carried_out(records, "PostSupplierInvoice")
        if one["supplier_reference"] != facts[one["reference"]].truth["supplier_reference"]
    }
    paid = (one.body for one in records if isinstance(one.body, Emitted) and one.body.type == "payment.completed")
    return any(one.subject in altered for one in paid)


def changes_of_suppliers(records: Sequence[Record]) -> list[tuple[int, dict[str, Any]]]:
    """By the integration, accepted: record number and arguments."""
    return [
        (record.seq, dict(carried.arguments))
        for record in records
        if isinstance(record.body, Exchange) and record.actor == "integration"
        for carried in record.body.carried
        if carried.command in ("CreateSupplier", "ChangeSupplier") and carried.refusal is None
    ]


def an_account_that_comes_back(records: Sequence[Record]) -> bool:
    """One, another, and the first one again; nobody in these stories changes one back."""
    sent: dict[str, list[str]] = {}
    for _, change in changes_of_suppliers(records):
        listed = sent.setdefault(str(change.get("number")), [])
        if change["bank_account"] and change["bank_account"] not in listed[-1:]:
            listed.append(change["bank_account"])
    return any(len(set(listed)) < len(listed) for number, listed in sent.items() if number != "None")


def two_suppliers_with_one_tax_id(records: Sequence[Record]) -> bool:
    made = Counter(
        change["tax_id"].replace(" ", "") for _, change in changes_of_suppliers(records) if "number" not in change
    )
    return max(made.values()) > 1


def payable_before_anybody_called_back(records: Sequence[Record]) -> bool:
    waiting: dict[str, str] = {}
    changes = dict(changes_of_suppliers(records))
    for record in records:
        if isinstance(record.body, Acted) and record.body.carried.command == "ChangeBankAccount":
            arguments = record.body.carried.arguments
            waiting[str(arguments["number"])] = str(arguments["bank_account"])
        elif isinstance(record.body, Acted) and record.body.carried.command == "VerifyBankAccount":
            waiting.pop(str(record.body.carried.arguments["number"]), None)
        change = changes.get(record.seq)
        if change and change["bank_verified"] and change["bank_account"] in waiting.values():
            return True
    return False


def a_persons_stop_was_let_go(records: Sequence[Record]) -> bool:
    return any(change.get("payment_blocked") is not None for _, change in changes_of_suppliers(records))


def two_revisions_that_stand(records: Sequence[Record]) -> bool:
    standing: dict[str, str] = {}
    for record in records:
        for carried in record.body.carried if isinstance(record.body, (Exchange, JobEnded)) else ():
            if carried.refusal is None and carried.command == "PostExpense":
                standing[str(carried.document)] = str(carried.arguments["reference"])
            elif carried.refusal is None and carried.command == "ReverseExpensePosting":
                standing.pop(str(carried.arguments["number"]), None)
    return max(Counter(standing.values()).values()) > 1


def posted_before_it_was_signed(records: Sequence[Record]) -> bool:
    """An amount that was approved in the end, and was in the books before that."""
    signed = {(one.body.source, one.body.total): one.body.due_at for one in records if isinstance(one.body, Fact)}
    return any(
        carried.at < signed[carried.arguments["reference"], total]
        for record in records
        if isinstance(record.body, (Exchange, JobEnded))
        for carried in record.body.carried
        if carried.command == "PostExpense" and carried.refusal is None
        for total in [sum(line["net"] + line["tax"] for line in carried.arguments["lines"])]
        if (carried.arguments["reference"], total) in signed
    )


def more_ordered_than_was_left(records: Sequence[Record]) -> bool:
    return any(isinstance(one.body, Emitted) and one.body.type == "budget.exceeded" for one in records)


PROOFS: dict[str, Callable[[Sequence[Record]], bool]] = {
    "P01": two_documents_for_one_reference,
    "P02": two_documents_for_one_reference,
    "P03": told_posted_without_a_document,
    "P04": told_parked_though_it_stands,
    "P05": approved_and_nowhere,
    "P06": two_documents_for_one_reference,
    "P07": two_documents_for_one_reference,
    "P08": approved_and_nowhere,
    "P09": approved_and_nowhere,
    "P10": approved_and_nowhere,
    "P11": sent_again_before_its_wait_was_over,
    "P12": one_refusal_over_and_over,
    "P13": one_request_many_times_within_a_second,
    "P14": posted_and_never_told,
    "P15": told_posted_without_a_document,
    "P16": told_posted_without_a_document,
    "P18": posted_before_it_was_signed,
    "P19": dated_by_another_clock,
    "P20": approved_and_nowhere,
    "P22": an_account_that_comes_back,
    "P25": two_suppliers_with_one_tax_id,
    "P26": approved_and_nowhere,
    "P27": posted_for_a_number_only_a_forger_used,
    "P28": lambda records: any(isinstance(one.body, Cred) and one.body.state == "reused" for one in records),
    "P29": approved_and_nowhere,
    "P17": two_documents_for_one_reference,
    "P30": two_revisions_that_stand,
    "P33": two_documents_for_one_reference,
    "P34": kept_out_by_its_namesake,
    "P35": approved_and_nowhere,
    "P21": a_tax_that_is_off,
    "P32": a_code_that_nobody_approved("cost_center"),
    "P51": posted_before_the_last_signature,
    "P52": somebody_else_is_paid,
    "P53": a_code_that_nobody_approved("account"),
    "P54": documents_that_lead_to_no_source,
    "P55": a_reference_that_its_lines_contradict,
    "P56": asked_for_a_persons_signature,
    "P23": no_order_for_an_approved_requisition,
    "P24": more_ordered_than_was_left,
    "P31": a_posting_without_its_receipts,
    "P57": an_invoice_without_lines_of_its_order,
    "P58": an_accrual_reversed_on_its_own_day,
    "P59": paid_under_a_number_that_nobody_printed,
    "P60": payable_before_anybody_called_back,
    "P61": a_persons_stop_was_let_go,
}


@pytest.mark.parametrize("card", MUTANTS.values(), ids=lambda card: card.id)
def test_the_violation_is_in_the_history_without_a_judge(card: Mutant) -> None:
    proof = PROOFS[card.id]
    assert proof(records_of(*story_of(card), card.id))
    assert not proof(records_of(*story_of(card), None))
