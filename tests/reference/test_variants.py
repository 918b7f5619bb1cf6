"""Each mutant and each legal variant is one switch away from the service that gets it right, and has its card."""

from __future__ import annotations

import dataclasses

import pytest

from hardclose_reference.behaviour import VARIANTS, Behaviour, behaviour_of
from hardclose_reference.legal import LEGAL
from hardclose_reference.manifest import MODES, manifest
from hardclose_reference.mutants import MUTANTS, Mutant
from hardclose_simulator.checkers.catalogue import OBLIGATIONS
from hardclose_simulator.manifest import manifest_of
from hardclose_simulator.scenario import load

CARDS: dict[str, Mutant] = {**MUTANTS, **LEGAL}


def test_each_variant_has_a_card_and_each_card_a_variant() -> None:
    assert set(CARDS) == set(VARIANTS)
    assert [card.id for card in CARDS.values()] == list(CARDS)


@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_a_variant_turns_few_switches_and_turns_them(name: str) -> None:
    """Two at most: L12 has more callers, each of which waits for himself."""
    kept, turned = dataclasses.asdict(Behaviour()), dataclasses.asdict(VARIANTS[name])
    assert 1 <= sum(turned[switch] != kept[switch] for switch in kept) <= 2


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_a_card_names_what_there_is(card: Mutant) -> None:
    assert load(card.scenario).with_profile(card.profile).terms("expense_posting.create") == card.profile
    assert card.style in MODES
    assert card.level in ("T", "N", "S")
    assert set(card.breaks) <= set(OBLIGATIONS)


@pytest.mark.parametrize("card", MUTANTS.values(), ids=MUTANTS)
def test_a_mutant_breaks_something_and_says_what_the_finding_must_show(card: Mutant) -> None:
    assert card.breaks
    assert card.witness


@pytest.mark.parametrize("card", LEGAL.values(), ids=LEGAL)
def test_a_legal_variant_breaks_nothing(card: Mutant) -> None:
    assert card.breaks == ()


def test_the_switches_without_a_variant_are_those_that_get_it_right() -> None:
    assert behaviour_of(None) == Behaviour()
    with pytest.raises(KeyError, match="no variant 'P00'; there are P01"):
        behaviour_of("P00")


@pytest.mark.parametrize("style", ["webhooks", "polling"])
@pytest.mark.parametrize("name", [None, *VARIANTS])
def test_the_manifest_declares_what_the_service_does(style: str, name: str | None) -> None:
    declared = manifest_of(manifest(style, name), "the reference")
    behaviour = behaviour_of(name)
    assert declared.max_concurrency == behaviour.callers
    assert declared.mode == {"webhooks": "hybrid", "polling": "poll"}[style]
    assert declared.closed_period == ("park" if behaviour.closed_period == "park" else "redate")
