"""Runs the service as a process of its own: `python -m hardclose_reference --style webhooks`."""

from __future__ import annotations

import argparse
import logging
import os
import random
import sqlite3
import sys
from datetime import UTC, datetime

import uvicorn

from hardclose_reference.behaviour import VARIANTS
from hardclose_reference.manifest import MODES
from hardclose_reference.service import build
from hardclose_reference.settings import Settings, SettingsError


def main() -> None:
    parser = argparse.ArgumentParser(prog="hardclose_reference", description="The reference integration of hardclose.")
    parser.add_argument("--style", choices=tuple(MODES), default="webhooks")
    parser.add_argument("--variant", metavar="ID", help=f"a mutant or legal variant: {', '.join(VARIANTS)}")
    asked = parser.parse_args()
    try:
        settings = Settings.from_environment(os.environ, style=asked.style, variant=asked.variant)
    except SettingsError as wrong:
        sys.exit(f"hardclose_reference: {wrong}")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    try:
        service = build(settings, now=lambda: datetime.now(UTC), rng=random.Random())
    except (OSError, sqlite3.Error) as wrong:
        sys.exit(f"hardclose_reference: HARDCLOSE_STATE_DIR is {str(settings.folder)!r}; it cannot be used: {wrong}")
    uvicorn.run(
        service.app,
        host=os.environ.get("HOST", "127.0.0.1"),
        port=settings.port,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main()
