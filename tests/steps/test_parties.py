"""The parties of a contract are known by their roles in brackets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.types import Document
from qa.assistant import Assistant
from qa.steps.parties import asked_party, party

LEASE = 'This lease is made on 3 May between Nordwind Property AS ("the Landlord") and Mira Holt ("the Tenant").'
SUPPLY = (
    "SUPPLY AGREEMENT\n\n(1) Lind & Sons Ltd, a company incorporated in England and Wales (the “Supplier”); and\n"
    "(2) Kvam Boats, Inc. (hereinafter referred to as the Buyer)."
)


@pytest.mark.parametrize(
    ("question", "role"),
    [
        ("Who is the landlord?", "landlord"),
        ("who's the Tenant", "Tenant"),
        ("Who is the landlord of Unit 7?", "landlord"),
        ("Who are the Sellers under the agreement?", "Sellers"),
        ("Who is the managing agent?", "managing agent"),
        ("Who was called by the landlord?", None),
        ("What is the rent?", None),
    ],
)
def test_the_role_that_a_question_asks_for(question: str, role: str | None) -> None:
    if role is None:
        assert asked_party(question) is None or party(LEASE, str(asked_party(question)), (0, len(LEASE))) is None
    else:
        assert asked_party(question) == role


@pytest.mark.parametrize(
    ("text", "role", "name"),
    [
        (LEASE, "landlord", "Nordwind Property AS"),
        (LEASE, "tenant", "Mira Holt"),
        (SUPPLY, "supplier", "Lind & Sons Ltd"),
        (SUPPLY, "buyer", "Kvam Boats, Inc."),
        ("Signed by Bo Lind, of Vardo (hereinafter, the *Agent*).", "agent", "Bo Lind"),
    ],
)
def test_a_party_is_the_name_before_its_role(text: str, role: str, name: str) -> None:
    place = party(text, role, (0, len(text)))
    assert place is not None
    assert text[slice(*place)] == name


@pytest.mark.parametrize(
    "text", ["The tenant (see clause 4) pays.", "The landlord pays the agent.", "(the Tenant)", ""]
)
def test_a_role_without_a_name_names_nobody(text: str) -> None:
    assert party(text, "tenant", (0, len(text))) is None


@given(st.text(max_size=200), st.sampled_from(["tenant", "the buyer", "x"]))
def test_a_name_lies_before_its_role_within_its_bounds(text: str, role: str) -> None:
    text = f"{text} (the {role})"
    place = party(text, role, (0, len(text)))
    assert place is None or 0 <= place[0] < place[1] <= len(text)


def test_the_party_is_the_answer_though_another_name_stands_in_the_sentence() -> None:
    assistant = Assistant.from_documents([Document.from_text(LEASE, "Lease")])
    for role, name in (("landlord", "Nordwind Property AS"), ("tenant", "Mira Holt")):
        answer = assistant.answer(f"Who is the {role}?")
        assert answer.text == name
        assert answer.confidence >= 0.5
