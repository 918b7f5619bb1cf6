"""O09: nothing lost."""

from __future__ import annotations

from hardclose_mocks.kernel.money import Money
from hardclose_simulator.checkers.o09 import check
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.verdict import Status

from .script import script


def test_posted_parked_and_listed_are_all_accounted_for() -> None:
    case = script("""
        09:00  fact E-1
        09:00  fact E-2
        09:00  fact E-3
        09:01  post E-1 as A
        09:02  write E-2 parked "period closed"
        33:00  audit
        33:00  exception E-3 "cost centre is blocked"
    """)
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 3)
    assert [case.disposition(fact) for fact in case.facts] == ["POSTED", "PARKED", "PARKED"]


def test_a_fact_that_is_nowhere_fails_with_its_money() -> None:
    case = script("""
        09:00  fact R-7 250.00
        09:01  announce R-7
        09:02  post R-7 lost
        33:00  audit
    """)
    verdict = check(case)
    (finding,) = verdict.findings
    assert verdict.status is Status.FAIL
    assert (finding.fact, finding.money) == ("R-7", Money(25000, "EUR"))


def test_a_document_that_was_reversed_and_not_made_again_is_lost() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1 as A
        09:02  reverse A
        33:00  audit
    """)
    assert check(case).status is Status.FAIL


def test_an_exception_without_a_reason_or_already_closed_shows_nobody_anything() -> None:
    case = script("""
        09:00  fact E-1
        09:00  fact E-2
        33:00  audit
        33:00  exception E-1 ""
        33:00  exception E-2 "was blocked" resolved
    """)
    assert [finding.fact for finding in check(case).findings] == ["E-1", "E-2"]


def test_without_facts_nothing_can_be_lost() -> None:
    assert check(script("33:00 audit")).status is Status.VACUOUS


def test_without_an_audit_nobody_can_tell() -> None:
    case = script("09:00 fact E-1")
    verdict = check(case)
    assert verdict.status is Status.UNKNOWN
    assert "audit" in verdict.note


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_a_backlog_that_was_melting_when_the_drain_was_cut_off_is_unknown() -> None:
    case = script("""
        09:00  fact E-1
        09:00  fact E-2
        32:00  post E-1
        33:00  audit drain_max
    """)
    verdict = check(case)
    assert verdict.status is Status.UNKNOWN
    assert "grant more time" in verdict.note


def test_a_backlog_that_stood_still_when_the_drain_was_cut_off_is_lost() -> None:
    case = script("""
        09:00  fact E-1
        09:00  fact E-2
        09:05  post E-1
        33:00  audit drain_max
    """)
    assert check(case).status is Status.FAIL


def test_what_became_due_in_the_last_quiet_time_has_its_own_clock() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1
        32:00  fact E-2
        33:00  audit
    """)
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_a_webhook_that_was_never_sent_excuses_only_where_senders_promise_not_to_drop() -> None:
    text = """
        09:00  fact E-1
        09:00  fact E-2
        09:01  announce E-1 dropped
        09:01  announce E-2
        09:02  post E-2
        33:00  audit
    """
    webhook = Manifest(mode="webhook")
    assert check(script(text, manifest=webhook)).status is Status.FAIL
    assert check(script(text, manifest=webhook, may_drop=False)).status is Status.PASS
    assert check(script(text, may_drop=False)).status is Status.FAIL, "a hybrid one has its lists"


def test_one_task_may_list_many_documents() -> None:
    case = script("""
        09:00  fact E-1
        09:00  fact E-2
        33:00  audit
        33:00  exception E-1 "blocked: T7-E-1, T7-E-2"
    """)
    assert check(case).status is Status.PASS


def test_what_may_not_be_looked_up_yet_has_time() -> None:
    """Two seconds after a lost answer the card (C4) forbids to look; where a key helps, that is long enough."""
    text = """
        09:00       fact E-1
        09:00+0.1s  post E-1 lost
        09:00+2.4s  audit
    """
    hasty = Manifest(poll_interval_s=1.0, retry_interval_s=2.0)
    assert check(script(text, profile="C4", manifest=hasty)).status is Status.VACUOUS
    assert check(script(text, profile="C1", manifest=hasty)).status is Status.FAIL
