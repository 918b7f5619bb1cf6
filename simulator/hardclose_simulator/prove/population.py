"""Who must never be accused: correct integrations of many styles, thinned to pairs, and the legal oddities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from random import Random

from hardclose_mocks.cards import PROFILES
from hardclose_reference.legal import LEGAL

KEYED, UNIQUE = ("C1",), ("C1", "C3")
"""Profiles under which sending again is safe without a look: the key or the unique reference catches the second."""
AXES: Mapping[str, Sequence[str]] = {
    "style": ("webhooks", "polling"),
    "profile": PROFILES,
    "callers": ("1", "4", "8"),
    "waiting": ("together", "alone"),
    "closed_period": ("redate", "park"),
    "ask_periods_first": ("no", "yes"),
    "look_before_retry": ("yes", "no"),
    "send_twice": ("no", "yes"),
    "queue": ("ready", "newest"),
    "batches": ("no", "yes"),
    "breaker": ("no", "yes"),
    "submitted_first": ("no", "yes"),
    "status_codes": ("204", "as_it_likes"),
    "overlap_days": ("0", "1"),
}
"""What correct integrations may differ in; `style` and `profile` are of the run, the rest are switches."""
OF_THE_RUN = ("style", "profile")
Choice = Mapping[str, str]
DRAWN = 2000


@dataclass(frozen=True, slots=True)
class Implementation:
    """One correct integration under one capability profile."""

    style: str
    profile: str
    variant: str | None

    @property
    def name(self) -> str:
        return f"{self.style} {self.profile} {self.variant or 'reference'}"


def legal(choice: Choice) -> bool:
    """Whether an honest integration may behave like that, knowing what the card of that profile says."""
    profile = choice["profile"]
    if choice["send_twice"] == "yes" and profile not in KEYED:
        return False
    if choice["ask_periods_first"] == "yes" and choice["closed_period"] != "redate":
        return False  # who asks first dates anew: declaring that he parks would be a lie
    return choice["look_before_retry"] == "yes" or profile in UNIQUE


@cache
def population() -> tuple[Implementation, ...]:
    """Every pair of settings that may stand together stands in one of them; then the named legal variants."""
    composed = [_implementation(choice) for choice in pairwise(legal_choices())]
    named = [Implementation(card.style, card.profile, card.id) for card in LEGAL.values()]
    return tuple(dict.fromkeys([*composed, *named]))


def pairwise(choices: Iterable[Choice]) -> list[Choice]:
    """As few of the choices as greed finds that show every pair of values which any of them shows. Repeatable."""
    left = {tuple(choice.items()): set(combinations(choice.items(), 2)) for choice in choices}
    open_pairs = set().union(*left.values())
    taken: list[Choice] = []
    while open_pairs:
        best = max(left, key=lambda items: len(left[items] & open_pairs))
        open_pairs -= left.pop(best)
        taken.append(dict(best))
    return taken


def legal_choices() -> list[Choice]:
    """Drawn, the same every time: there are tens of thousands, and a few hundred hold every pair several times."""
    rng = Random("population")
    drawn = ({axis: rng.choice(values) for axis, values in AXES.items()} for _ in range(DRAWN))
    return [choice for choice in drawn if legal(choice)]


def _implementation(choice: Choice) -> Implementation:
    """Only what differs from the reference is said."""
    switches = {name: value for name, value in choice.items() if name not in OF_THE_RUN and value != _default(name)}
    variant = "+".join(f"{name}={value}" for name, value in switches.items()) or None
    return Implementation(choice["style"], choice["profile"], variant)


def _default(axis: str) -> str:
    return "4" if axis == "callers" else AXES[axis][0]
