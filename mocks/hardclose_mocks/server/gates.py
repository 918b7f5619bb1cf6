"""What keeps a call from a system before any business: size, login, limits, locks, unreadable bodies, used-up keys."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hardclose_mocks.clock import NS
from hardclose_mocks.desk import KEY, Answer
from hardclose_mocks.faults.wire import Blow
from hardclose_mocks.history.records import Exchange, Hit
from hardclose_mocks.server.calls import Call, bytes_max, fingerprint
from hardclose_mocks.server.credentials import INTEGRATION
from hardclose_mocks.server.telling import HOLDER

if TYPE_CHECKING:
    from hardclose_mocks.server.sandbox import Sandbox, System

Gate = tuple[Answer, float | None, Hit | None]
"""The answer, the wait it tells, and the fault that shut the gate."""
BEFORE_QUOTA = frozenset(
    {"too_large", "unauthorized", "insufficient_scope", "rate_limited", "concurrency_limited", "quota_exhausted"}
)
"""What turns a call away before a day's quota counts it, or because of that quota."""


class Gates:
    """One system's. Limits hold for the integration only, and until the run heals."""

    def __init__(self, sandbox: Sandbox, system: System) -> None:
        self._sandbox, self._system = sandbox, system
        self._under_way: Counter[str] = Counter()
        self._today: Counter[tuple[str, datetime]] = Counter()
        self._locks: dict[str, tuple[int, Hit]] = {}

    def turned_away(self, call: Call) -> Gate | None:
        """None lets it pass."""
        say = self._system.dialect.protocol_answer
        if len(call.body) > (most := bytes_max(call.operation)):
            return say("too_large", f"at most {most} bytes", {}), None, None
        if call.operation.public:
            return None
        if call.credential == "anonymous":
            return say("unauthorized", "no valid bearer token; ask the token endpoint for one", {}), None, None
        if call.judged and call.operation.writes and self._system.name in self._sandbox.vault.scopes_gone:
            says = "the right to write has been taken from this client for now"
            return say("insufficient_scope", says, {}), None, None
        if call.judged and self._sandbox.limits_on and (limited := self._limited(call)) is not None:
            return limited
        if call.unreadable is not None:
            return say("malformed", f"the body is not JSON: {call.unreadable}", {}), None, None
        if call.key is not None and (trouble := self._key_trouble(call, call.key)) is not None:
            return trouble, None, None
        return self._locked(call)

    def fold(self, body: Exchange, actor: str) -> None:
        """A call of before a restart: it counts against its day's quota still."""
        if actor != INTEGRATION or not self._system.card.habits.calls_per_day or not self._sandbox.limits_on:
            return
        operation, _ = self._system.dialect.operation(self._system.name, body.method, body.path)
        if not operation.public and body.refusal not in BEFORE_QUOTA:
            self._today[body.credential, _day(self._sandbox.business.at(body.started_ns))] += 1

    def enter(self, call: Call) -> None:
        if call.judged:
            self._under_way[call.credential] += 1

    def leave(self, call: Call) -> None:
        if call.judged:
            self._under_way[call.credential] -= 1

    def lock(self, call: Call, blow: Blow) -> None:
        """Somebody holds the document for a while; writes about it find it locked."""
        if blow.lasts_s:
            self._locks[call.subject] = call.started_ns + round(blow.lasts_s * NS), blow.hit

    # --- limits -------------------------------------------------------------------------------------------------

    def _limited(self, call: Call) -> Gate | None:
        habits, say = self._system.card.habits, self._system.dialect.protocol_answer
        if self._system.limiter is not None:
            wait = self._system.limiter.admit(call.credential, call.started_ns)
            if wait is not None:
                return *self._rate_limited(wait), None
        if habits.concurrent and self._under_way[call.credential] >= habits.concurrent:
            says = f"at most {habits.concurrent} calls of one client at a time"
            return say("concurrency_limited", says, {}), None, Hit("F11", "before_commit", f"F11.{self._system.name}")
        return self._beyond_quota(call) if habits.calls_per_day else None

    def _rate_limited(self, wait: float) -> tuple[Answer, float | None]:
        limiter = self._system.limiter
        assert limiter is not None
        answer = self._system.dialect.protocol_answer("rate_limited", f"too many requests; wait {wait:.0f} s", {})
        limit = limiter.limit
        headers = [
            ("ratelimit-policy", f'"default";q={limit.burst};w={max(1, round(limit.burst / limit.rate_per_s))}'),
            ("ratelimit", f'"default";r=0;t={wait:.0f}'),
        ]
        if limit.wait != "absent":
            headers.append(("retry-after", self._sandbox.retry_after(wait, limit.wait)))
        told = None if limit.wait == "absent" else wait
        return Answer(answer.status, (*answer.headers, *headers), answer.body), told

    def _beyond_quota(self, call: Call) -> Gate | None:
        """Calls beyond a business day's quota wait for the next day, in whole wire seconds, rounded up."""
        quota, clock = self._system.card.habits.calls_per_day, self._sandbox.business
        now = clock.at(call.started_ns)
        day = _day(now)
        if self._today[call.credential, day] < quota:
            self._today[call.credential, day] += 1
            return None
        left = (day + timedelta(days=1) - now).total_seconds()
        # With business time at rest tomorrow never comes: then as long as this system lets anybody wait.
        wait = float(-(-left // clock.rate)) if clock.rate > 0 else self._sandbox.pace.retry_after_s[1]
        says = f"{quota} calls of this business day are used up; wait {wait:.0f} s"
        answer = self._system.dialect.protocol_answer("quota_exhausted", says, {})
        told = (*answer.headers, ("retry-after", f"{wait:.0f}"))
        hit = Hit("F12", "before_commit", f"F12.{self._system.name}")
        return Answer(answer.status, told, answer.body), wait, hit

    # --- locks and keys -----------------------------------------------------------------------------------------

    def _locked(self, call: Call) -> Gate | None:
        if not self._locks or not call.judged or not call.operation.writes:
            return None
        until_ns, hit = self._locks.get(call.subject, (0, None))
        if hit is None or call.started_ns >= until_ns or not self._sandbox.faults_on:
            return None
        says = "somebody else is working on this document; nothing was done"
        answer = self._system.dialect.protocol_answer("locked", says, {"holder": HOLDER})
        return answer, None, hit

    def _key_trouble(self, call: Call, key: str) -> Answer | None:
        say, terms = self._system.dialect.protocol_answer, self._system.card.terms_of(call.operation.name)
        if not re.fullmatch(KEY, key):
            return say("malformed", "an Idempotency-Key is 1 to 255 visible ASCII characters", {})
        entry = self._sandbox.keys.find(self._system.name, call.credential, key, call.started_ns)
        if entry is None:
            return None
        if entry.fingerprint != fingerprint(call) and terms.other_body == "refused":
            return say("key_reused", "this Idempotency-Key came with another request before", {})
        if entry.answer is None:
            return say("key_in_progress", "the first request with this Idempotency-Key is still running", {})
        return None


def _day(moment: datetime) -> datetime:
    """Its midnight, UTC."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
