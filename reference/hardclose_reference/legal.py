"""Legal variants: correct integrations that look guilty. None of them may ever be accused."""

from __future__ import annotations

from hardclose_reference.mutants import Mutant

_ALL = (
    Mutant("L01", "asks for open periods first and re-dates", "webhooks", "C1", "closing", ()),
    Mutant("L02", "parks what a closed period refuses", "webhooks", "C1", "closing", ()),
    Mutant("L07", "sends every creation twice under one key", "webhooks", "C1", "lossy", ()),
    Mutant("L08", "takes 'already exists' for success", "webhooks", "C3", "lossy", ()),
    Mutant("L12", "eight callers, each waiting its own Retry-After", "webhooks", "C1", "throttled", ()),
)

LEGAL: dict[str, Mutant] = {variant.id: variant for variant in _ALL}
"""Cards like the mutants', with nothing to break."""
