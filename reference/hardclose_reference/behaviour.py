"""Every switch of the service. The defaults get it right; each mutant and each legal variant turns one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Grep for a switch to find the one place that obeys it."""

    callers: int = 4
    """Requests under way at one system at a time; the manifest declares as many."""
    waiting: str = "together"
    """After a Retry-After: all callers wait `together`, each one `alone` for its own, or `hardly` at all."""
    after_doubt: str = "find_out"
    """What an unknown outcome is taken for: `find_out`, or guess `done` or `failed`."""
    look_before_retry: bool = True
    """Where the card offers a search by reference, use it before sending again."""
    key: str = "attempt"
    """Idempotency-Key: one per logical `attempt`, a new one per `try`."""
    send_twice: bool = False
    """Send every creation a second time under the same key, to be sure."""
    same_document: str = "by_number"
    """What makes two announcements one job: the document's number, or the `by_event` id."""
    all_pages: bool = True
    closed_period: str = "redate"
    """`redate` to the next open one, `park` for a person, or `drop` with a line in the log."""
    ask_periods_first: bool = False
    """Look at the periods before posting, not only after a refusal."""
    refused: str = "park"
    """What a business refusal leads to: `park` for a person, or `retry`."""
    write_back: str = "until_told"
    """Tell the source `until_told`, or `once` and hope."""
    verify_signatures: bool = True


VARIANTS: Mapping[str, Behaviour] = {
    # Mutants: what each breaks is on its card in mutants.py.
    "P01": Behaviour(key="try"),
    "P02": Behaviour(look_before_retry=False),
    "P03": Behaviour(after_doubt="done"),
    "P04": Behaviour(after_doubt="failed"),
    "P06": Behaviour(same_document="by_event"),
    "P09": Behaviour(all_pages=False),
    "P11": Behaviour(waiting="hardly"),
    "P12": Behaviour(refused="retry"),
    "P14": Behaviour(write_back="once"),
    "P20": Behaviour(closed_period="drop"),
    "P27": Behaviour(verify_signatures=False),
    # Legal variants: odd, and right; see legal.py.
    "L01": Behaviour(ask_periods_first=True),
    "L02": Behaviour(closed_period="park"),
    "L07": Behaviour(send_twice=True),
    "L08": Behaviour(look_before_retry=False),
    "L12": Behaviour(callers=8, waiting="alone"),
}


def behaviour_of(variant: str | None) -> Behaviour:
    """The defaults without a variant. Beside the named ones `callers=8+closed_period=park` sets switches one by one.

    Raises KeyError with what there is."""
    if variant is None:
        return Behaviour()
    if variant in VARIANTS:
        return VARIANTS[variant]
    if "=" not in variant:
        raise KeyError(f"there is no variant {variant!r}; there are {', '.join(VARIANTS)}")
    return replace(Behaviour(), **dict(_switch(part) for part in variant.split("+")))


def _switch(part: str) -> tuple[str, Any]:
    name, _, text = part.partition("=")
    defaults: dict[str, Any] = {field.name: field.default for field in fields(Behaviour)}
    if name not in defaults:
        raise KeyError(f"there is no switch {name!r}; there are {', '.join(defaults)}")
    kind = type(defaults[name])
    if kind is bool:
        if text not in ("yes", "no"):
            raise KeyError(f"{name} is yes or no, not {text!r}")
        return name, text == "yes"
    if kind is int:
        if not text.isdecimal() or not int(text):
            raise KeyError(f"{name} is a number above 0, not {text!r}")
        return name, int(text)
    return name, text
