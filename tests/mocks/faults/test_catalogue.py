"""Every fault has a line that explains it, sane defaults, and a name that a typing error still finds."""

from __future__ import annotations

import pytest

from hardclose_mocks.faults.catalogue import FAULTS, FaultKind, nearest


def test_every_fault_has_one_of_six_carriers() -> None:
    carriers = {
        carrier: {kind.id for kind in FAULTS.values() if kind.carrier == carrier}
        for carrier in ("wire", "limit", "delivery", "vendor", "actor", "process")
    }
    assert carriers["wire"] >= {"F01", "F02", "F03", "F06", "F07"}
    assert carriers["limit"] >= {"F10"}
    assert carriers["delivery"] >= {"F30", "F31", "F32", "F36"}
    assert carriers["actor"] >= {"F19", "F46"}
    assert carriers["vendor"] >= {"F33", "F34", "F48"}
    assert carriers["process"] >= {"F38", "F39"}
    assert set().union(*carriers.values()) == set(FAULTS)


@pytest.mark.parametrize("kind", FAULTS.values(), ids=list(FAULTS))
def test_every_fault_says_in_one_line_what_it_does(kind: FaultKind) -> None:
    assert FAULTS[kind.id] is kind
    assert kind.name == kind.name.lower()
    assert kind.says.endswith(".")
    assert "\n" not in kind.says


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind in FAULTS.values() for name in kind.parameters],
    ids=lambda value: value if isinstance(value, str) else value.id,
)
def test_defaults_lie_within_their_bounds(kind: FaultKind, name: str) -> None:
    parameter = kind.parameters[name]
    assert parameter.means
    if isinstance(parameter.default, float):
        assert parameter.lowest <= parameter.default <= parameter.highest


@pytest.mark.parametrize(("typed", "meant"), [("F001", "F"), ("F3", "F3"), ("f36", "F36")])
def test_a_misspelt_fault_finds_the_nearest_one(typed: str, meant: str) -> None:
    assert nearest(typed, list(FAULTS)).startswith(f"; try '{meant}")


def test_a_word_like_none_of_them_gets_the_whole_list() -> None:
    assert nearest("earthquake", ["rain", "hail"]) == "; known: rain, hail"
