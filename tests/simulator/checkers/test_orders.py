"""The first promises hold for suppliers, goods, invoices and accruals too, each with its own meaning."""

from __future__ import annotations

import pytest

from hardclose_simulator.checkers import o01, o03, o09, o10, o11, o12, o22
from hardclose_simulator.headline import headlines
from hardclose_simulator.verdict import Status

from .orders_script import orders

ORDER = """
    09:00  fact R-1 100.00 pieces 10
    09:01  post R-1 as P
    09:02  write R-1 posted P
"""
GOODS = f"""{ORDER}
    10:00  fact G-1 of R-1 pieces 10
    10:01  post G-1 on P as G
    10:02  write G-1 posted G
"""
SUPPLIER = """
    09:00  fact S-1
    09:01  post S-1 as S
    09:02  write S-1 posted S
"""
EVERYTHING = f"""{GOODS}
    11:00  fact I-1 of R-1
    11:01  post I-1 on P as I
    11:02  write I-1 posted I
    11:10  fact S-1
    11:11  post S-1 as S
    11:12  write S-1 posted S
    11:20  fact A-1 of R-1 50.00
    11:21  post A-1 as J
    11:22  write A-1 posted J
    33:00  audit
"""


@pytest.mark.parametrize("check", [o01.check, o03.check, o09.check, o10.check, o11.check, o12.check, o22.check])
def test_what_is_carried_rightly_breaks_no_promise(check: object) -> None:
    assert callable(check)
    assert check(orders(EVERYTHING)).findings == ()


def test_every_kind_of_document_is_counted() -> None:
    told = {one.flow: (one.intended.count, one.posted_once.count) for one in headlines(orders(EVERYTHING), judged=True)}
    assert told == dict.fromkeys(("RBP", "SUP", "REC", "INV", "JNL"), (1, 1))


@pytest.mark.parametrize(
    ("again", "of"),
    [
        ("post G-1 on P as G2", "goods receipts"),
        ("post S-1 as S2", "suppliers"),
        ("post A-1 as J2", "journal entries"),
    ],
)
def test_a_second_document_of_any_kind_is_one_too_many(again: str, of: str) -> None:
    text = EVERYTHING.replace("    33:00  audit", f"    12:00  {again}\n    33:00  audit")
    text = text.replace("pieces 10\n    09:01", "pieces 20\n    09:01")
    found = o01.check(orders(text)).findings
    assert len(found) == 1
    assert f"2 live {of} at once" in found[0].says


def test_parts_of_an_order_are_facts_of_their_own() -> None:
    case = orders(f"""{ORDER}
        10:00  fact G-1 of R-1 pieces 4
        10:00  fact G-2 of R-1 pieces 4
        10:01  post G-1 on P as G
        10:01  post G-2 on P as H
        33:00  audit
    """)
    assert o01.check(case).findings == ()
    assert [case.attribution.links[case.documents_of(fact)[0].number].how for fact in case.facts] == ["reference"] * 3


def test_goods_without_a_number_are_matched_by_line_and_pieces() -> None:
    case = orders(f"""{ORDER}
        10:00  fact G-1 of R-1 pieces 4
        10:00  fact G-2 of R-1 pieces 5
        10:01  post G-2 on P as H ref x
        33:00  audit
    """)
    assert [len(case.documents_of(fact)) for fact in case.facts] == [1, 0, 1]


def test_pieces_that_did_not_come_are_a_wrong_amount() -> None:
    text = GOODS.replace("post G-1 on P as G", "post G-1 on P as G pieces 9")
    found = o03.check(orders(f"{text}\n    33:00 audit")).findings
    assert len(found) == 1
    assert found[0].fact == "G-1"


def test_another_price_than_the_invoice_says_is_a_wrong_amount() -> None:
    text = EVERYTHING.replace("post I-1 on P as I", "post I-1 on P as I for 99.00")
    found = o03.check(orders(text)).findings
    assert [one.fact for one in found] == ["I-1"]


def test_an_invoice_that_is_nowhere_is_lost() -> None:
    case = orders(f"{GOODS}\n    11:00 fact I-1 of R-1\n    33:00 audit")
    assert [one.fact for one in o09.check(case).findings] == ["I-1"]


def test_an_accrual_that_was_reversed_as_planned_is_not_lost() -> None:
    case = orders(f"""{ORDER}
        11:20  fact A-1 of R-1 50.00
        11:21  post A-1 as J
        11:22  write A-1 posted J
        26:00  reverse J date 2026-12-01
        50:00  audit
    """)
    assert o09.check(case).findings == ()
    assert o11.check(case).findings == ()
    assert o01.check(case).findings == ()


def test_an_accrual_in_the_next_period_is_dated_wrong_while_its_own_is_open() -> None:
    case = orders(f"""{ORDER}
        25:00  fact A-1 of R-1 50.00
        25:01  post A-1 as J date 2026-12-01
        50:00  audit
    """)
    found = o22.check(case).findings
    assert [one.fact for one in found] == ["A-1"]


# --- changes ---------------------------------------------------------------------------------------------------


def test_a_change_that_nobody_carried_over_is_lost() -> None:
    case = orders(f"{SUPPLIER}\n    10:00 change S-1 contact Bob\n    33:00 audit")
    found = o09.check(case).findings
    assert [one.fact for one in found] == ["S-1.changed"]
    assert "revision 2" in found[0].says


@pytest.mark.parametrize("told", ["contact Bob rev 2", "contact Bob days 30"])
def test_a_change_is_carried_over_by_revision_or_by_its_values(told: str) -> None:
    case = orders(f"{SUPPLIER}\n    10:00 change S-1 contact Bob\n    10:05 set S {told}\n    33:00 audit")
    assert o09.check(case).status is Status.PASS


def test_a_later_change_carries_the_earlier_ones_along() -> None:
    case = orders(f"""{SUPPLIER}
        10:00 change S-1 contact Bob
        10:05 block S-1
        10:10 set S contact Bob days 30 blocked rev 3
        33:00 audit
    """)
    assert o09.check(case).status is Status.PASS


def test_a_merge_is_carried_over_once_the_survivor_is_named() -> None:
    story = f"""{SUPPLIER}
        09:10 fact S-2
        09:11 post S-2 as T
        10:00 merge S-1 into S-2
    """
    assert [one.fact for one in o09.check(orders(f"{story}\n    33:00 audit")).findings] == ["S-1.merged"]
    assert o09.check(orders(f"{story}\n    10:05 set S into T\n    33:00 audit")).findings == ()


def test_a_change_of_what_is_parked_waits_with_it() -> None:
    case = orders("""
        09:00  fact S-1
        09:02  write S-1 parked "no such account"
        10:00  change S-1 contact Bob
        33:00  audit
    """)
    assert o09.check(case).status is Status.PASS


def test_goods_that_were_taken_back_have_to_leave_the_books() -> None:
    story = f"{GOODS}\n    12:00 takeback G-1"
    assert [one.fact for one in o09.check(orders(f"{story}\n    33:00 audit")).findings] == ["G-1.reversed"]
    case = orders(f"{story}\n    12:05 reverse G\n    33:00 audit")
    assert o09.check(case).findings == ()
    told = {one.flow: (one.posted_once.count, one.superseded.count) for one in headlines(case, judged=True)}
    assert (told["REC"], told["CHG"]) == ((0, 1), (1, 0))


def test_the_source_that_took_goods_back_is_not_lied_to() -> None:
    case = orders(f"{GOODS}\n    12:00 takeback G-1\n    12:05 reverse G\n    33:00 audit")
    assert o11.check(case).findings == ()


# --- refusals and payments -------------------------------------------------------------------------------------


def test_an_invoice_number_that_came_twice_has_to_reach_a_person() -> None:
    story = f"""{GOODS}
        11:00  fact I-1 of R-1 printed RE-7
        11:01  post I-1 on P as I
        11:02  write I-1 posted I
        12:00  fact I-2 of R-1 printed RE-7
        12:01  post I-2 on P
    """
    assert [one.fact for one in o12.check(orders(f"{story}\n    33:00 audit")).findings] == ["I-2"]
    case = orders(f'{story}\n    12:02 write I-2 rejected "number RE-7 is taken"\n    33:00 audit')
    assert o12.check(case).findings == ()
    assert o09.check(case).findings == ()


def test_more_goods_than_the_order_may_take_have_to_reach_a_person() -> None:
    case = orders(f"{ORDER}\n    10:00 fact G-1 of R-1 pieces 12\n    10:01 post G-1 on P\n    33:00 audit")
    found = o12.check(case).findings
    assert [one.fact for one in found] == ["G-1"]
    assert "OverDelivery" in found[0].says


def test_a_payment_of_an_invoice_is_told_to_its_inbox() -> None:
    story = f"""{GOODS}
        11:00  fact I-1 of R-1
        11:01  post I-1 on P as I
        11:02  write I-1 posted I
        13:00  pay DE01
    """
    assert "was paid" in o10.check(orders(f"{story}\n    33:00 audit")).findings[0].says
    case = orders(f"{story}\n    13:05 write I-1 paid I\n    33:00 audit")
    assert o10.check(case).findings == ()
    assert o11.check(case).findings == ()


def test_an_invoice_whose_goods_never_came_is_not_paid_and_nobody_says_so() -> None:
    story = f"""{ORDER}
        11:00  fact I-1 of R-1
        11:01  post I-1 on P as I
        11:02  write I-1 posted I
        13:00  pay DE01
    """
    assert o10.check(orders(f"{story}\n    33:00 audit")).findings == ()
    found = o11.check(orders(f"{story}\n    13:05 write I-1 paid I\n    33:00 audit")).findings
    assert "says paid" in found[0].says


def test_an_invoice_whose_payment_is_blocked_is_posted_and_parked_at_once() -> None:
    blocked = f"""{ORDER}
        11:00  fact I-1 of R-1
        11:01  post I-1 on P as I
        11:02  write I-1 parked "payment blocked: missing_receipt"
    """
    case = orders(f"{blocked}\n    33:00 audit")
    assert [check(case).findings for check in (o10.check, o11.check, o12.check)] == [(), (), ()]
    told = orders(f"{blocked.replace('parked', 'posted I', 1).split('posted I')[0]}posted I\n    33:00 audit")
    assert [check(told).findings for check in (o10.check, o11.check, o12.check)] == [(), (), ()]


def test_a_block_that_was_lifted_long_ago_is_no_reason_any_more() -> None:
    case = orders(f"""{ORDER}
        11:00  fact I-1 of R-1
        11:01  post I-1 on P as I
        11:02  write I-1 parked "payment blocked: missing_receipt"
        12:00  fact G-1 of R-1 pieces 10
        12:01  post G-1 on P as G
        12:02  write G-1 posted G
        33:00  audit
    """)
    assert [one.fact for one in o10.check(case).findings] == ["I-1"]
    assert "to the end" in o11.check(case).findings[0].says
    assert [one.fact for one in o12.check(case).findings] == ["I-1"]


def test_parking_without_a_block_is_a_lie_about_an_invoice() -> None:
    case = orders(f"""{GOODS}
        11:00  fact I-1 of R-1
        11:01  post I-1 on P as I
        11:10  write I-1 parked "later"
        33:00  audit
    """)
    assert [one.fact for one in o11.check(case).findings] == ["I-1"]
