"""Whose fields are whose, by the card, and who set a field last. Judges nothing."""

from __future__ import annotations

from collections.abc import Sequence

from hardclose_simulator.case import Case
from hardclose_simulator.followed import revisions_of, sources_of
from hardclose_simulator.master_writes import MasterWrite, Name

SUPPLIER_CARD = "ownership.supplier: blocked, payment_blocked and reconciliation_account are the ERP's"


def owned_there(case: Case, name: Name) -> tuple[str, ...]:
    """Fields of that record that the system's own people have the say about."""
    system, kind, _ = name
    owners = case.cards.get(system, {}).get("ownership", {}).get(kind, {})
    return tuple(owners.get(system, ()))


def set_by_others(writes: Sequence[MasterWrite], place: int, field: str) -> MasterWrite | None:
    """The latest change of a field before `writes[place]`, if it was not the integration's."""
    last = next((one for one in reversed(writes[:place]) if one.changed(field)), None)
    return last if last is not None and not last.by_integration else None


def asked_for(case: Case, write: MasterWrite, field: str) -> bool:
    """Whether the source has a say after all: a block that it asks for is carried over, and lifted again; one that
    the ERP's people have set is not."""
    if field != "blocked" or write.before is None:
        return False
    if not write.after.blocked:
        return bool(write.before.blocked_by != "erp")
    sources = sources_of(case, write.name)
    return not sources or any(
        one.document.blocked and one.seq < write.when.seq
        for source in sources
        for one in revisions_of(case, write.name, source)
    )
