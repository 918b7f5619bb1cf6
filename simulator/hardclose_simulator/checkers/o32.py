"""O32 BACKOFF: bounded, spread retries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from hardclose_mocks.clock import NS
from hardclose_simulator.attempts import Attempt
from hardclose_simulator.case import Case
from hardclose_simulator.implied_callers import CLOCK_NS
from hardclose_simulator.retrying import Retry, runs_of, stretches
from hardclose_simulator.verdict import Finding, Verdict

ID = "O32"
TRIES_MIN = 4
"""Fewer tries show no policy. One immediate retry is good practice."""
ALIKE_MIN = 7
"""Pauses that a spread at random would hardly make all alike: of draws from nothing to their highest, one in 700."""
GROWTH = 1.5
CAP = 150
"""Tries of one request within a day of the wire clock, none of them after a real pause."""
DAY_NS = 86_400 * NS
REFUSED_MIN = 20
"""So many failures in a row, over a minute, and the caller must see that the system is down."""
AMPLIFIED = 10
"""Hasty tries per request within five minutes."""
SPREAD = 0.1
SHOWN = 8


def check(case: Case) -> Verdict:
    """O32: retries are bounded, spaced and spread; failures do not multiply the load.

    Seconds are those of real vendors, where a caller waits a minute for an answer; at a faster pace they are as much
    shorter as the card's `client_timeout_s`. Only writing requests count: polling is not retrying. A pause that a
    Retry-After dictated is nobody's choice, and O30 judges it."""
    runs = list(runs_of(case))
    retries = [one for run in runs for one in run if one.chosen]
    long = [run for run in runs if sum(one.chosen for one in run) >= TRIES_MIN - 1]
    floods, down = _floods(case, retries)
    herds, groups = _herds(case, retries)
    findings = [*_loops(case, long), *floods, *_rushes(case), *herds]
    return Verdict.of(ID, findings, evaluated=len(long) + down + groups)


def _minute_ns(case: Case, system: str) -> float:
    """How long a caller waits for an answer: a minute at the pace of real vendors."""
    levels = case.cards.get(system, {}).get("service_levels", {})
    return float(levels.get("client_timeout_s", case.pace.client_timeout_s)) * NS


def _hasty(case: Case, retry: Retry) -> bool:
    """After less than thirty seconds."""
    return retry.chosen and retry.gap_ns < _minute_ns(case, retry.failed.system) / 2


# --- one request, again and again ------------------------------------------------------------------------------


def _loops(case: Case, runs: Iterable[list[Retry]]) -> Iterator[Finding]:
    """Requests that were repeated without ever standing back: at one and the same short pause, or beyond the cap."""
    looping = [run for run in runs if _never_stands_back(case, run)]
    by_system: dict[str, list[list[Retry]]] = {}
    for run in looping:
        by_system.setdefault(run[0].failed.system, []).append(run)
    for system, found in by_system.items():
        worst = max(found, key=len)
        chosen = [one for one in worst if one.chosen]
        pause_s = median(one.gap_ns for one in chosen) / NS
        over_s = (worst[-1].again.started_ns - worst[0].failed.ended_ns) / NS
        more = f"; so were {len(found) - 1} other requests" if len(found) > 1 else ""
        first = worst[0].failed
        yield Finding(
            ID,
            _fact_of(case, first),
            f"{first.op} for {first.subject} failed and was sent again {len(worst)} times within {over_s:.1f} s, "
            f"{pause_s:.2f} s after each failure, and never stood back{more}",
            _evidence([one.failed for one in worst[:SHOWN]] + [worst[-1].again]),
            card_line=_advice(case, system),
        )


def _never_stands_back(case: Case, run: Sequence[Retry]) -> bool:
    chosen = [one for one in run if one.chosen]
    if not all(_hasty(case, one) for one in chosen):
        return False
    # What is shorter than a tick is no pause at all.
    pauses = [max(one.gap_ns, CLOCK_NS) for one in chosen]
    alike = len(pauses) >= ALIKE_MIN and max(pauses) < GROWTH * min(pauses)
    return alike or any(
        chosen[place + CAP - 1].again.started_ns - chosen[place].failed.started_ns <= DAY_NS
        for place in range(len(chosen) - CAP + 1)
    )


# --- a system that is down -------------------------------------------------------------------------------------


def _floods(case: Case, retries: Sequence[Retry]) -> tuple[list[Finding], int]:
    """Systems that were asked too often while they were seen to be down; and how many were down for so long."""
    hasty = {one.again.seq: one for one in retries if _hasty(case, one)}
    findings: list[Finding] = []
    down = 0
    for system in dict.fromkeys(one.system for one in case.attempts):
        minute_ns = _minute_ns(case, system)
        for row in stretches(one for one in case.attempts if one.system == system and one.writes):
            since = max(row[0].started_ns + minute_ns, row[REFUSED_MIN - 1].started_ns) if _down(row, minute_ns) else 0
            if not since:
                continue
            down += 1
            late = [hasty[one.seq] for one in row if one.started_ns >= since and one.seq in hasty]
            if (worst := _densest(late, round(5 * minute_ns))) is not None:
                findings.append(_flood(case, system, worst))
                break
    return findings, down


def _down(row: Sequence[Attempt], minute_ns: float) -> bool:
    return len(row) >= REFUSED_MIN and row[-1].started_ns - row[0].started_ns >= minute_ns


def _densest(retries: Sequence[Retry], window_ns: int) -> list[Retry] | None:
    """The first five minutes with more than ten hasty tries for each request that was tried in them."""
    first, ops = 0, Counter[str]()
    for last, retry in enumerate(retries):
        ops[retry.op] += 1
        while retries[first].again.started_ns < retry.again.started_ns - window_ns:
            ops[retries[first].op] -= 1
            first += 1
        if last - first + 1 > AMPLIFIED * sum(count > 0 for count in ops.values()):
            return list(retries[first : last + 1])
    return None


def _flood(case: Case, system: str, worst: Sequence[Retry]) -> Finding:
    over_s = (worst[-1].again.started_ns - worst[0].again.started_ns) / NS
    requests = len({one.op for one in worst})
    times = f"{requests} requests were sent to it {len(worst)} times"
    return Finding(
        ID,
        None,
        f"the {system} system was down, and {times} within {over_s:.1f} s",
        _evidence(one.again for one in worst[:SHOWN]),
        card_line=_advice(case, system),
    )


# --- after the faults ------------------------------------------------------------------------------------------


def _rushes(case: Case) -> Iterator[Finding]:
    """More requests within a second, once all is well again, than the declared callers can start one after another."""
    heal = next((phase.wire_ns for phase in case.phases if phase.name == "heal"), None)
    if heal is None:
        return
    streams: dict[tuple[str, str], list[Attempt]] = {}
    for attempt in case.attempts:
        if attempt.started_ns >= heal:
            streams.setdefault((attempt.system, attempt.credential), []).append(attempt)
    for (system, credential), stream in streams.items():
        fastest = min((one.ended_ns - one.started_ns for one in stream), default=0)
        if fastest <= 0 or any(one.delivered != "full" for one in stream):
            continue
        most = case.manifest.max_concurrency * (1 + NS / fastest)
        ordered = sorted(stream, key=lambda one: one.started_ns)
        first = 0
        for last, attempt in enumerate(ordered):
            while ordered[first].started_ns <= attempt.started_ns - NS:
                first += 1
            if last - first + 1 > most:
                says = f"{credential} started {last - first + 1} requests within a second after all was well again; "
                says += f"{case.manifest.max_concurrency} callers can start {most:.0f}"
                yield Finding(
                    ID, None, says, _evidence(ordered[first : first + SHOWN]), card_line=_advice(case, system)
                )
                break


# --- many at once ----------------------------------------------------------------------------------------------


def _herds(case: Case, retries: Sequence[Retry]) -> tuple[list[Finding], int]:
    """Requests that failed within one second and came back as one; and how many such groups there were.

    Who works in batches comes back with all of a batch."""
    findings: list[Finding] = []
    groups = 0
    if case.manifest.batch_interval_s:
        return findings, groups
    for system in dict.fromkeys(one.failed.system for one in retries):
        waiting = [one for one in retries if one.failed.system == system and one.gap_ns >= CLOCK_NS]
        waiting.sort(key=lambda one: one.failed.ended_ns)
        last = 0
        for first, retry in enumerate(waiting):
            while last < len(waiting) and waiting[last].failed.ended_ns <= retry.failed.ended_ns + NS:
                last += 1
            herd = waiting[first:last]
            if len({one.op for one in herd}) < REFUSED_MIN:
                continue
            groups += 1
            starts = [one.again.started_ns for one in herd]
            pause = median(one.gap_ns for one in herd)
            if max(starts) - min(starts) < SPREAD * pause:
                findings.append(_herd(case, system, herd, pause))
                break
    return findings, groups


def _herd(case: Case, system: str, herd: Sequence[Retry], pause_ns: float) -> Finding:
    starts = [one.again.started_ns for one in herd]
    return Finding(
        ID,
        None,
        f"{len(herd)} requests to the {system} system failed within a second and came back together after "
        f"{pause_ns / NS:.2f} s, within {(max(starts) - min(starts)) / NS:.3f} s",
        _evidence([one.failed for one in herd[:SHOWN]] + [one.again for one in herd[:SHOWN]]),
        card_line=_advice(case, system),
    )


# --- words -----------------------------------------------------------------------------------------------------


def _advice(case: Case, system: str) -> str:
    return f"service_levels.client_timeout_s: {_minute_ns(case, system) / NS:g}"


def _fact_of(case: Case, attempt: Attempt) -> str | None:
    return next((fact for fact, tries in case.attempts_by_fact.items() if any(one is attempt for one in tries)), None)


def _evidence(attempts: Iterable[Attempt]) -> tuple[int, ...]:
    return tuple(sorted({seq for one in attempts for seq in one.evidence}))
