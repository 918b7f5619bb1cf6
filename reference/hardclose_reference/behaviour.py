"""Every switch of the service. The defaults get it right; each mutant and each legal variant turns one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Grep for a switch to find the one place that obeys it."""

    callers: int = 4
    """Requests under way at one system at a time; the manifest declares as many."""
    waiting: str = "together"
    """After a Retry-After: all callers wait `together`, each one `alone` for its own, or `hardly` at all."""
    after_doubt: str = "find_out"
    """What an unknown outcome is taken for: `find_out`, or guess `done` or `failed`."""
    look_before_retry: bool = True
    """Where the card offers a search by reference, use it before sending again."""
    key: str = "attempt"
    """Idempotency-Key: one per logical `attempt`, a new one per `try`."""
    send_twice: bool = False
    """Send every creation a second time under the same key, to be sure."""
    same_document: str = "by_number"
    """What makes two announcements one job: the document's number, or the `by_event` id."""
    known_by: str = "kind_and_number"
    """What two documents are told apart by: `kind_and_number`, or the `number` alone, whichever system it is of."""
    all_pages: bool = True
    closed_period: str = "redate"
    """`redate` to the next open one, `park` for a person, or `drop` with a line in the log."""
    ask_periods_first: bool = False
    """Look at the periods before posting, not only after a refusal."""
    refused: str = "park"
    """What a business refusal leads to: `park` for a person, or `retry`."""
    blocked_master: str = "park"
    """What the refusal of a blocked cost centre leads to: `park`, or a `default` in its place."""
    ready: str = "approved"
    """From which status on a document is posted: `approved`, or `submitted` already."""
    approval: str = "of_revision"
    """What an approval is taken for: one `of_revision` it was given to, or `of_report` whatever that says by now."""
    recalls: str = "heeded"
    """A report that is taken back after its approval is `heeded`, or `ignored`: what was approved once is posted."""
    edits: str = "once_approved"
    """A posted report that is edited is reversed `once_approved` anew, or `at_once`."""
    by_hand: str = "left"
    """What people put into the ERP for a parked document is `left` to them, or `taken_over` and done with."""
    sends: str = "as_approved"
    """The request body: `as_approved`, or spoilt as `miscoding.py` words it."""
    signs: bool = False
    """Send back at the source what is parked, instead of leaving that to people."""
    write_back: str = "until_told"
    """Tell the source `until_told`, or `once` and hope."""
    verify_signatures: bool = True
    master_changes: str = "field_wise"
    """A master's change is carried over `field_wise`, never after a newer one, or as the `whole` of what was told."""
    bank_accounts: str = "verified"
    """What a supplier is paid to: an account that was `verified`, or the one that is `pending` as well."""
    payment_blocks: str = "theirs"
    """A stop of payments in the ERP is `theirs` to lift, or follows the source's block: `carried`."""
    missing_supplier: str = "wait"
    """An order for a supplier that the ERP does not know yet is made to `wait`, or is left to `drop`."""
    one_party: bool = True
    """While one request for a supplier is under way, others for the same party wait for it."""
    attachments: str = "until_there"
    """Files are uploaded `until_there`, or it is enough to `try_once`."""
    budget: str = "asked"
    """What a cost centre has left is `asked` before each order, one order at a time, or `remembered`."""
    accruals: str = "on_their_day"
    """An accrual is reversed `on_their_day`, or `at_once`."""
    number_taken: str = "park"
    """An invoice whose printed number an earlier one bears is for a person to see (`park`), or gets `another` one."""
    acknowledge: str = "once_stored"
    """A webhook is answered `once_stored`, or `at_once` and written down later."""
    status_codes: str = "204"
    """An acknowledgement is a `204`, or `as_it_likes`: 202 for what is work, 200 for what is not."""
    cursor: str = "after_items"
    """The place in a list is kept `after_items` are stored, or `before_items`, or goes on `beyond` its time."""
    overlap_days: int = 0
    """Business days that every look at a list reaches back beyond the place where the last one stopped."""
    server_errors: str = "later"
    """After a 5xx the document comes again `later`, or the caller calls again `at_once`."""
    tries: int = 0
    """So many tries whose outcome is unknown, and a line in the log is the end of it; 0 is no end."""
    queue: str = "ready"
    """Which job is next: one that is `ready`, the longest waiting first, the `newest`, or `strict`ly the first."""
    rows: str = "alone"
    """An expense report is posted `alone`, or as a row of a batch: its results are `taken_apart`, or what was not
    posted `as_a_whole` is sent again as a whole."""
    batches: bool = False
    """Works through everything in one hour of the night, and does nothing all day."""
    crashes: bool = False
    """Dies every few seconds in the middle of things, and begins anew with what it had stored."""
    breaker: bool = False
    """After a few failures in a row leaves the system alone for a while."""
    reads_per_write: int = 0
    """So many looks at master data before each document is sent."""
    submitted_first: bool = False
    """The source is told that its document is submitted, then that it is posted."""
    tokens: str = "shared"
    """One token and refresh token `shared` by all callers, or `each` caller with his own."""
    renews: bool = True
    """Renew subscriptions before they end, and those that were disabled."""
    accounting_date: str = "company"
    """The day of the final approval where the `company` is, or in `utc`."""
    accepted: str = "followed"
    """A request that was accepted as a job is `followed` to its end, or taken for `posted`."""
    success: str = "by_body"
    """A success is one `by_body`, or `by_status` alone."""
    late_commits: str = "waited_for"
    """Before it looks for a document, what may still commit or not show yet is `waited_for`, or `ignored`."""
    memory: str = "on_disk"
    """What was seen is remembered `on_disk`, or `in_process` only."""


VARIANTS: Mapping[str, Behaviour] = {
    # Mutants: what each breaks is on its card in mutants.py.
    "P01": Behaviour(key="try"),
    "P02": Behaviour(look_before_retry=False),
    "P03": Behaviour(after_doubt="done"),
    "P04": Behaviour(after_doubt="failed"),
    "P05": Behaviour(acknowledge="at_once"),
    "P06": Behaviour(same_document="by_event"),
    "P09": Behaviour(all_pages=False),
    "P10": Behaviour(cursor="before_items"),
    "P11": Behaviour(waiting="hardly"),
    "P12": Behaviour(refused="retry"),
    "P13": Behaviour(server_errors="at_once"),
    "P14": Behaviour(write_back="once"),
    "P15": Behaviour(accepted="posted"),
    "P16": Behaviour(success="by_status"),
    "P17": Behaviour(rows="as_a_whole"),
    "P34": Behaviour(known_by="number"),
    "P33": Behaviour(late_commits="ignored"),
    "P19": Behaviour(accounting_date="utc"),
    "P20": Behaviour(closed_period="drop"),
    "P07": Behaviour(memory="in_process"),
    "P26": Behaviour(queue="strict"),
    "P27": Behaviour(verify_signatures=False),
    "P28": Behaviour(tokens="each"),
    "P29": Behaviour(renews=False),
    "P35": Behaviour(tries=5),
    "P18": Behaviour(approval="of_report"),
    "P30": Behaviour(recalls="ignored"),
    "P21": Behaviour(sends="floats"),
    "P32": Behaviour(blocked_master="default"),
    "P51": Behaviour(ready="submitted"),
    "P52": Behaviour(sends="to_the_approver"),
    "P53": Behaviour(sends="one_account"),
    "P54": Behaviour(sends="one_reference"),
    "P55": Behaviour(sends="reference_by_amount"),
    "P56": Behaviour(signs=True),
    "P23": Behaviour(missing_supplier="drop"),
    "P24": Behaviour(budget="remembered"),
    "P31": Behaviour(attachments="try_once"),
    "P57": Behaviour(sends="no_order_lines"),
    "P58": Behaviour(accruals="at_once"),
    "P59": Behaviour(number_taken="another"),
    "P08": Behaviour(cursor="beyond"),
    "P22": Behaviour(master_changes="whole"),
    "P25": Behaviour(one_party=False),
    "P60": Behaviour(bank_accounts="pending"),
    "P61": Behaviour(payment_blocks="carried"),
    # Legal variants: odd, and right; see legal.py.
    "L01": Behaviour(ask_periods_first=True),
    "L02": Behaviour(closed_period="park"),
    "L03": Behaviour(edits="at_once"),
    "L18": Behaviour(by_hand="taken_over"),
    "L07": Behaviour(send_twice=True),
    "L08": Behaviour(look_before_retry=False),
    "L09": Behaviour(overlap_days=1),
    "L10": Behaviour(queue="newest"),
    "L11": Behaviour(status_codes="as_it_likes"),
    "L12": Behaviour(callers=8, waiting="alone"),
    "L13": Behaviour(batches=True),
    "L14": Behaviour(crashes=True),
    "L15": Behaviour(breaker=True),
    "L16": Behaviour(reads_per_write=20),
    "L17": Behaviour(submitted_first=True),
    "L51": Behaviour(rows="taken_apart"),
}


def behaviour_of(variant: str | None) -> Behaviour:
    """The defaults without a variant. Beside the named ones `callers=8+closed_period=park` sets switches one by one.

    Raises KeyError with what there is."""
    if variant is None:
        return Behaviour()
    if variant in VARIANTS:
        return VARIANTS[variant]
    if "=" not in variant:
        raise KeyError(f"there is no variant {variant!r}; there are {', '.join(VARIANTS)}")
    return replace(Behaviour(), **dict(_switch(part) for part in variant.split("+")))


def _switch(part: str) -> tuple[str, Any]:
    name, _, text = part.partition("=")
    defaults: dict[str, Any] = {field.name: field.default for field in fields(Behaviour)}
    if name not in defaults:
        raise KeyError(f"there is no switch {name!r}; there are {', '.join(defaults)}")
    kind = type(defaults[name])
    if kind is bool:
        if text not in ("yes", "no"):
            raise KeyError(f"{name} is yes or no, not {text!r}")
        return name, text == "yes"
    if kind is int:
        if not text.isdecimal() or not int(text):
            raise KeyError(f"{name} is a number above 0, not {text!r}")
        return name, int(text)
    return name, text
