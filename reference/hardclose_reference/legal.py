"""Legal variants: correct integrations that look guilty. None of them may ever be accused."""

from __future__ import annotations

from hardclose_reference.mutants import Mutant

_ALL = (
    Mutant("L01", "asks for open periods first and re-dates", "webhooks", "C1", "closing", ()),
    Mutant("L02", "parks what a closed period refuses", "webhooks", "C1", "closing", ()),
    Mutant("L03", "reverses what is edited at once, and posts it anew", "webhooks", "C1", "amended", ()),
    Mutant(
        "L18", "takes over what people put right by hand, and closes its exception", "polling", "C1", "human-mess", ()
    ),
    Mutant("L07", "sends every creation twice under one key", "webhooks", "C1", "lossy", ()),
    Mutant("L08", "takes 'already exists' for success", "webhooks", "C3", "lossy", ()),
    Mutant("L09", "reads every list a day back, every time", "polling", "C1", "paging", ()),
    Mutant("L10", "works on the newest document first", "webhooks", "C1", "lossy", ()),
    Mutant("L11", "acknowledges with 202 what is work, with 200 what is not", "webhooks", "C1", "restarts", ()),
    Mutant("L12", "eight callers, each waiting its own Retry-After", "webhooks", "C1", "throttled", ()),
    Mutant("L13", "works by night only, in one batch", "webhooks", "C1", "lossy", ()),
    Mutant("L14", "dies every few seconds and keeps what it stored", "webhooks", "C1", "lossy", ()),
    Mutant("L15", "leaves a failing system alone for a while", "webhooks", "C1", "brownout", ()),
    Mutant("L16", "reads twenty times per write", "webhooks", "C1", "lossy", ()),
    Mutant("L17", "tells the source submitted first, then posted", "webhooks", "C1", "unreturned", ()),
    Mutant("L51", "posts expense reports in batches and takes the results apart", "webhooks", "C4", "batches", ()),
)

LEGAL: dict[str, Mutant] = {variant.id: variant for variant in _ALL}
"""Cards like the mutants', with nothing to break."""
