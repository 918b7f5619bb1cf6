"""Checks for what a generic fuzzer cannot know: keys, versions, traces of a crash, and refusals that change nothing.

Each holds a target only to what its own description declares."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import requests
import schemathesis
from schemathesis.checks import CheckContext
from schemathesis.core.transport import Response
from schemathesis.generation.case import Case

from hardclose_simulator.contracts.fuzz_brief import Brief

AnyCase = Case[Any]
TIMEOUT_S = 10
TRACES = re.compile(
    r"Traceback \(most recent call last\)|^\s+at [\w.$<>/]+\([\w]+\.(?:java|kt|scala):\d+\)|"
    r"^\s+at .+ \(?(?:file://)?/[^\s:]+\.(?:js|ts|mjs|cjs):\d+:\d+\)?|goroutine \d+ \[running\]:|"
    r"^\s+at [\w.]+\(.*\) in .+\.cs:line \d+|^\S+\.rb:\d+:in [`']",
    re.MULTILINE,
)
"""How Python, the JVM, Node, Go, .NET and Ruby print where they crashed."""
SAFE = ("GET", "HEAD", "OPTIONS")


def register(brief: Brief) -> None:
    """All that this target can be held to."""
    for check in (no_trace_of_a_crash, same_key_same_answer, stale_version_is_refused, known_version_is_not_sent_again):
        schemathesis.check(check)
    if brief.tally:
        Tally.path = brief.tally
        schemathesis.check(Tally)
    if brief.books is not None:
        RefusalChangesNothing.address = brief.books
        RefusalChangesNothing.before = _digest(brief.books)
        schemathesis.check(RefusalChangesNothing)


def no_trace_of_a_crash(_: CheckContext, response: Response, case: AnyCase) -> None:
    """No answer shows where in the target's code something broke."""
    # An answer may be a file, which is no text in any encoding.
    found = TRACES.search(response.content.decode("utf-8", "replace")) if response.content else None
    assert found is None, (
        f"{case.operation.label} answered {response.status_code} with a stack trace: {found.group(0)!r}"
    )


def same_key_same_answer(_: CheckContext, response: Response, case: AnyCase) -> None:
    """A success under an Idempotency-Key, asked for again with the same key, is told again and not done again."""
    if not _asks(case, "Idempotency-Key") or not _succeeded(response) or not _sent(response, "Idempotency-Key"):
        return
    again = _again(response)
    key = _sent(response, "Idempotency-Key")
    assert again.status_code == response.status_code, (
        f"the same Idempotency-Key {key!r} was answered {response.status_code}, then {again.status_code}"
    )
    assert _body(again) == _body(response), (
        f"the same Idempotency-Key {key!r} got two different answers: {_short(response)} then {_short(again)}"
    )


def stale_version_is_refused(_: CheckContext, response: Response, case: AnyCase) -> None:
    """What was changed under If-Match cannot be changed again under the ETag from before."""
    asked, told = _sent(response, "If-Match"), _told(response, "ETag")
    if not _asks(case, "If-Match") or not _succeeded(response) or not asked or asked == "*":
        return
    if told is None or _strong(told) == _strong(asked):
        return  # nothing has changed
    again = _again(response, drop=("Idempotency-Key",))
    assert again.status_code >= 400, (
        f"If-Match {asked} was answered {again.status_code} although the ETag is {told} by now"
    )


def known_version_is_not_sent_again(_: CheckContext, response: Response, case: AnyCase) -> None:
    """GET with If-None-Match and the ETag just told: 304, and no body."""
    told = _told(response, "ETag")
    if case.method != "GET" or not _asks(case, "If-None-Match") or response.status_code != 200 or told is None:
        return
    again = _again(response, add={"If-None-Match": told})
    assert again.status_code == 304, f"If-None-Match {told} was answered {again.status_code}, not 304"
    assert not again.content, "a 304 has no body"


def after_reset() -> None:
    """The books are new: what they were says nothing any more."""
    RefusalChangesNothing.before = None


class RefusalChangesNothing:
    """Whoever is refused, or only reads, leaves the books as they were. Needs a control plane that tells a digest."""

    address = ""
    before: str | None = None
    """The digest after the last request; None where others may have had a hand in the books since."""

    def after_response(self, _: CheckContext, response: Response, case: AnyCase) -> None:
        now = _digest(self.address)
        before, RefusalChangesNothing.before = self.before, now
        if before is None or (_succeeded(response) and case.method not in SAFE):
            return
        assert now == before, f"{case.operation.label} was answered {response.status_code}, and the books changed"


@cache
def _session() -> requests.Session:
    return requests.Session()


def _digest(address: str) -> str:
    answer = _session().get(address, timeout=TIMEOUT_S)
    answer.raise_for_status()
    return str(answer.json()["digest"])


class Tally:
    """No check: counts what each operation was answered. What was never carried out was hardly tried."""

    path = ""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}

    def after_response(self, _: CheckContext, response: Response, case: AnyCase) -> None:
        self._counts.setdefault(case.operation.label, Counter())[str(response.status_code)] += 1

    def after_run(self, _: CheckContext) -> None:
        Path(self.path).write_text(json.dumps(self._counts), encoding="utf-8")


# --- requests and answers --------------------------------------------------------------------------------------


def _asks(case: AnyCase, header: str) -> bool:
    """Whether the description of the operation declares this header."""
    return any(one.name.lower() == header.lower() for one in case.operation.headers)


def _succeeded(response: Response) -> bool:
    return 200 <= int(response.status_code) < 300


def _sent(response: Response, header: str) -> str:
    value = response.request.headers.get(header) or ""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _told(response: Response, header: str) -> str | None:
    values = response.headers.get(header.lower())
    return values[0] if values else None


def _strong(etag: str) -> str:
    return etag.removeprefix("W/")


def _again(
    response: Response, *, drop: tuple[str, ...] = (), add: Mapping[str, str] | None = None
) -> requests.Response:
    """The very request once more, bytes and credentials included."""
    request = response.request.copy()
    for name in drop:
        request.headers.pop(name, None)
    request.headers.update(add or {})
    with requests.Session() as session:
        return session.send(request, timeout=TIMEOUT_S, verify=response.verify, allow_redirects=False)


def _body(response: Response | requests.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return response.content


def _short(response: Response | requests.Response) -> str:
    return repr(response.text[:200])
