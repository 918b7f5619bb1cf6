"""The sweep strikes every site of a fault-free run once: the reference survives, a mutant shows where it breaks."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from hardclose_reference.behaviour import VARIANTS
from hardclose_simulator.prove.sites import PHASES, Site, fault_free
from hardclose_simulator.prove.sweep import Blow, Cell, Grid, NotClean, Sweep, cells, grid
from hardclose_simulator.prove.sweep_page import to_html, to_markdown
from hardclose_simulator.scenario import load

PHASE = {phase.name: phase for phase in PHASES}


@cache
def swept(variant: str | None = None, style: str = "webhooks") -> Sweep:
    return Sweep(load("lossy"), 1, style, variant, asked="lossy")


@cache
def sites(style: str = "webhooks") -> dict[str, Site]:
    return {site.name: site for site in swept(style=style).sites()}


def struck(site: str, phase: str, variant: str | None = None) -> Cell:
    return swept(variant).strike((sites()[site], PHASE[phase]))


def test_a_fault_free_story_keeps_its_people_and_loses_its_faults() -> None:
    story = load("month-end")
    quiet = fault_free(story)
    assert (quiet.faults.weather, quiet.faults.aimed, quiet.limits, quiet.must_happen) == ((), (), {}, {})
    assert (quiet.flows, quiet.bad_facts, quiet.periods) == (story.flows, story.bad_facts, story.periods)


def test_every_kind_of_call_and_event_is_a_site_once() -> None:
    there = sites()
    assert {"erp token", "expense expense_report.list", "erp expense_posting.create"} <= set(there)
    assert {"expense expense_report.approved", "procurement requisition.ordered"} <= set(there)
    assert there["erp expense_posting.create"].fact is not None, "the victim is a fact, so that a loss is a loss"
    assert not any(site.event for site in sites("polling").values()), "who takes no webhooks is told nothing"


def test_calls_are_struck_on_the_wire_and_events_on_their_way() -> None:
    there = sites()
    assert [one.name for one in there["erp expense_posting.create"].phases() if one.carrier == "wire"][:1] == ["before"]
    assert [one.name for one in there["expense expense_report.approved"].phases()] == [
        *("dropped", "twice", "overtaken"),
        "crash",
    ]


@pytest.mark.parametrize("phase", ["before", "after", "crash"])
def test_the_reference_recovers_from_a_doubtful_creation(phase: str) -> None:
    cell = struck("erp expense_posting.create", phase)
    assert (cell.outcome, cell.failed, cell.witness) == ("recovered", (), None)


def test_a_new_key_on_every_try_duplicates_where_the_answer_is_lost_and_only_there() -> None:
    lost_request = struck("erp expense_posting.create", "before", "P01")
    assert (lost_request.outcome, lost_request.failed) == ("wrong", ("O33",)), "the books are right, the keys are not"
    cell = struck("erp expense_posting.create", "after", "P01")
    assert (cell.outcome, "O01" in cell.failed) == ("duplicated", True)
    assert cell.witness is not None
    assert any(entry.evidence for entry in cell.witness.timeline)
    assert cell.witness.reproduce == (
        "Reproduce with: hardclose sweep lossy --seed 1 --style webhooks --mutant P01 "
        "--only 'erp expense_posting.create after'"
    )


def test_a_lost_request_that_counts_as_success_is_a_loss() -> None:
    assert struck("erp purchase_order.create", "before", "P03").outcome == "lost"


def test_a_write_back_that_is_sent_once_is_wrong_though_the_books_are_right() -> None:
    cell = struck("expense expense_report.posting", "before", "P14")
    assert (cell.outcome, cell.failed) == ("wrong", ("O10",))


def test_a_blow_that_never_falls_shows_nothing() -> None:
    elsewhere = replace(sites()["erp expense_posting.create"], subject="E9999")
    assert swept().strike((elsewhere, PHASE["after"])).outcome == "unmet"


def test_who_breaks_a_promise_without_any_fault_is_not_swept() -> None:
    assert "P27" in VARIANTS
    with pytest.raises(NotClean, match="without any fault: reference, webhooks, variant P12 breaks"):
        Sweep(load("refusals"), 1, "webhooks", "P12").sites()


def test_a_grid_keeps_the_order_of_the_blows_and_counts_them() -> None:
    there = sites()
    create, token = there["erp expense_posting.create"], there["erp token"]
    blows = [(token, PHASE["before"]), (create, PHASE["after"]), (create, PHASE["crash"])]
    found = [Cell(create, PHASE["crash"], "ok"), Cell(create, PHASE["after"], "lost", ("O09",), "<b>gone</b>")]
    whole = grid(swept(), blows, found)
    assert whole.rows() == [["site", "after", "crash"], ["erp expense_posting.create", "lost", "ok"]]
    assert [cell.name for cell in whole.bad] == ["erp expense_posting.create after"]
    assert whole.sentence() == "reference, webhooks: 2 blows at 1 sites: 1 ok, 1 lost"


def test_several_processes_find_what_one_finds() -> None:
    create = sites()["erp purchase_order.create"]
    blows: list[Blow] = [(create, PHASE["before"]), (create, PHASE["after"])]
    alone = list(cells(swept("P01"), blows, workers=1))
    together = grid(swept("P01"), blows, list(cells(swept("P01"), blows, workers=2)))
    assert together == Grid(swept("P01"), tuple(alone))


def test_the_page_escapes_what_it_shows_and_opens_bad_cells() -> None:
    cell = struck("erp expense_posting.create", "after", "P01")
    whole = Grid(swept("P01"), (replace(cell, says="<script>alert(1)</script>"),))
    page = to_html("lossy", [whole])
    assert "<script>" not in page
    assert 'href="#1-erp-expense_posting.create-after"' in page
    assert 'id="1-erp-expense_posting.create-after"' in page
    assert "| erp expense_posting.create | duplicated |" in to_markdown("lossy", [whole])
