"""Jobs that accepted requests left behind, and what became of them."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from hardclose_mocks.desk import JobView
from hardclose_mocks.dialects.neutral.routes.shared import desk, protocol_error, reply


def job_wire(job: JobView) -> dict[str, Any]:
    return {
        "id": job.id,
        "operation": job.operation,
        "state": job.state,
        "href": f"/v1/jobs/{job.id}",
        "status": job.status,
        "result": job.result,
    }


def add_job_routes(app: FastAPI) -> None:
    @app.get("/v1/jobs/{job_id}", operation_id="job.get", tags=["jobs"])
    async def job(request: Request, job_id: str) -> Response:
        """What became of a request that was accepted with 202: pending, done, failed, or partly done."""
        at = desk(request)
        found = at.control.jobs.find(at.system, job_id)
        if found is None:
            raise protocol_error("not_found", f"there is no job {job_id}")
        return reply(job_wire(found))
