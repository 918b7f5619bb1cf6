"""Master data comes from the seed and hangs together."""

from __future__ import annotations

from pathlib import Path

from hardclose_simulator.masterdata import make_master
from hardclose_simulator.scenario import load

SMOKE = load(Path(__file__).parents[2] / "scenarios" / "smoke.yaml")


def test_the_same_seed_gives_the_same_names_and_another_seed_others() -> None:
    assert make_master(SMOKE, 7) == make_master(SMOKE, 7)
    assert make_master(SMOKE, 7).suppliers != make_master(SMOKE, 8).suppliers
    assert [s.number for s in make_master(SMOKE, 7).suppliers] == [s.number for s in make_master(SMOKE, 8).suppliers]


def test_everybody_reports_upwards_to_somebody_who_may_approve_anything() -> None:
    master = make_master(SMOKE, 7)
    people = {person.id: person for person in master.people}
    for person in master.people:
        limits = [person.limit]
        while person.manager:
            assert people[person.manager].company == person.company
            person = people[person.manager]
            limits.append(person.limit)
        assert limits == sorted(limits)
        assert person.id.endswith("head")


def test_companies_have_their_own_masters_and_budgets_for_each_year_touched() -> None:
    master = make_master(SMOKE, 7)
    assert [company.fiscal_year_starts for company in master.companies] == [1, 1, 4]
    for center in master.cost_centers:
        years = {line.fiscal_year for line in master.budgets if line.cost_center == center.number}
        assert {2025, 2026, 2027} <= years
        assert center.owner in {person.id for person in master.people}
    numbers = [one.number for one in (*master.suppliers, *master.cost_centers, *master.projects)]
    assert len(numbers) == len(set(numbers))


def test_one_employee_more_changes_nobody_else() -> None:
    more = SMOKE.model_copy(update={"people": SMOKE.people.model_copy(update={"employees": 13})})
    before, after = make_master(SMOKE, 7), make_master(more, 7)
    assert set(before.people) < set(after.people)
    assert before.suppliers == after.suppliers
