"""What the vendor's own people do at a moment of the plan: replay, disable, replace a secret, take a scope away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardclose_mocks.clock import NS
from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.codec import plain
from hardclose_mocks.history.records import Cred, FaultRule

if TYPE_CHECKING:
    from hardclose_mocks.server.sandbox import Sandbox


def carry_out(sandbox: Sandbox, rule: Rule) -> None:
    """Begin it; asserts that the rule is one of the vendor's."""
    assert rule.carrier == "vendor", f"{rule.id} is carried by {rule.carrier}"
    system = rule.system
    seq = sandbox.note(system, FaultRule(rule.id, rule.fault, "struck", plain(rule)))
    match rule.fault:
        case "F33":
            sandbox.dispatcher.replay(rule, seq, sandbox.wire.ns())
        case "F34":
            sandbox.subscriptions.disable(system, f"{rule.id}: by the sender")
        case _:
            _credential_event(sandbox, rule)
    sandbox.history.soon()


def restore_scope(sandbox: Sandbox, system: str) -> None:
    """Nothing where it is not gone."""
    if system in sandbox.vault.scopes_gone:
        client = sandbox.setup.credentials.client_id(system)
        sandbox.admission.note(system, Cred(client, "scope", "restored"))
        sandbox.history.soon()


def _credential_event(sandbox: Sandbox, rule: Rule) -> None:
    system, what = rule.system, rule.word("what")
    client = sandbox.setup.credentials.client_id(system)
    if what == "scope":
        sandbox.admission.note(system, Cred(client, "scope", "revoked"))
        return
    until = sandbox.wire.ns() + round(rule.number("overlap_s") * NS)
    generation = sandbox.vault.secret(system, what).generation + 1
    sandbox.admission.note(system, Cred(client, what, "rotated", generation, until, note=rule.id))
