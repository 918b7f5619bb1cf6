"""CSV in: columns by their usual names or by a mapping, and how a bad file is named."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from hardclose_simulator.logs.csv_log import Columns
from hardclose_simulator.logs.errors import LogError
from hardclose_simulator.logs.opening import read_log

from .small_logs import written

USUAL = """case:concept:name,concept:name,time:timestamp,org:resource,(case)_Amount
d1,Submitted,2026-11-02 09:00:00+01:00,Ann,12.50
d2,Submitted,2026-11-02 09:05:00+01:00,Bob,
d1,Paid,2026-11-03 09:00:00+01:00,Tim,12.50
"""


@pytest.mark.parametrize("packed", [False, True])
def test_rows_of_a_case_need_not_be_adjacent(packed: bool, tmp_path: Path) -> None:
    content = USUAL.encode()
    first, second = read_log(written(tmp_path, "log.csv", gzip.compress(content) if packed else content))
    assert [event.activity for event in first.events] == ["Submitted", "Paid"]
    assert (first.id, first.amount, first.events[0].resource) == ("d1", "12.50", "Ann")
    assert (second.id, second.amount) == ("d2", None)


def test_the_first_cases_are_those_whose_first_row_comes_first(tmp_path: Path) -> None:
    (case,) = read_log(written(tmp_path, "log.csv", USUAL), cases=1)
    assert (case.id, len(case.events)) == ("d1", 2)


@pytest.mark.parametrize(
    "header", ["Case ID,Activity,Complete Timestamp", "case_id,activity,timestamp", "CASE,Task,Date"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_usual_names_and_separators_are_found(header: str, delimiter: str, tmp_path: Path) -> None:
    content = f"\ufeff{header}\r\n7,Paid,2026/11/02 09:00:00.000\r\n\r\n".replace(",", delimiter)
    (case,) = read_log(written(tmp_path, "log.csv", content))
    assert (case.id, case.oddities) == ("7", {"naive_timestamps": 1})


def test_a_mapping_names_columns_whatever_they_are_called(tmp_path: Path) -> None:
    columns = Columns.parse(["case=Vorgang", "activity = Schritt", "timestamp=Zeit", "amount=Betrag", "resource=Wer"])
    content = 'Vorgang;Schritt;Zeit;Betrag;Wer\n7;"Paid; at last";30.11.2026 17:05;1.234,50;Eva\n'
    (case,) = read_log(written(tmp_path, "log.csv", content), columns=columns)
    assert (case.events[0].activity, case.amount, case.events[0].resource) == ("Paid; at last", "1.234,50", "Eva")


BAD = {
    "missing column": ("case,what,when\n1,2,3\n", "line 1", "no column for 'activity'", "Found: case, what, when"),
    "no timestamps": ("case,activity,date\n1,Paid,\n", "line 2, case '1'", "has a timestamp"),
    "unreadable date": ("case,activity,date\n1,Paid,2026-11-02\n1,Paid,soon\n", "line 3, case '1'", "'soon'"),
    "short row": ("case,activity,date\n1,Paid\n", "line 2", "2 columns, the header has 3"),
    "long row": ("case,activity,date\n1,Paid,late,2026-11-02\n", "line 2", "4 columns", "unquoted"),
    "no case": ("case,activity,date\n,Paid,2026-11-02\n", "line 2", "case column is empty"),
    "header only": ("case,activity,date\n", "holds no case"),
    "open quotation mark": ('case,activity,date\n1,"Paid,2026-11-02\n', "line 2", "quotation mark"),
    "not UTF-8": ("case,activity,date\n1,Überwiesen,2026-11-02\n".encode("latin-1"), "UTF-8"),
    "UTF-16": ("case,activity,date\n1,Paid,2026-11-02\n".encode("utf-16"), "UTF-16"),
    "no table": ("Dear all,\nplease find the log attached.\n", "no column for 'case'", "Found: Dear all"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_refused_by_name_and_place(what: str, tmp_path: Path) -> None:
    content, *says = BAD[what]
    path = written(tmp_path, "bad.csv", content)
    with pytest.raises(LogError) as no:
        list(read_log(path))
    assert str(no.value).startswith(str(path))
    for part in says:
        assert part in str(no.value)


def test_a_mapped_column_that_is_not_there_gets_the_nearest(tmp_path: Path) -> None:
    path = written(tmp_path, "log.csv", USUAL)
    with pytest.raises(LogError, match=r"no column 'concept:nam' for 'activity'; try 'concept:name'"):
        list(read_log(path, columns=Columns(activity="concept:nam")))


@pytest.mark.parametrize(
    ("mappings", "says"),
    [(["activty=x"], "try 'activity'"), (["case"], "write it like case=NAME"), (["case=a", "case=b"], "there twice")],
)
def test_a_bad_mapping_is_explained(mappings: list[str], says: str) -> None:
    with pytest.raises(LogError, match=says):
        Columns.parse(mappings)
