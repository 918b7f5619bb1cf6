"""The rows of a batch, each as an attempt of its own: what was asked for it, and what was told of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from hardclose_mocks.history.records import Exchange
from hardclose_simulator.attempts import Attempt, Know

BATCHES = {"expense_posting.batch": "expense_posting.create"}
"""Batch operations, and what each of their rows asks for."""


def row_attempts(attempt: Attempt, body: Exchange, answer: Any) -> Iterator[Attempt]:
    """In the order of the request. `answer` is what the batch was answered with, by itself or by its job.

    A row that is missing from results that arrived was refused: so says the card."""
    results = _results(answer)
    for place, row in enumerate(_rows(body)):
        told = results.get(place)
        know, made, refusal = attempt.know, None, None
        if told is not None and told.get("status") == 201:
            made = str((told.get("document") or {}).get("number"))
        elif know is Know.OK:
            know, refusal = Know.FAIL, _name(told)
        elif told is not None:
            refusal = None  # it was refused, and nobody was told
        own = [one for one in attempt.carried if one.arguments.get("reference") == row.get("reference")]
        yield replace(
            attempt,
            op=BATCHES[attempt.op],
            subject=str(row.get("reference", "")),
            know=know,
            made=made,
            refusal=refusal,
            same=f"{attempt.op}|{row.get('reference')}",
            carried=tuple(own),
        )


def _rows(body: Exchange) -> list[Mapping[str, Any]]:
    rows = body.body.get("rows") if isinstance(body.body, Mapping) else None
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, (list, tuple)) else []


def _results(answer: Any) -> dict[int, Mapping[str, Any]]:
    results = answer.get("results") if isinstance(answer, Mapping) else None
    return {int(one["row"]): one for one in results} if isinstance(results, (list, tuple)) else {}


def _name(told: Mapping[str, Any] | None) -> str | None:
    """The refusal's class name, of its problem's slug: `period-closed` is PeriodClosed."""
    problem = (told or {}).get("problem") or {}
    slug = str(problem.get("type", "")).rsplit("/", 1)[-1]
    return "".join(word.capitalize() for word in slug.split("-")) or None
