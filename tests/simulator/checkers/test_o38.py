"""O38: credentials are handled like cash."""

from __future__ import annotations

from typing import Any

import pytest

from hardclose_mocks.server.credentials import Credentials
from hardclose_simulator.checkers.o38 import check
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.verdict import Status, Verdict

from .script import script

ONE = Manifest(max_concurrency=1)
TOKEN = "0123456789abcdef0123456789abcdef"  # of nobody
ROTATED = "09:00 cred erp client_secret rotated\n"


def judged(text: str, manifest: Manifest = ONE, **options: Any) -> Verdict:
    return check(script("08:00 fact E-1\n08:10 token erp\n" + text, manifest=manifest, **options))


def test_a_token_renewed_at_its_end_passes() -> None:
    verdict = judged("08:10+14s token erp\n08:10+28s token erp")
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 2)


def test_a_token_for_every_call_is_not_kept() -> None:
    (finding,) = judged("08:10+1s token erp\n08:10+2s token erp").findings
    assert "was granted 3 tokens for the erp system within 7.5 s, though each lives for 15 s and 1" in finding.says


def test_a_stampede_at_the_end_of_a_token_fails() -> None:
    text = "\n".join(f"08:10+{14 + n / 100}s token erp" for n in range(9))
    assert judged(text, Manifest(max_concurrency=8)).status is Status.FAIL
    assert judged(text, Manifest(max_concurrency=9)).status is Status.PASS


def test_the_former_secret_after_its_overlap_again_and_again_fails() -> None:
    text = ROTATED + "\n".join(f"10:00+{n}s cred erp client_secret used_retired" for n in range(3))
    (finding,) = judged(text).findings
    assert "the former one was used 3 times after its overlap; 1 callers may each learn of it once" in finding.says


def test_a_refresh_token_used_twice_though_its_answer_arrived_fails() -> None:
    (finding,) = judged("09:00 token erp\n09:10 cred erp refresh_token reused").findings
    assert "used a refresh token of the erp system twice" in finding.says


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (f"09:00 post E-1 text {TOKEN}", "an access token stands in the body of a request"),
        (f"09:00 post E-1 ref {TOKEN}", "an access token stands in the body of a request"),
        (f"09:00 post E-1 key {TOKEN}", "an access token stands in a header"),
        (f'09:00 write E-1 parked "Bearer {TOKEN} refused"', "an access token stands in the body of a request"),
        (f'09:00 exception E-1 "Bearer {TOKEN}"', "an access token stands in its list of exceptions"),
        (
            f'09:00 exception E-1 "login with {Credentials().client_secret("erp")} failed"',
            "the client secret for erp stands in its list of exceptions",
        ),
        (
            f'09:00 exception E-1 "signed with {Credentials().webhook_secret("expense")}"',
            "a webhook secret stands in its list of exceptions",
        ),
    ],
)
def test_a_secret_where_it_does_not_belong_fails(text: str, where: str) -> None:
    (finding,) = judged(f"08:20 token erp is {TOKEN}\n" + text, Manifest()).findings
    assert finding.says == where


def test_one_login_proves_nothing() -> None:
    assert judged("09:00 post E-1 as A").status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_one_refusal_of_the_former_secret_is_how_a_caller_learns() -> None:
    assert judged(ROTATED + "10:00 cred erp client_secret used_retired\n10:01 token erp").status is Status.PASS


def test_each_worker_may_learn_of_it_once() -> None:
    text = ROTATED + "\n".join(f"10:00+{n / 100}s cred erp client_secret used_retired" for n in range(8))
    assert judged(text, Manifest(max_concurrency=8)).status is Status.PASS


def test_both_secrets_are_good_while_they_overlap() -> None:
    text = ROTATED + "\n".join(f"10:00+{n}s cred erp client_secret used_former" for n in range(9))
    assert judged(text).status is Status.PASS


def test_whoever_was_lost_logs_in_again() -> None:
    assert judged("08:10+1s sut killed\n08:10+2s token erp").status is Status.PASS


def test_a_login_whose_answer_was_lost_is_asked_for_again() -> None:
    text = "\n".join(f"08:10+{n}s token erp told nothing" for n in range(1, 5))
    assert judged(text + "\n08:10+5s token erp", Manifest(max_concurrency=2)).status is Status.PASS


def test_a_refresh_token_whose_answer_was_lost_may_come_again() -> None:
    assert judged("09:00 token erp told nothing\n09:10 cred erp refresh_token reused").findings == ()


def test_a_hash_is_no_secret() -> None:
    """Thirty-two hexadecimal digits that no system ever issued: a trace id, a checksum."""
    assert judged(f"09:00 post E-1 text {TOKEN} key {TOKEN}").status is Status.VACUOUS
