"""XES in: what is read, what is put up with, and how a broken or foreign file is named."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hardclose_simulator.logs.csv_log import Columns
from hardclose_simulator.logs.errors import LogError
from hardclose_simulator.logs.opening import read_log

from .small_logs import event, trace, written, xes

GOOD = xes(
    trace(
        "d 1",
        event("Declaration SUBMITTED by EMPLOYEE", "2026-11-02T09:00:00.000+01:00", org__resource="Ann"),
        event("Declaration FINAL_APPROVED by SUPERVISOR", "2026-11-02T11:30:00Z", lifecycle__transition="complete"),
        more='<string key="(case)_Amount" value="26.851204"><string key="concept:name" value="nested"/></string>',
    ),
    trace("d 2", event("Declaration SAVED by EMPLOYEE", "2026-11-03T09:00:00+01:00")),
)


def test_cases_come_in_the_logs_order_with_instants_in_utc(tmp_path: Path) -> None:
    first, second = read_log(written(tmp_path, "log.xes", GOOD))
    assert [case.id for case in (first, second)] == ["d 1", "d 2"]
    assert first.events[0].at == datetime(2026, 11, 2, 8, tzinfo=UTC)
    assert first.events[0].resource == "Ann"
    assert first.amount == "26.851204"
    assert second.amount is None


def test_gzip_is_known_by_its_content_not_its_name(tmp_path: Path) -> None:
    packed = written(tmp_path, "log.xes", gzip.compress(GOOD.encode()))
    unpacked = written(tmp_path, "log.xes.gz", GOOD)
    assert list(read_log(packed)) == list(read_log(unpacked))


def test_the_amount_of_an_event_wins_over_the_cases(tmp_path: Path) -> None:
    log = xes(trace("d", event("Paid", "2026-11-02", RequestedAmount="7"), more='<float key="amount" value="5"/>'))
    (case,) = read_log(written(tmp_path, "log.xes", log))
    assert case.amount == "7"


def test_only_the_cases_wanted_are_read_whatever_follows(tmp_path: Path) -> None:
    many = [trace(f"d {n}", event("Saved", "2026-11-02T09:00:00Z")) for n in range(2000)]
    path = written(tmp_path, "log.xes", xes(*many).replace("</log>", "<trace"))
    assert len(list(read_log(path, cases=10))) == 10


def test_a_prefixed_namespace_is_read_too(tmp_path: Path) -> None:
    log = GOOD.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?").replace("xmlns=", "xmlns:x=")
    assert len(list(read_log(written(tmp_path, "log.xes", log)))) == 2


def test_oddities_are_counted_and_put_up_with(tmp_path: Path) -> None:
    log = xes(
        trace(
            "d",
            event("Late", "2026-11-02T12:00:00Z"),
            event("No zone", "2026-11-02T09:00:00"),
            event("No time", None),
            event("", "2026-11-02T09:00:00Z"),
            event("Begun", "2026-11-02T09:00:00Z", lifecycle__transition="start"),
        )
    )
    (case,) = read_log(written(tmp_path, "log.xes", log))
    assert [event.activity for event in case.events] == ["No zone", "Late"]
    assert case.oddities == {
        "naive_timestamps": 1,
        "undated_events": 1,
        "unnamed_events": 1,
        "unfinished_events": 1,
        "events_out_of_order": 1,
    }


def test_a_trace_without_a_name_is_called_by_its_place(tmp_path: Path) -> None:
    log = xes(f"<trace>{event('Saved', '2026-11-02T09:00:00Z')}</trace>")
    assert next(iter(read_log(written(tmp_path, "log.xes", log)))).id == "trace 1"


BOMB = '<!DOCTYPE log [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
SAVED = event("Saved", "2026-11-02T09:00:00Z")
MALFORMED = {
    "no closing tag": (GOOD.replace("</log>", ""), "not well-formed", "d 2"),
    "cut off": (GOOD[: GOOD.index("d 2")], "not well-formed", "the last whole case is 'd 1'"),
    "crossed tags": (GOOD.replace("</event>", "</trace>", 1), "line ", "not well-formed"),
    "no case": (xes(), "holds no case", "at least one case"),
    "no event": (xes(trace("d")), "none of the 1 cases", "expected at least one"),
    "no timestamps": (xes(trace("d", event("Saved", None))), "line 7, case 'd'", "has a timestamp", "time:timestamp"),
    "unreadable date": (
        xes(trace("d", event("Saved", "yesterday"))),
        "line 7, case 'd'",
        "'yesterday' is no timestamp",
    ),
    "month or day?": (xes(trace("d", event("Saved", "03/04/2026"))), "'03/04/2026' is no timestamp", "30.11.2026"),
    "out of all bounds": (xes(trace("d", event("Saved", "0001-01-01T00:00:00+14:00"))), "line 7", "no timestamp"),
    "web page": ("<!doctype html>\n<html><body>Log in</body></html>", "line 1", "is a web page"),
    "another XML": ("<invoices><invoice/></invoices>", "root element is <invoices>", "begins with <log>"),
    "object-centric XML": ("<log><objects/></log>", "object-centric", "line 1"),
    "JSON": ('{"ocel:events": {}}', "is JSON", "flatten it to CSV"),
    "empty": ("", "is empty", "expected an event log"),
    "blank": (" \n ", "is empty", ".csv"),
    "CSV": ("case,activity\n1,2\n", "XES is XML", "name it .csv"),
    "entities": (xes(trace("d", SAVED)).replace("<log", BOMB + "<log"), "entities", "DOCTYPE"),
    "zip": ("PK\x03\x04" + "\x00" * 60, "zip archive", "unpack"),
    "binary": ("\x00\x01\x02" * 40, "binary file", "expected an event log"),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_bad_log_is_refused_by_name_and_place(what: str, tmp_path: Path) -> None:
    content, *says = MALFORMED[what]
    path = written(tmp_path, "bad.xes", content)
    with pytest.raises(LogError) as no:
        list(read_log(path))
    assert str(no.value).startswith(str(path))
    for part in says:
        assert part in str(no.value)


def test_a_truncated_gzip_says_so(tmp_path: Path) -> None:
    whole = gzip.compress(xes(*[trace(f"d {n}", SAVED) for n in range(500)]).encode())
    with pytest.raises(LogError, match="ends too early"):
        list(read_log(written(tmp_path, "log.xes.gz", whole[:-9])))


def test_a_damaged_gzip_says_so(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(GOOD.encode()))
    whole[len(whole) // 2] ^= 0xFF
    with pytest.raises(LogError, match=r"damaged|well-formed"):
        list(read_log(written(tmp_path, "log.xes.gz", bytes(whole))))


@pytest.mark.parametrize("name", ["missing.xes", "."])
def test_no_file_is_a_sentence_too(name: str, tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"no such file|is a folder"):
        list(read_log(tmp_path / name))


def test_a_column_mapping_does_not_go_with_xes(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="column mapping cannot apply"):
        list(read_log(written(tmp_path, "log.xes", GOOD), columns=Columns(case="id")))
