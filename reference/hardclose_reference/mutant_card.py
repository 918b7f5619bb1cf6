"""A mutant's card: what it breaks, and where that shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """`breaks`: obligations, any of which may catch it. `profile` is the one in which no second defence hides it.

    `level`: T trivial, N normal, S subtle. `witness` is what the finding must show, in words."""

    id: str
    title: str
    style: str
    profile: str
    scenario: str
    breaks: tuple[str, ...]
    level: str = "N"
    witness: str = ""
