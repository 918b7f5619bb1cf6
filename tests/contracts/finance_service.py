"""A finance service as `contracts/finance-service/openapi.yaml` describes it: a right one, and ones with a defect."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from jsonschema import Draft202012Validator, FormatChecker

from hardclose_mocks.server.listen import Listener

SPEC = Path(__file__).parents[2] / "contracts" / "finance-service" / "openapi.yaml"
TOKEN = "finance-dummy"
BODY_BYTES_MAX = 1_000_000
BUDGET = Decimal("50000.00")
COLUMN = 100
DEFECTS = {
    "forgets_keys": "an Idempotency-Key sent again makes a second requisition",
    "crashes": "a text above 100 characters shows a stack trace",
    "takes_anything": "a quantity of -1 is taken",
    "ignores_versions": "If-Match is read and not compared",
    "always_sends": "If-None-Match is read by nobody",
    "remembers_refusals": "a decision that is refused is kept all the same",
}


class Answer(NamedTuple):
    status: int
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


class Refused(Exception):
    def __init__(self, status: int, slug: str, detail: str, *headers: tuple[str, str]) -> None:
        super().__init__(detail)
        problem = {"type": f"/problems/{slug}", "title": slug, "status": status, "detail": detail}
        self.answer = Answer(status, problem, headers)


class FinanceService:
    """An ASGI application. `/_test/digest` and `/_test/reset` are for whoever tests it."""

    def __init__(self, *defects: str) -> None:
        assert set(defects) <= DEFECTS.keys()
        self.defects = frozenset(defects)
        self.schemas = yaml.safe_load(SPEC.read_text(encoding="utf-8"))["components"]["schemas"]
        self.reset()

    def reset(self) -> None:
        self.requisitions: dict[str, dict[str, Any]] = {}
        self.orders: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, tuple[str, Answer]] = {}

    # --- HTTP -------------------------------------------------------------------------------------------------------

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            answer = self._answer(scope["method"], scope["path"], headers, body)
        except Refused as no:
            answer = no.answer
        except ArithmeticError:
            await self._send(send, Answer(500, None), traceback.format_exc().encode(), "text/plain")
            return
        problem = answer.status >= 400
        content = b"" if answer.body is None else json.dumps(answer.body).encode()
        await self._send(send, answer, content, "application/problem+json" if problem else "application/json")

    async def _send(self, send: Any, answer: Answer, content: bytes, kind: str) -> None:
        headers = [(name.lower().encode(), value.encode()) for name, value in answer.headers]
        if answer.status != 304:
            headers += [(b"content-type", kind.encode()), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if path == "/_test/digest":
            return Answer(200, {"digest": hashlib.sha256(repr((self.requisitions, self.orders)).encode()).hexdigest()})
        if path == "/_test/reset":
            self.reset()
            return Answer(200, {})
        offered = next(
            ((hands, found) for route, hands in self._routes() if (found := re.fullmatch(route, path))), None
        )
        if offered is None:
            raise Refused(404, "not-found", f"nothing is at {path}")
        hands, found = offered
        if method not in hands:
            raise Refused(405, "method-not-allowed", f"{method} is not offered here", ("Allow", ", ".join(hands)))
        if headers.get("authorization") != f"Bearer {TOKEN}":
            raise Refused(401, "unauthorized", "no valid token", ("WWW-Authenticate", "Bearer"))
        if len(body) > BODY_BYTES_MAX:
            raise Refused(413, "too-large", f"at most {BODY_BYTES_MAX} bytes")
        return hands[method](headers, body, *found.groups())

    def _routes(self) -> Iterator[tuple[str, dict[str, Callable[..., Answer]]]]:
        number = "([^/]{1,40})"
        yield "/v1/requisitions", {"POST": self._create_requisition}
        yield f"/v1/requisitions/{number}", {"GET": self._get_requisition}
        yield f"/v1/requisitions/{number}/decision", {"PUT": self._decide}
        yield "/v1/budget-validations", {"POST": self._validate_budget}
        yield "/v1/purchase-orders", {"POST": self._create_order}
        yield f"/v1/purchase-orders/{number}", {"GET": self._get_order}
        yield f"/v1/purchase-orders/{number}/invoice-status", {"GET": self._invoice_status}

    # --- what is asked ----------------------------------------------------------------------------------------------

    def _create_requisition(self, headers: Mapping[str, str], body: bytes) -> Answer:
        return self._once(headers, "requisition", self._read(headers, body, "NewRequisition"), self._requisition)

    def _requisition(self, asked: dict[str, Any]) -> Answer:
        total = sum((Decimal(line["unit_price"]) * int(line["quantity"]) for line in asked["lines"]), Decimal(0))
        if "crashes" in self.defects and any(len(line["text"]) > COLUMN for line in asked["lines"]):
            raise OverflowError("value too long for type character varying(100)")
        number = f"Q-{len(self.requisitions) + 1:06}"
        made = {"status": "pending", "decision": None, "version": 1}
        self.requisitions[number] = {"number": number, **asked, "total": f"{total:.2f}", **made}
        return _made("/v1/requisitions", self.requisitions[number])

    def _get_requisition(self, headers: Mapping[str, str], _: bytes, number: str) -> Answer:
        held = {} if "always_sends" in self.defects else headers
        return _seen(held, _found(self.requisitions, number))

    def _decide(self, headers: Mapping[str, str], body: bytes, number: str) -> Answer:
        asked = self._read(headers, body, "Decision")
        version = headers.get("if-match", "")
        if not re.fullmatch('"[0-9]{1,18}"', version):
            raise Refused(400, "malformed", "If-Match names the ETag of the version that was decided on")
        requisition = _found(self.requisitions, number)
        if "ignores_versions" not in self.defects and version != _etag(requisition):
            raise Refused(412, "version-mismatch", f"{number} is at {_etag(requisition)}")
        if requisition["decision"] == asked:
            return Answer(200, requisition, (("ETag", _etag(requisition)),))
        decided = {**requisition, "decision": asked, "version": requisition["version"] + 1}
        if requisition["status"] != "pending":
            if "remembers_refusals" in self.defects:
                self.requisitions[number] = decided
            raise Refused(409, "wrong-state", f"{number} is {requisition['status']}")
        self.requisitions[number] = {**decided, "status": asked["decision"]}
        return Answer(200, self.requisitions[number], (("ETag", _etag(self.requisitions[number])),))

    def _validate_budget(self, headers: Mapping[str, str], body: bytes) -> Answer:
        asked = self._read(headers, body, "BudgetQuestion")
        enough = Decimal(asked["amount"]) <= BUDGET
        return Answer(200, {"sufficient": enough, "available": str(BUDGET), "currency": asked["currency"]})

    def _create_order(self, headers: Mapping[str, str], body: bytes) -> Answer:
        return self._once(headers, "order", self._read(headers, body, "NewPurchaseOrder"), self._order)

    def _order(self, asked: dict[str, Any]) -> Answer:
        requisition = self.requisitions.get(asked["requisition"])
        if requisition is None:
            raise Refused(422, "unknown-master", f"there is no requisition {asked['requisition']}")
        if requisition["status"] != "approved":
            raise Refused(409, "wrong-state", f"{requisition['number']} is {requisition['status']}")
        number = f"PO-{len(self.orders) + 1:06}"
        taken = {name: requisition[name] for name in ("supplier", "currency", "total")}
        self.orders[number] = {"number": number, **asked, **taken, "status": "issued", "version": 1}
        requisition["status"], requisition["version"] = "ordered", requisition["version"] + 1
        return _made("/v1/purchase-orders", self.orders[number])

    def _get_order(self, headers: Mapping[str, str], _: bytes, number: str) -> Answer:
        return _seen(headers, _found(self.orders, number))

    def _invoice_status(self, _: Mapping[str, str], __: bytes, number: str) -> Answer:
        order = _found(self.orders, number)
        none = {"status": "none", "invoiced": "0.00", "paid": "0.00"}
        return Answer(200, {"purchase_order": order["number"], **none, "currency": order["currency"]})

    # --- what all have in common ------------------------------------------------------------------------------------

    def _read(self, headers: Mapping[str, str], body: bytes, schema: str) -> dict[str, Any]:
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refused(422, "invalid", "the body is application/json")
        try:
            asked = json.loads(body)
        except ValueError as wrong:
            raise Refused(400, "malformed", "the body is not JSON") from wrong
        wrong = next(self._validator(schema).iter_errors(self._checked(asked)), None)
        if wrong is not None:
            raise Refused(422, "invalid", f"{wrong.json_path}: {wrong.message[:200]}")
        assert isinstance(asked, dict)
        return asked

    def _checked(self, asked: Any) -> Any:
        lines = asked.get("lines") if isinstance(asked, dict) else None
        if "takes_anything" not in self.defects or not isinstance(lines, list):
            return asked
        return {
            **asked,
            "lines": [
                {**line, "quantity": 1} if isinstance(line, dict) and type(line.get("quantity")) is int else line
                for line in lines
            ],
        }

    def _validator(self, schema: str) -> Draft202012Validator:
        return Draft202012Validator(self._inlined({"$ref": schema}), format_checker=FormatChecker(["date"]))

    def _inlined(self, schema: Any) -> Any:
        if isinstance(schema, list):
            return [self._inlined(one) for one in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            return self._inlined(self.schemas[schema["$ref"].rpartition("/")[2]])
        return {name: self._inlined(value) for name, value in schema.items()}

    def _once(
        self, headers: Mapping[str, str], kind: str, asked: dict[str, Any], do: Callable[[dict[str, Any]], Answer]
    ) -> Answer:
        key = headers.get("idempotency-key", "")
        if not re.fullmatch("[!#-~]{1,255}", key):
            raise Refused(400, "malformed", "Idempotency-Key is 1 to 255 visible ASCII characters")
        attempt = kind + json.dumps(asked, sort_keys=True)
        known = self.keys.get(key) if "forgets_keys" not in self.defects else None
        if known is None:
            self.keys[key] = attempt, do(asked)
        elif known[0] != attempt:
            raise Refused(422, "key-reused", "this key came with something else before")
        return self.keys[key][1]


def _found(documents: Mapping[str, dict[str, Any]], number: str) -> dict[str, Any]:
    if number not in documents:
        raise Refused(404, "not-found", f"there is no {number}")
    return documents[number]


def _etag(document: Mapping[str, Any]) -> str:
    return f'"{document["version"]}"'


def _made(place: str, document: dict[str, Any]) -> Answer:
    headers = (("ETag", _etag(document)), ("Location", f"{place}/{document['number']}"))
    return Answer(201, dict(document), headers)


def _seen(headers: Mapping[str, str], document: dict[str, Any]) -> Answer:
    held = {one.strip() for one in headers.get("if-none-match", "").split(",")}
    etag = _etag(document)
    return Answer(304, None, (("ETag", etag),)) if etag in held else Answer(200, document, (("ETag", etag),))


@contextmanager
def served(application: Any) -> Iterator[str]:
    """Its address, for as long as the block lasts. On a thread of its own: the fuzzer keeps this one waiting."""
    up, down, urls = threading.Event(), asyncio.Event(), list[str]()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        listener = Listener({"finance": application}, {})
        await listener.start()
        urls.append(listener.urls["finance"])
        up.set()
        await down.wait()
        await listener.stop()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert up.wait(10), "the finance service did not come up"
    try:
        yield urls[0]
    finally:
        loop.call_soon_threadsafe(down.set)
        thread.join(10)
        loop.close()
