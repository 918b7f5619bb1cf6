"""O38 CREDS: credentials are handled like cash."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import Cred, Record
from hardclose_simulator.attempts import Attempt, Know
from hardclose_simulator.case import Case
from hardclose_simulator.verdict import Finding, Verdict

ID = "O38"
SHOWN = 8


def check(case: Case) -> Verdict:
    """O38: the replaced secret is let go of, tokens are kept for as long as they live, and secrets stand nowhere else.

    Four ways to break it: a secret shows up in an address, a body, a key or a reason; the former client secret is used
    after its overlap by more callers than are declared, each of whom learns of it once; more tokens are asked for than
    there are callers whose token has ended; a refresh token that is good once is used twice, though the first answer
    arrived."""
    creds = [(record, record.body) for record in case.records if isinstance(record.body, Cred)]
    logins = [one for one in case.attempts if one.op == "token"]
    findings = [*_leaked(case), *_retired(case, creds), *_stampedes(case, logins, creds), *_reused(case, logins, creds)]
    occasions = {(record.system, cred.what, cred.generation) for record, cred in creds if cred.state == "rotated"}
    renewed = len(logins) - len({(one.system, one.credential) for one in logins})
    return Verdict.of(ID, findings, evaluated=len(occasions) + max(0, renewed))


def _leaked(case: Case) -> Iterator[Finding]:
    for seq, kind, where in case.leaks[:SHOWN]:
        yield Finding(ID, None, f"{kind} stands in {where}", (seq,))


# --- the former secret -----------------------------------------------------------------------------------------


def _retired(case: Case, creds: Sequence[tuple[Record, Cred]]) -> Iterator[Finding]:
    """Per system and rotation: uses after the overlap beyond one for each declared caller, and each loss."""
    uses: dict[tuple[str, int], list[Record]] = {}
    for record, cred in creds:
        if cred.what == "client_secret" and cred.state == "used_retired":
            uses.setdefault((record.system, cred.generation), []).append(record)
    for (system, _), records in uses.items():
        since = records[0].wire_ns
        free = case.manifest.max_concurrency * (1 + sum(since <= loss for loss in case.losses))
        # Who was in doubt, or down, when it was refused could not learn of it.
        told = [one for one in records if not any(_unanswered(case, system, one))]
        if len(told) > free:
            yield Finding(
                ID,
                None,
                f"the {system} client secret was replaced, and the former one was used {len(told)} times after its "
                f"overlap; {free} callers may each learn of it once",
                tuple(one.seq for one in told[:SHOWN]),
                card_line="access.client_secret: client_secret_expires_at in token answers, POST /oauth/rotate",
            )


def _unanswered(case: Case, system: str, use: Record) -> Iterator[bool]:
    for attempt in case.attempts:
        if attempt.system == system and attempt.op == "token" and attempt.started_ns <= use.wire_ns <= attempt.ended_ns:
            yield attempt.delivered != "full"


# --- tokens ----------------------------------------------------------------------------------------------------


def _stampedes(case: Case, logins: Sequence[Attempt], creds: Sequence[tuple[Record, Cred]]) -> Iterator[Finding]:
    """More tokens granted within half a life than there are callers: they are not kept, or not shared.

    Whoever renews before the end does so after half a life at the earliest. What forces a caller to log in once more
    is granted once per caller each time: a loss of the process, a 401, a change of its credentials."""
    streams: dict[tuple[str, str], list[Attempt]] = {}
    for one in logins:
        if one.know is Know.OK:
            streams.setdefault((one.system, one.credential), []).append(one)
    for (system, credential), stream in streams.items():
        life_s = float(case.cards.get(system, {}).get("token_life_s", case.pace.token_life_s))
        forced = sorted(
            [
                *case.losses,
                *(one.ended_ns for one in case.attempts if one.system == system and one.status == 401),
                *(record.wire_ns for record, _ in creds if record.system == system),
            ]
        )
        times = [one.started_ns for one in stream]
        for first, start in enumerate(times):
            end = start + round(life_s / 2 * NS)
            granted = bisect_left(times, end) - first
            # What came before the first of them may still have callers log in now.
            reasons = bisect_right(forced, end) - bisect_left(forced, start - round(life_s / 2 * NS))
            if granted > case.manifest.max_concurrency * (1 + reasons):
                yield Finding(
                    ID,
                    None,
                    f"{credential} was granted {granted} tokens for the {system} system within {life_s / 2:g} s, "
                    f"though each lives for {life_s:g} s and {case.manifest.max_concurrency} callers are declared",
                    tuple(seq for one in stream[first : first + SHOWN] for seq in one.evidence),
                    card_line=f"token_life_s: {life_s:g}",
                )
                break


def _reused(case: Case, logins: Sequence[Attempt], creds: Sequence[tuple[Record, Cred]]) -> Iterator[Finding]:
    """Refresh tokens that came a second time, unless an answer that brought a new one may have been lost."""
    for record, cred in creds:
        if cred.what != "refresh_token" or cred.state != "reused":
            continue
        before = [
            one
            for one in logins
            if one.system == record.system and one.credential == cred.credential and one.started_ns < record.wire_ns
        ]
        if all(one.know is not Know.INFO for one in before) and not any(loss <= record.wire_ns for loss in case.losses):
            yield Finding(
                ID,
                None,
                f"{cred.credential} used a refresh token of the {record.system} system twice: it is good once, and all "
                f"tokens made of it are revoked",
                (record.seq,),
                card_line="access.refresh_tokens: single_use",
            )
            return
