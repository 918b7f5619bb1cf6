"""What a kind of fault is: its name, its carrier, its parameters with units and bounds. A leaf."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Parameter:
    """Default value, and what it means with its unit and bounds."""

    default: float | str
    means: str
    lowest: float = 0.0
    highest: float = float("inf")
    choices: tuple[str, ...] = ()
    """For words: those there are."""


@dataclass(frozen=True, slots=True)
class FaultKind:
    """`carrier`: wire, limit, delivery, vendor (what the vendor's own people do, at a moment), actor or process.
    `operations`: what it may strike; `*` is any.

    `on_card`: callers must know of it, so that only a scenario can open with it. `habit`: it holds for the whole run,
    for every call it is about, and is no weather."""

    id: str
    name: str
    carrier: str
    says: str
    parameters: dict[str, Parameter] = field(default_factory=dict)
    on_card: bool = False
    habit: bool = False
