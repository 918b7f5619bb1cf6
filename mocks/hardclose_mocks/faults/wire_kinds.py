"""The faults of the wire and of the limiter, F01 to F29: what each does, and which parameters it takes."""

from __future__ import annotations

from hardclose_mocks.faults.kinds import FaultKind, Parameter

WIRE_KINDS = (
    FaultKind("F01", "lost response", "wire", "The request commits; the connection drops before the answer."),
    FaultKind("F02", "lost request", "wire", "The connection is accepted and dropped; nothing is processed."),
    FaultKind(
        "F03",
        "slow answer",
        "wire",
        "The answer takes its time, log-normal; the work is done before the wait or after it.",
        {
            "median_s": Parameter(0.3, "median delay, wire seconds", 0.0, 60.0),
            "sigma": Parameter(0.6, "spread of the log-normal delay", 0.0, 3.0),
            "highest_s": Parameter(1.5, "no delay is longer; must lie inside the card's late_commit_s", 0.0, 300.0),
        },
    ),
    FaultKind(
        "F04",
        "late commit",
        "wire",
        "The caller gets nothing, or 504 from a gateway; the system commits later all the same.",
        {
            "shortest_s": Parameter(0.5, "no commit is sooner after the request, wire seconds", 0.0, 300.0),
            "highest_s": Parameter(2.5, "no commit is later; must lie inside the card's late_commit_s", 0.0, 300.0),
            "told": Parameter("any", "`nothing` or `504`; any draws one", choices=("any", "nothing", "504")),
        },
    ),
    FaultKind(
        "F05",
        "torn answer",
        "wire",
        "The work is done and its status told; the body ends in the middle, or is no JSON.",
        {"how": Parameter("any", "`cut` off or `garbled`; any draws one", choices=("any", "cut", "garbled"))},
    ),
    FaultKind(
        "F06",
        "gateway error",
        "wire",
        "502 or 504 from a gateway, though the work behind it was done (in a share of cases) or was not.",
        {"commits": Parameter(0.5, "share of struck calls whose work is done", 0.0, 1.0)},
    ),
    FaultKind(
        "F07",
        "error burst",
        "wire",
        "500 or 503 in a window, with or without Retry-After; nothing is processed.",
        {
            "retry_after_s": Parameter(
                0.0, "Retry-After on the 503s, wire seconds; 0 sends none and mixes in 500s", 0.0, 3600.0
            ),
        },
    ),
    FaultKind(
        "F09",
        "black hole",
        "wire",
        "The request is accepted and never answered; nothing is processed, the connection stays open.",
        {"open_s": Parameter(30.0, "wire seconds until it is broken off after all", 0.1, 600.0)},
    ),
    FaultKind(
        "F10",
        "rate limit",
        "limit",
        "429 with Retry-After beyond a token bucket per credential.",
        {
            "rate_per_s": Parameter(50.0, "calls per wire second", 0.1, 100000.0),
            "burst": Parameter(50.0, "bucket size in calls", 1.0, 100000.0),
            "wait": Parameter(
                "seconds",
                "Retry-After as `seconds`, `http-date` or `absent`",
                choices=("seconds", "http-date", "absent"),
            ),
        },
    ),
    FaultKind(
        "F11",
        "concurrency limit",
        "limit",
        "429 while so many calls of a credential are under way.",
        {"concurrent": Parameter(4.0, "calls under way per credential", 1.0, 1000.0)},
    ),
    FaultKind(
        "F12",
        "daily quota",
        "limit",
        "429 beyond the calls of a business day, with a wait until the next one.",
        {"per_day": Parameter(1000.0, "calls per credential and UTC business date", 1.0, 10_000_000.0)},
    ),
    FaultKind(
        "F14",
        "success status, error body",
        "wire",
        "A refusal comes as 200 with the problem as body; or a login page comes as 200, whatever was done behind it.",
        {
            "how": Parameter("problem", "`problem` or `page`", choices=("problem", "page")),
            "commits": Parameter(0.5, "share of pages behind which the work was done", 0.0, 1.0),
        },
        on_card=True,
    ),
    FaultKind(
        "F15",
        "accepted, then job",
        "wire",
        "202 and a job: pending, then done, failed, partly done, or pending for ever.",
        {
            "shortest_s": Parameter(0.2, "no job ends sooner, wire seconds", 0.0, 2400.0),
            "highest_s": Parameter(2.0, "no job ends later; beyond that it is stuck", 0.0, 2400.0),
            "stuck": Parameter(0.0, "share of jobs that are never carried out", 0.0, 1.0),
        },
        on_card=True,
    ),
    FaultKind(
        "F16",
        "partial batch",
        "wire",
        "The results of a batch come in another order, or without the rows that were refused.",
        {"how": Parameter("shuffled", "`shuffled`, or `omits` refused rows", choices=("shuffled", "omits"))},
        on_card=True,
    ),
    FaultKind(
        "F17",
        "idempotency variety",
        "wire",
        "What a key keeps, and what it answers to another body.",
        {
            "other_body": Parameter(
                "refused", "another body is `refused`, or `ignored`: the stored answer", choices=("refused", "ignored")
            ),
            "stores": Parameter(
                "refusals",
                "a key keeps successes and `refusals`, `successes` only, or `everything`, a stored 500 included",
                choices=("refusals", "successes", "everything"),
            ),
        },
        on_card=True,
        habit=True,
    ),
    FaultKind("F18", "server double-apply", "wire", "The system itself commits twice; the second is nobody's request."),
    FaultKind(
        "F20",
        "contention",
        "wire",
        "Somebody holds the document: 423 for a while, or 409 once because it has been changed; nothing is processed.",
        {
            "holds_s": Parameter(1.0, "wire seconds a lock is held", 0.0, 1200.0),
            "how": Parameter("any", "`locked` or `changed`; any draws one", choices=("any", "locked", "changed")),
        },
        on_card=True,
    ),
    FaultKind(
        "F21",
        "silent normalisation",
        "wire",
        "Texts and references that are longer are cut, and blanks around them trimmed.",
        {
            "reference_max": Parameter(40.0, "characters of a reference that are kept", 16.0, 255.0),
            "text_max": Parameter(50.0, "characters of a text that are kept", 16.0, 255.0),
        },
        on_card=True,
        habit=True,
    ),
    FaultKind(
        "F22",
        "silent default",
        "wire",
        "An unknown account or cost centre is replaced by the first one of the company.",
        on_card=True,
        habit=True,
    ),
    FaultKind(
        "F23",
        "already exists",
        "wire",
        "A reference that is taken is told without the document that has it, or as an error of the system.",
        {
            "how": Parameter(
                "bare", "409 without the document (`bare`), or `status_500`", choices=("bare", "status_500")
            )
        },
        on_card=True,
        habit=True,
    ),
    FaultKind(
        "F24",
        "replica lag",
        "wire",
        "Reads are served from a copy that is behind.",
        {"lag_s": Parameter(0.9, "wire seconds the copy is behind", 0.0, 600.0)},
        on_card=True,
    ),
    FaultKind(
        "F25",
        "index lag",
        "wire",
        "Lists and searches are served from an index that is behind; a document by its number is there at once.",
        {"lag_s": Parameter(0.9, "wire seconds the index is behind", 0.0, 900.0)},
        on_card=True,
    ),
    FaultKind(
        "F26",
        "page drift",
        "wire",
        "Pages are counted from the start: what changes between two of them shifts the rest, and a row is missed.",
        on_card=True,
        habit=True,
    ),
    FaultKind(
        "F27",
        "cursor edges",
        "wire",
        "Lists tell and compare the time of a change coarsely, so that many documents share it.",
        {"resolution_s": Parameter(3600.0, "business seconds", 1.0, 86_400.0)},
        on_card=True,
        habit=True,
    ),
    FaultKind(
        "F28",
        "local-date filter",
        "wire",
        "Of `updated_since` only the date counts, as midnight of the account's zone.",
        {
            "zone": Parameter(
                "America/Los_Angeles",
                "the account's time zone",
                choices=("America/Los_Angeles", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Asia/Tokyo"),
            )
        },
        on_card=True,
        habit=True,
    ),
    FaultKind(
        "F29",
        "vanishing objects",
        "wire",
        "What people took back is gone from lists, and 404, without a tombstone.",
        {"share": Parameter(1.0, "share of such documents", 0.0, 1.0)},
        on_card=True,
        habit=True,
    ),
    FaultKind(
        "F45",
        "maintenance window",
        "wire",
        "The system is closed in a window that its card announces, which may end later than announced.",
        {
            "how": Parameter(
                "unavailable",
                "what callers meet: 503, an HTML page with status 200, or 503 on writes only",
                choices=("unavailable", "page", "read_only"),
            ),
            "overrun_h": Parameter(0.0, "business hours between the announced end and the real one", 0.0, 48.0),
        },
        on_card=True,
    ),
)
