"""The false-alarm campaign plays every correct style on every story, and says how wrong the judge may still be."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, product

import pytest

from hardclose_reference.behaviour import behaviour_of
from hardclose_simulator.checkers.catalogue import OBLIGATIONS
from hardclose_simulator.prove.alarms import CREDIBLE, AlarmReport, Play, bound, play, plays
from hardclose_simulator.prove.campaign import Judged
from hardclose_simulator.prove.population import AXES, Implementation, legal, legal_choices, pairwise, population
from hardclose_simulator.verdict import Status

WHO = Implementation("webhooks", "C1", None)


def judged(status: Status, exit_code: int = 0, count: int = 2) -> Judged:
    return Judged(exit_code, dict.fromkeys(OBLIGATIONS, (status, count)), ())


def test_the_population_shows_every_pair_of_settings_that_may_stand_together() -> None:
    taken = pairwise(legal_choices())
    assert all(legal(choice) for choice in taken)
    shown = set().union(*(combinations(choice.items(), 2) for choice in taken))
    usual = {axis: "4" if axis == "callers" else values[0] for axis, values in AXES.items()}
    for (one, ones), (other, others) in combinations(AXES.items(), 2):
        for here, there in product(ones, others):
            if legal({**usual, one: here, other: there}):
                assert ((one, here), (other, there)) in shown
    assert len(taken) < 40


def test_nobody_in_the_population_sends_again_blindly_where_the_card_forbids_it() -> None:
    for one in population():
        blind = not behaviour_of(one.variant).look_before_retry
        assert not blind or one.profile in ("C1", "C3"), one.name


def test_every_story_and_every_implementation_come_before_a_second_seed() -> None:
    who = population()
    planned = list(plays(["smoke", "lossy", "closing"], who, 3 * len(who) + 1, 7))
    assert Counter(one.seed for one in planned) == {7: 3 * len(who), 8: 1}
    assert len({one.cell for one in planned}) == 3 * len(who)


def test_the_bound_is_that_of_a_rate_nobody_has_seen_once() -> None:
    assert [round(bound(runs), 5) for runs in (0, 300, 1000, 4000)] == [1.0, 0.00994, 0.00299, 0.00075]


def test_only_runs_that_tempted_count_for_an_obligation() -> None:
    tried = [judged(Status.PASS), judged(Status.VACUOUS), judged(Status.UNKNOWN, 3)]
    report = AlarmReport(tuple((Play("smoke", seed, WHO), one) for seed, one in enumerate(tried)))
    tally = report.tallies()[0]
    assert (tally.runs, tally.cells, tally.vacuous, tally.unknown, tally.evaluated) == (1, 1, 1, 1, 2)
    assert (len(report.accused), len(report.undecided)) == (0, 1)


def test_one_alarm_leaves_no_bound_and_no_credit() -> None:
    played = [(Play("smoke", seed, WHO), judged(Status.PASS)) for seed in range(CREDIBLE)]
    assert AlarmReport(tuple(played)).tallies()[0].credible
    played.append((Play("smoke", CREDIBLE, WHO), judged(Status.FAIL, 1)))
    report = AlarmReport(tuple(played))
    assert (report.tallies()[0].bound, report.tallies()[0].credible) == (1.0, False)
    assert report.accused[0][0].reproduce == ("hardclose run smoke --seed 300 --style webhooks --profile C1 --virtual")


def test_a_supplier_that_a_lagging_copy_does_not_show_yet_is_no_case_for_a_person() -> None:
    """The campaign found it: under C5 the reference parked the next change of what it had made a moment before."""
    found = play(Play("quiet-tuesday", 1, Implementation("webhooks", "C5", "batches=yes")))
    assert (found.exit_code, found.says) == (0, ())


def test_switches_of_the_reference_can_be_set_one_by_one() -> None:
    behaviour = behaviour_of("callers=8+send_twice=yes")
    assert (behaviour.callers, behaviour.send_twice) == (8, True)


@pytest.mark.parametrize("variant", ["callers=many", "callers=0", "send_twice=maybe", "colour=red", "P99"])
def test_a_switch_that_is_none_is_told(variant: str) -> None:
    with pytest.raises(KeyError, match=r"no switch|no variant|yes or no|a number above 0"):
        behaviour_of(variant)
