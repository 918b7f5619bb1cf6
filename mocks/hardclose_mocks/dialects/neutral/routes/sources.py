"""What both source systems offer alike: approvals by people, and the integration's write-back."""

from __future__ import annotations

from collections.abc import Callable

from hardclose_mocks.dialects.neutral.description import examples
from hardclose_mocks.dialects.neutral.routes.resources import Action
from hardclose_mocks.dialects.neutral.wire.sources import ApprovalIn, PostingIn
from hardclose_mocks.kernel.commands import Command


def write_back(words: str) -> Action:
    return Action(
        "posting",
        "/posting",
        f"Tell what became of an approved {words}",
        lambda asked: asked.body.command(asked.number, asked.version),
        PostingIn,
        examples.WRITE_BACKS,
        method="PUT",
        leads=("get", "posting"),
        says=f"The integration tells what became of the {words}.",
        if_match=True,
    )


def approval(command: Callable[[str, str, str | None], Command]) -> Action:
    """One step of the approval chain, in one's own name or for somebody absent."""
    return Action(
        "approve",
        "/approval",
        "Approve, as the next in the chain",
        lambda asked: command(asked.number, asked.person("approve"), asked.body.on_behalf_of),
        ApprovalIn,
        examples.APPROVALS,
        leads=("approve", "posting"),
        by_person=True,
    )
