"""O24: the integration never signs."""

from __future__ import annotations

from hardclose_simulator.checkers.o24 import check
from hardclose_simulator.verdict import Status

from .script import script


def test_who_posts_and_never_signs_passes() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1
    """)
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_who_asks_for_an_approval_fails_though_the_books_would_not_have_it() -> None:
    case = script("""
        09:00  fact E-1 120.00 filed
        09:01  sign E-1
        09:01  sign E-1
        09:05  fact E-1 120.00
    """)
    (finding,) = check(case).findings
    assert finding.fact == "E-1"
    assert "a person's to give; the books would not" in finding.says


def test_who_was_never_heard_of_proves_nothing() -> None:
    assert check(script("09:00 fact E-1")).status is Status.VACUOUS


def test_the_service_account_as_technical_poster_is_no_signature() -> None:
    case = script("""
        09:00  fact R-1
        09:01  post R-1 as A
        09:02  write R-1 posted A
        09:03  reverse A
    """)
    assert check(case).status is Status.PASS


def test_what_was_approved_without_the_integration_is_the_sources_policy() -> None:
    """A stand-in or a rule of the source signs: nothing of it crossed the integration's wire."""
    case = script("""
        09:00  fact E-1
        09:00  fact E-2
        09:01  read expense shows E-1
    """)
    assert check(case).status is Status.PASS
