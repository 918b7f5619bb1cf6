"""The judge is judged: stored histories are changed by hand, and its verdict follows the change and nothing else."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from functools import cache
from typing import Any

import pytest

from hardclose_mocks.history.records import Exchange, Fact, JobEnded, Record, Run, Told
from hardclose_simulator.attempts import INTEGRATION
from hardclose_simulator.case import CREATES
from hardclose_simulator.judge import judge
from hardclose_simulator.prove.campaign import failed_of
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import load
from hardclose_simulator.verdict import RunVerdict

from .checkers.recorder import rehashed

STORIES = [("smoke", "webhooks", None), ("lossy", "polling", None), ("lossy", "webhooks", "P01")]
DELAY_NS = 7_200_000_000_000
CREATIONS = frozenset(CREATES.values())


@cache
def played(scenario: str, style: str, variant: str | None) -> tuple[Record, ...]:
    return tuple(play_virtually(from_scenario(load(scenario), 1, "T1"), style, variant))


def said(verdict: RunVerdict) -> list[tuple[Any, ...]]:
    """All of a verdict that does not speak of places in the history."""
    return [
        (one.obligation, one.status, one.evaluated, sorted((found.fact or "", found.says) for found in one.findings))
        for one in verdict.verdicts
    ]


@pytest.mark.parametrize("story", STORIES)
def test_the_order_of_what_happened_at_one_time_in_two_systems_does_not_matter(
    story: tuple[str, str, str | None],
) -> None:
    records = list(played(*story))
    rng = random.Random(f"permute/{story}")
    swapped = 0
    for place in range(len(records) - 1):
        one, other = records[place], records[place + 1]
        if independent(one, other) and rng.random() < 0.5:
            records[place], records[place + 1] = other, one
            swapped += 1
    assert swapped >= 5, "nothing was permuted"
    assert said(judge(rehashed(records))) == said(judge(played(*story)))


def independent(one: Record, other: Record) -> bool:
    """At the same instant, in two business systems, neither telling how the other ended."""
    here = one.wire_ns == other.wire_ns and one.business == other.business
    apart = one.system != other.system and "sandbox" not in (one.system, other.system)
    plain = not any(isinstance(record.body, Told | JobEnded | Run | Fact) for record in (one, other))
    return here and apart and plain


@pytest.mark.parametrize("story", STORIES)
def test_everything_some_hours_later_is_the_same(story: tuple[str, str, str | None]) -> None:
    assert said(judge(rehashed([later(record) for record in played(*story)]))) == said(judge(played(*story)))


def later(record: Record) -> Record:
    moved = {
        field.name: value + DELAY_NS
        for field in fields(record.body)
        if field.name.endswith("_ns") and isinstance(value := getattr(record.body, field.name), int)
    }
    return replace(record, wire_ns=record.wire_ns + DELAY_NS, body=replace(record.body, **moved))


def effects(records: Sequence[Record]) -> Iterator[Record]:
    """Exchanges in which the integration made a document."""
    for record in records:
        body = record.body
        made = isinstance(body, Exchange) and body.op in CREATIONS and record.actor == INTEGRATION
        if made and any(one.refusal is None for one in body.carried):  # type: ignore[union-attr]
            yield record


@pytest.mark.parametrize("story", STORIES[:2])
def test_a_document_taken_out_of_the_history_is_missed(story: tuple[str, str, str | None]) -> None:
    """Whatever else the judge makes of books that do not add up any more, it does not overlook the loss."""
    records = played(*story)
    for gone in list(effects(records))[::6]:
        left = [
            record
            for record in records
            if record.seq != gone.seq and not (isinstance(record.body, Told) and record.body.exchange == gone.seq)
        ]
        verdict = judge(rehashed(left))
        assert {"O09", "O10", "O11"} & set(failed_of(verdict)), gone.body
        assert verdict.exit_code == 1


@pytest.mark.parametrize("story", STORIES[:2])
def test_a_document_that_stands_there_twice_is_seen(story: tuple[str, str, str | None]) -> None:
    records = played(*story)
    for doubled in list(effects(records))[::6]:
        body = doubled.body
        assert isinstance(body, Exchange)
        again = replace(
            body,
            key=None,
            nth=body.nth + 1,
            carried=tuple(replace(one, document=f"{one.document}x") for one in body.carried),
        )
        place = doubled.seq + 1
        more = [*records[:place], replace(doubled, seq=-1, body=again), *records[place:]]
        assert "O01" in failed_of(judge(rehashed(more))), body.subject


def test_histories_without_any_change_are_what_they_were() -> None:
    """The tests above would prove nothing if writing a history anew changed it."""
    for story in STORIES:
        assert [record.h for record in rehashed(played(*story))] == [record.h for record in played(*story)]
