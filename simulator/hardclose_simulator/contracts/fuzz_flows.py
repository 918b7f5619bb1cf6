"""How the fuzzer's flows through links begin: on a target that remembers none before, and with what can succeed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from schemathesis.generation.stateful.state_machine import APIStateMachine, normalize_name

Machine = type[APIStateMachine]


def flows_of(schema: Any, *, begin: Callable[[], None] | None) -> None:
    """Has `schema` build its flows so that each calls `begin` first. In place: schemathesis offers no hook for it.

    Where the target remembers, a flow played again goes another way; the fuzzer takes that for chance, and gives up
    most of its flows without a word."""
    build = schema.build_state_machine

    def built(**sources: Any) -> Machine:
        machine = _rooted(build(**sources))
        return machine if begin is None else _begun(machine, begin)

    schema.build_state_machine = built


def _rooted(machine: Machine) -> Machine:
    """Without the beginnings that need a number in the path: invented, it is nobody's, and all that follows is lost."""
    labels: frozenset[str] = getattr(machine, "_root_labels", frozenset())
    invented = {label for label in labels if "{" in label}
    rules = {normalize_name(f"RANDOM -> {label}") for label in invented} & machine.root_rules
    if not rules or rules == machine.root_rules:
        return machine
    kept = {"root_rules": machine.root_rules - rules, "_root_labels": labels - invented}
    return type(machine.__name__, (machine,), {**dict.fromkeys(rules), **kept})


def _begun(machine: Machine, begin: Callable[[], None]) -> Machine:
    class Flow(machine):  # type: ignore[valid-type, misc]  # a class made from the description
        def __init__(self) -> None:
            begin()
            super().__init__()

    return Flow
