"""One request as the edge sees it: who asks, what for, with which body; and how the dialect's application is run."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from hardclose_mocks.desk import Answer, Operation, Upload
from hardclose_mocks.history.codec import to_json
from hardclose_mocks.kernel.documents import Event
from hardclose_mocks.server.credentials import INTEGRATION, actor_of
from hardclose_mocks.server.keys import Entry

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODY_BYTES_MAX = 1_048_576
UPLOAD_BYTES_MAX = 25 * BODY_BYTES_MAX
"""Where the body is a file."""
NESTING_MAX = 64
"""Levels of arrays and objects in a body; deeper ones are not read."""
CRASHED = "crashed"
"""The refusal on record where a route of ours broke."""
KEPT_HEADERS = ("idempotency-key", "if-match", "traceparent", "x-correlation-id")
ECHOED = ("traceparent", "x-correlation-id")
LOGINS = frozenset({"token", "client.rotate"})
"""Operations whose callers prove themselves by client id and secret."""
KEPT_ERRORS = ("server_error", "unavailable")
"""Errors before anything was done that an idempotency key stands for, where the terms say that it keeps everything."""
UNTAPPED = frozenset({"openapi", "docs"})
"""Operations that are no business of the history: documentation pages."""
DROP = "hardclose.drop"
"""In `scope["extensions"]`: a function that breaks the connection off. Both our transports offer it."""
CUT = "hardclose.cut"
"""In `scope["extensions"]`: a function that ends the connection orderly, in the middle of an answer."""
CONNECTED = "hardclose.connected"
"""In `scope["extensions"]`: whether the caller is still there."""


@dataclass(slots=True)
class Call:
    """One request on its way through the edge."""

    scope: Scope
    operation: Operation
    number: str
    body: bytes
    headers: dict[str, str]
    started_ns: int
    credential: str = "anonymous"
    parsed: Any = None
    unreadable: str | None = None
    """Why a body that says it is JSON is not."""
    subject: str = ""
    nth: int = 0
    key: str | None = None
    upload: Upload | None = None
    entry: Entry | None = None
    """What the key store holds for it, where this request was the first with its key."""
    emitted: list[tuple[str, Event]] = field(default_factory=list)

    @property
    def actor(self) -> str:
        return actor_of(self.credential)

    @property
    def judged(self) -> bool:
        """Faults and limits strike the integration only; a person's slip is not the subject of the run."""
        return self.actor == INTEGRATION


def subject_of(call: Call) -> str:
    """What fault draws key on: the source reference, the document in the path, the credential, or the body's hash."""
    wanted, body = call.operation.subject, call.parsed
    if wanted in ("reference", "number") and isinstance(body, dict) and isinstance(body.get(wanted), str):
        return str(body[wanted])
    if wanted == "path" and call.number:
        return call.number
    if wanted == "credential":
        return call.credential
    canonical = to_json(call.parsed) if call.parsed is not None else call.body
    return "body:" + hashlib.blake2b(canonical, digest_size=8).hexdigest()


def fingerprint(call: Call) -> str:
    """What must be equal for two requests to be the same attempt: operation, path and canonical body."""
    return fingerprint_of(call.operation.name, call.scope["path"], call.parsed)


def fingerprint_of(operation: str, path: str, body: Any) -> str:
    """The same from stored parts; a body that is no JSON counts as none."""
    return hashlib.blake2b(f"{operation}|{path}|".encode() + to_json(body), digest_size=16).hexdigest()


def read_json(call: Call) -> None:
    """Sets `parsed`, or `unreadable`. Routes read bodies by other code: what only one of them can read, neither may."""
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not call.body or not (
        kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
    ):
        return
    try:
        call.parsed = msgspec.json.decode(call.body)
        if call.body.count(b"[") + call.body.count(b"{") > NESTING_MAX and _deep(call.parsed, NESTING_MAX):
            call.unreadable = f"more than {NESTING_MAX} levels deep"
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        call.unreadable = str(wrong)
    if call.unreadable is not None:
        call.parsed = None


def _deep(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return bool(inner) and (levels == 0 or any(_deep(one, levels - 1) for one in inner))


def is_secret(operation: str) -> bool:
    """Operations whose requests or answers hold secrets."""
    return operation in LOGINS or operation.startswith("subscription.")


def is_business(refusal: str | None) -> bool:
    """Refusals by a business rule bear class names."""
    return refusal is not None and refusal[0].isupper()


def is_kept(status: int, refusal: str | None, stores: str = "refusals") -> bool:
    """Whether an idempotency key stands for this answer from now on: a success, or, unless the terms say `successes`, a
    refusal by a business rule. What was not understood, not processed or broke may be tried again under the same
    key."""
    return 0 < status < 500 and (refusal is None or (is_business(refusal) and stores != "successes"))


def answer_name(answer: Answer) -> str:
    """The slug of a problem answer, with underscores."""
    kind = msgspec.json.decode(answer.body).get("type", "")
    return str(kind).rsplit("/", 1)[-1].replace("-", "_")


def kept_answer(answer: Answer) -> Any:
    try:
        return msgspec.json.decode(answer.body) if answer.body else None
    except msgspec.DecodeError:
        return answer.body.decode("utf-8", "replace")


def bytes_max(operation: Operation) -> int:
    return UPLOAD_BYTES_MAX if operation.upload else BODY_BYTES_MAX


def read_upload(call: Call) -> None:
    """Sets `upload`; what is told about the file, its digest included, is the parsed body for the history, for fault
    draws and for idempotency keys. The bytes are kept nowhere."""
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    call.upload = Upload(kind, len(call.body), hashlib.sha256(call.body).hexdigest())
    told = dict(parse_qsl(call.scope.get("query_string", b"").decode("latin-1")))
    call.parsed = {**told, "content_type": kind, "size": call.upload.size, "sha256": call.upload.sha256}


async def read_body(receive: Receive, most: int = BODY_BYTES_MAX) -> bytes | None:
    """The whole request body, or a little more than `most` bytes of a longer one; None if the caller left."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        if size <= most:
            parts.append(message.get("body", b""))
            size += len(parts[-1])
        if not message.get("more_body", False):
            return b"".join(parts)


def replay(body: bytes) -> Receive:
    """A body that was read, once more. Whoever then listens for the caller's leaving, as file answers do, just waits:
    an answer at once would keep him asking, and the loop busy, for ever."""
    given = False

    async def receive() -> MutableMapping[str, Any]:
        nonlocal given
        if given:
            await asyncio.Event().wait()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def run_application(application: Any, scope: Scope, body: bytes) -> Answer:
    """Run the dialect's application and take its answer, without sending it."""
    status, headers, parts = 500, [], []

    async def take(message: MutableMapping[str, Any]) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], message.get("headers", [])
        else:
            parts.append(message.get("body", b""))

    await application(scope, replay(body), take)
    kept = tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in headers if name != b"content-length"
    )
    return Answer(status, kept, b"".join(parts))
