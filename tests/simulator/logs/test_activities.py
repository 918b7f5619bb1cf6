"""What activities mean, and the YAML file of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardclose_simulator.logs.activities import Meaning, built_in, load_activities
from hardclose_simulator.logs.errors import LogError

from .small_logs import written

MEANINGS = {
    "Declaration SUBMITTED by EMPLOYEE": Meaning("submitted"),
    "Request For Payment SUBMITTED by EMPLOYEE": Meaning("submitted"),
    "Declaration SAVED by EMPLOYEE": Meaning("saved"),
    "Declaration APPROVED by PRE_APPROVER": Meaning("approved", "pre approver"),
    "declaration approved by budget owner": Meaning("approved", "budget owner"),
    "Declaration FINAL_APPROVED by SUPERVISOR": Meaning("final_approval", "supervisor"),
    "Final approval": Meaning("final_approval"),
    "Declaration REJECTED by MISSING": Meaning("rejected", "missing"),
    "Not approved by director": Meaning("rejected", "director"),
    "Request Payment": Meaning("request_payment"),
    "Payment Handled": Meaning("payment"),
    "Paid": Meaning("payment"),
    "Permit FINAL_APPROVED by SUPERVISOR": None,
    "Start trip": None,
    "Send Reminder": None,
    "Unpaid": None,
}


@pytest.mark.parametrize("activity", MEANINGS)
def test_built_in_patterns_know_the_usual_words(activity: str) -> None:
    assert built_in().meaning(activity) == MEANINGS[activity]


def test_own_patterns_come_first_and_the_built_in_ones_after_them(tmp_path: Path) -> None:
    content = "submitted: eingereicht\nfinal_approval: ['(?P<role>chef) sagt ja', amen]\nignored: [reminder, ^paid$]\n"
    activities = load_activities(written(tmp_path, "own.yaml", content))
    assert activities.meaning("Beleg EINGEREICHT") == Meaning("submitted")
    assert activities.meaning("CHEF_sagt_ja") == Meaning("final_approval", "chef")
    assert activities.meaning("Paid") is None
    assert activities.meaning("Payment handled") == Meaning("payment")


def test_the_built_in_patterns_can_be_left_out(tmp_path: Path) -> None:
    activities = load_activities(written(tmp_path, "own.yaml", "built_in: false\npayment: gezahlt\n"))
    assert activities.meaning("Paid") is None


BAD = {
    "unknown step": ("submited: x\n", "submited: there is no such step; try 'submitted'"),
    "no pattern": ("submitted: [a, 7]\n", "submitted[1]: 7 is no pattern"),
    "bad expression": ("paid: x\npayment: 'done ('\n", "there is no such step"),
    "bad expression in a list": ("payment: [ok, 'done (']\n", "payment[1]: 'done (' is no regular expression"),
    "no mapping": ("- submitted\n", "expected a mapping"),
    "empty": ("", "expected a mapping"),
    "broken": ("submitted: [a\n", "not valid YAML"),
    "twice": ("saved: a\nsaved: b\n", "'saved' is there twice"),
    "switch": ("built_in: perhaps\n", "neither true nor false"),
    "nothing left": ("built_in: false\n", "nothing would be mapped"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_refused_by_name_and_key(what: str, tmp_path: Path) -> None:
    content, says = BAD[what]
    path = written(tmp_path, "own.yaml", content)
    with pytest.raises(LogError) as no:
        load_activities(path)
    assert str(no.value).startswith(str(path))
    assert says in str(no.value)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="cannot be read"):
        load_activities(tmp_path / "none.yaml")
