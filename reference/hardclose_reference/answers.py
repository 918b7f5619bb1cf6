"""The ways a call can end: a yes, a no, not yet, or nobody knows. Pure; knows no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

PROBLEM_MEMBERS = ("type", "title", "status")
NOT_NOW = ("key-in-progress", "locked", "record-changed", "insufficient-scope")
"""Slugs of refusals that are none: the same request may be carried out a little later."""

OWN_ERRORS = ("server-error", "unavailable")
"""Slugs of what a system itself says when it breaks, and no gateway in front of it."""


class InDoubt(Exception):
    """The call may have been carried out or not: no answer, or one that does not say."""


class NothingDone(InDoubt):
    """The system's own error before it did anything. Its key may stand for that for ever: then it is of no use."""


class Refused(Exception):
    """A definite no. `slug` is the last part of the problem's type, `problem` the whole of it."""

    def __init__(self, status: int, slug: str, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("detail") or slug))
        self.status, self.slug, self.problem = status, slug, problem


class Accepted(Exception):
    """Not carried out yet: the system's own job at `path` will tell how it ended."""

    def __init__(self, path: str) -> None:
        super().__init__(f"accepted as {path}")
        self.path = path


def understood(
    said: str, answer: httpx2.Response, says: Sequence[str] = (), *, by_status: bool = False
) -> dict[str, Any]:
    """The content of a yes, which must have the members `says`. Raises Refused for a definite no, Accepted for a later
    one, and InDoubt for whatever says neither: a success nobody can read is none. `said` is the call, in words.

    `by_status` believes every success, whatever its body says; what is missing is filled with a word."""
    if answer.status_code == 202 and answer.headers.get("location"):
        raise Accepted(str(answer.headers["location"]))
    try:
        content = answer.json() if answer.content else {}
    except ValueError as wrong:
        raise InDoubt(f"{said}: {answer.status_code} with a body that is no JSON") from wrong
    if not isinstance(content, dict):
        raise InDoubt(f"{said}: {answer.status_code} with a body that is no object")
    if by_status and answer.is_success:
        return {**dict.fromkeys(says, "unknown"), **content}
    if answer.is_success and not _is_problem(content):
        if missing := [name for name in says if name not in content]:
            raise InDoubt(f"{said}: {answer.status_code} without {', '.join(missing)}")
        return content
    # Some systems say 200 and mean what the body says.
    status = int(content["status"]) if answer.is_success else answer.status_code
    no = refusal(status, content)
    if status in (500, 503) and no.slug in OWN_ERRORS:
        raise NothingDone(f"{said}: {status} {no.slug}")
    if status >= 500 or status in (408, 425) or no.slug in NOT_NOW:
        raise InDoubt(f"{said}: {status} {no.slug}")
    raise no


def refusal(status: int, problem: Mapping[str, Any]) -> Refused:
    return Refused(status, str(problem.get("type", "")).rsplit("/", 1)[-1], problem)


def _is_problem(content: Mapping[str, Any]) -> bool:
    status = content.get("status")
    return all(name in content for name in PROBLEM_MEMBERS) and isinstance(status, int) and status >= 400
