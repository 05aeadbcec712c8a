"""What the tests of all doors share: documents to ask, and a framework that must be there in CI."""

from __future__ import annotations

import os

import pytest

from embeddings import Document

TOWN = Document.from_text("The mayor of Lund is Ana Ruiz. She was elected in May.", "Town", "town.txt")
FERRY = Document.from_text("The ferry to Oslo leaves at 14:30.\n\nTickets cost 40 euros.", "Ferry", "ferry.txt")
TOLL = Document.from_text("The harbour was hit and 70 people died.", "First", "first.txt")
OTHER_TOLL = Document.from_text("The harbour was hit and 90 people died.", "Second", "second.txt")
DOCUMENTS = (TOWN, FERRY, TOLL, OTHER_TOLL)
MAYOR = "Who is the mayor of Lund?"


def needs(package: str) -> None:
    """Skips a module's tests where its framework is not installed. In CI a door that nobody tries is a failure."""
    if os.environ.get("CI") != "true":
        pytest.importorskip(package)
