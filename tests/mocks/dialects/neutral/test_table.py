"""The table of resources leaves nothing out: what books hold is offered, and what is created is on the card."""

from __future__ import annotations

from typing import get_args

from hardclose_mocks.cards import CREATING
from hardclose_mocks.dialects.neutral.quirks import NeutralDialect
from hardclose_mocks.dialects.neutral.routes.erp import ERP_RESOURCES
from hardclose_mocks.dialects.neutral.routes.expense import EXPENSE_RESOURCES
from hardclose_mocks.dialects.neutral.routes.procurement import PROCUREMENT_RESOURCES
from hardclose_mocks.dialects.neutral.routes.resources import Resource
from hardclose_mocks.dialects.neutral.routes.table import ENCODERS
from hardclose_mocks.kernel.books import KINDS_OF
from hardclose_mocks.kernel.documents import Document

BY_SYSTEM: dict[str, tuple[Resource, ...]] = {
    "erp": ERP_RESOURCES,
    "procurement": PROCUREMENT_RESOURCES,
    "expense": EXPENSE_RESOURCES,
}


ATTACHED = {"attachment"}
"""Kinds whose home is another document: their routes are written out."""


def test_every_document_is_worded() -> None:
    assert set(ENCODERS) == set(get_args(Document))


def test_every_kind_that_books_hold_is_listed_by_its_system() -> None:
    for system, resources in BY_SYSTEM.items():
        assert {resource.kind for resource in resources} | ATTACHED == set(KINDS_OF[system]) | ATTACHED


def test_the_card_has_terms_for_whatever_an_integration_creates_in_the_erp() -> None:
    offered = {name for name in NeutralDialect().operations("erp") if name.endswith(".create")}
    assert offered - {"subscription.create"} == set(CREATING)


def test_no_two_resources_share_a_kind_or_an_example() -> None:
    for resources in BY_SYSTEM.values():
        for name in ("kind", "path", "example"):
            told = [getattr(resource, name) for resource in resources]
            assert len(set(told)) == len(told), name
