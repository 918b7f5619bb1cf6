"""Attribution: reference, then watermark, then the largest matching; twins are never accused."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardclose_simulator.attribution import Marks
from hardclose_simulator.matching import maximum_matching

from .checkers.recorder import DAY_ZERO
from .checkers.script import script
from .checkers.small_world import new_fact

LEFT, RIGHT = [f"d{number}" for number in range(6)], [f"f{number}" for number in range(6)]
GRAPHS = st.dictionaries(st.sampled_from(LEFT), st.lists(st.sampled_from(RIGHT), unique=True))


def largest(edges: Mapping[str, list[str]]) -> int:
    """By trying everything."""
    best = 0
    lefts = list(edges)
    for choice in itertools.product(*[[None, *edges[left]] for left in lefts]):
        taken = [right for right in choice if right is not None]
        if len(taken) == len(set(taken)):
            best = max(best, len(taken))
    return best


@given(GRAPHS)
def test_the_matching_is_a_matching_and_none_is_larger(edges: dict[str, list[str]]) -> None:
    found = maximum_matching(edges)
    assert len(set(found.values())) == len(found)
    assert all(right in edges[left] for left, right in found.items())
    assert len(found) == largest(edges)


def test_a_long_chain_needs_no_recursion() -> None:
    edges = {f"d{place}": [f"f{place}", f"f{place + 1}"] for place in range(3000)}
    edges["last"] = ["f0"]
    assert len(maximum_matching(edges)) == 3001


@given(st.integers(1, 4), st.integers(0, 4), st.booleans())
def test_twins_are_never_accused_while_there_are_not_more_documents_than_twins(
    twins: int, posted: int, marked: bool
) -> None:
    lines = [f"09:00 fact E-{number} 99.00" for number in range(twins)]
    words = "" if marked else "unmarked ref x{0}"
    lines += [f"09:01 post E-{number} {words.format(number)}" for number in range(min(posted, twins))]
    case = script("\n".join(lines))
    assert not case.attribution.unexplained
    assert not case.attribution.surplus
    assert all(len(case.live(fact)) <= 1 for fact in case.facts)
    assert sum(len(case.live(fact)) for fact in case.facts) == min(posted, twins)


@pytest.mark.parametrize(
    "reference", ["T7-E-1", "EXP/T7-E-1", "T7-E-1/2", "report T7-E-1, revision 1", "urn:expense:T7-E-1"]
)
def test_a_source_number_inside_the_reference_is_found(reference: str) -> None:
    case = script(f'09:00 fact E-1\n09:00 fact E-11\n09:01 post E-1 ref "{reference}" unmarked')
    (link,) = case.attribution.links.values()
    assert (link.fact, link.how) == ("E-1", "reference")


def test_a_longer_number_is_not_a_shorter_one() -> None:
    marks = Marks([new_fact("E-1", "DE01", 100, 1, "CC", DAY_ZERO, None)])
    assert not marks.named("EXP", "T7-E-11")
    assert not marks.named("RBP", "T7-E-1"), "another flow's"
    assert marks.named("EXP", "Taxi [T7-E-1.3]") == {"E-1"}


def test_marks_in_the_lines_speak_where_the_reference_does_not() -> None:
    case = script("09:00 fact E-1 90.00\n09:00 fact E-2 90.00\n09:01 post E-2 ref 4711")
    (link,) = case.attribution.links.values()
    assert (link.fact, link.how) == ("E-2", "watermark")


def test_an_unmarked_document_of_another_amount_or_person_explains_nothing() -> None:
    case = script("09:00 fact E-1 90.00\n09:01 post E-1 ref 4711 unmarked amount 91.00")
    assert case.attribution.unexplained == ("EP-DE01-000001",)
    assert not case.attribution.surplus


def test_a_voided_document_and_its_successor_may_both_be_about_one_fact() -> None:
    case = script("""
        09:00  fact E-1 90.00
        09:01  post E-1 as A ref x unmarked
        09:02  reverse A
        09:03  post E-1 as B ref y unmarked
    """)
    assert not case.attribution.unexplained
    assert [document.number for document in case.live(case.facts[0])] == ["EP-DE01-000003"]


def test_a_document_too_many_among_look_alikes_is_surplus() -> None:
    case = script("""
        09:00  fact R-1 90.00
        09:01  post R-1 ref x unmarked
        09:02  post R-1 ref y unmarked
    """)
    assert case.attribution.surplus == {"PO-DE01-000002": "R-1"}
