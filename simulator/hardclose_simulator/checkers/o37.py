"""O37 CONTINUITY: subscriptions and cursors have no holes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import Subscribed, SutProcess
from hardclose_simulator.case import WRITE_BACKS, Case
from hardclose_simulator.implied_callers import wait_over_ns
from hardclose_simulator.verdict import Finding, Verdict

ID = "O37"
HOUR_S = 3600.0
"""Business seconds without a subscription that nobody has to notice."""
LIVE = ("created", "renewed")
DOWN = ("exited", "killed", "paused")


@dataclass(frozen=True, slots=True)
class _Gap:
    """A source system sent nothing to the integration from `since` to `until`; `seq` is how that began."""

    system: str
    seq: int
    since: int
    until: int
    how: str


def check(case: Case) -> Verdict:
    """O37: whoever lives on webhooks renews what expires, and looks himself while nothing comes.

    Judged is the early signal: a subscription to a source system ended by a rule that is on its card, and for longer
    than an hour of business time, or two polls, nobody subscribed anew or even tried to read the lists. What is lost
    that way, or at a cursor's edge, is O09's business. Who only polls needs no subscription."""
    if case.manifest.mode == "poll" or not case.subscribed:
        return Verdict.of(ID, (), evaluated=0, note="no webhooks are taken")
    gaps = list(_gaps(case))
    findings = [finding for gap in gaps if (finding := _unwatched(case, gap)) is not None]
    return Verdict.of(ID, findings, evaluated=len(gaps) + _renewals(case))


def _renewals(case: Case) -> int:
    """How often a subscription to a source system was renewed that would have ended otherwise."""
    systems = {fact.system for fact in case.facts}
    return sum(
        isinstance(record.body, Subscribed) and record.body.state == "renewed" and record.system in systems
        for record in case.records
        if _on_the_card(case, record.system, "expired")
    )


def _gaps(case: Case) -> Iterator[_Gap]:
    end = case.audit.wire_ns if case.audit is not None else case.records[-1].wire_ns
    for system in dict.fromkeys(fact.system for fact in case.facts):
        live: set[str] = set()
        ended: tuple[int, int, str] | None = None
        for record in case.records:
            body = record.body
            if not isinstance(body, Subscribed) or record.system != system:
                continue
            if body.state in LIVE:
                if ended is not None:
                    yield _Gap(system, ended[0], ended[1], record.wire_ns, ended[2])
                live.add(body.id)
                ended = None
            elif body.id in live:
                live.discard(body.id)
                if not live and body.state != "deleted" and _on_the_card(case, system, body.state):
                    ended = record.seq, record.wire_ns, body.state
        if ended is not None and ended[1] < end:
            yield _Gap(system, ended[0], ended[1], end, ended[2])


def _on_the_card(case: Case, system: str, how: str) -> bool:
    """Whether the integration could know that a subscription ends like that."""
    terms = case.cards.get(system, {}).get("webhooks", {}).get("subscription", {})
    return bool(terms.get("life_s")) if how == "expired" else bool(terms.get("disabled_after"))


def _unwatched(case: Case, gap: _Gap) -> Finding | None:
    """The finding of a gap in which nobody looked for too long."""
    grace_ns = round(max(2 * case.manifest.poll_interval_s, HOUR_S / case.pace.business_rate) * NS)
    seen_until = gap.since
    for since, until in [*sorted(_looks(case, gap)), (gap.until, gap.until)]:
        if since - seen_until > grace_ns:
            return Finding(
                ID,
                None,
                f"the subscription to the {gap.system} system was {gap.how}, and for {(since - seen_until) / NS:.1f} s "
                f"nobody subscribed anew or read its lists; {grace_ns / NS:.1f} s are granted",
                (gap.seq,),
                card_line=f"webhooks.subscription of {gap.system}: life_s, disabled_after, renew",
            )
        seen_until = max(seen_until, until)
    return None


def _looks(case: Case, gap: _Gap) -> Iterator[tuple[int, int]]:
    """When the integration looked or was kept from it: tries of a list, waits it was told, our hand on its process."""
    # A look that failed is a look: what a broken system does not show is not the integration's fault.
    lists = {op.partition(".")[0] + ".list" for op in WRITE_BACKS.values()}
    looks = [
        (one.started_ns, wait_over_ns(one))
        for one in case.attempts
        if one.system == gap.system and (one.wait_s or one.op in lists or one.op.startswith("subscription."))
    ]
    down: int | None = None
    for record in case.records:
        if isinstance(record.body, SutProcess):
            looks.append((record.wire_ns if down is None else down, record.wire_ns))
            down = record.wire_ns if record.body.state in DOWN else None
    if down is not None:
        looks.append((down, gap.until))
    return ((since, min(until, gap.until)) for since, until in looks if since < gap.until and until > gap.since)
