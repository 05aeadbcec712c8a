"""Small things that nothing bounded: links in the folder of an index, files that only grow, phrases in phrases."""

from __future__ import annotations

from pathlib import Path

import living
import pytest
from fakes import cite
from keyword_assistant import KeywordAssistant
from starlette.testclient import TestClient

from embeddings import Document
from embeddings.errors import StoreError
from embeddings.store.locking import LOCK_FILE, writer_lock
from embeddings.store.manifest import MANIFEST_FILE
from qa import Answer, Turn
from qa.english.phrases import phrases
from qa.kept import feedback
from qa.kept.feedback import FeedbackStore, Version
from qa.uploads import shared
from qa.web.app import create_app

FERRY = Document("", "Ferry", "ferry.txt", "The ferry to Oslo leaves at 14:30.")


def test_a_lock_that_is_a_link_empties_nothing(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    (tmp_path / LOCK_FILE).symlink_to(tmp_path / "precious")
    with pytest.raises(StoreError, match="can't be written"), writer_lock(tmp_path):
        pass
    assert (tmp_path / "precious").read_text() == "precious"


def test_a_manifest_is_not_written_through_a_link(tmp_path: Path) -> None:
    living.write(tmp_path / "documents", {"a.txt": "Ship 1 sails under flag 70."})
    living.update_index(tmp_path / "index", [tmp_path / "documents"], living.maker())
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "index" / f"{MANIFEST_FILE}.new").symlink_to(tmp_path / "precious")
    living.write(tmp_path / "documents", {"a.txt": "Ship 2 sails under flag 71."})
    living.update_index(tmp_path / "index", [tmp_path / "documents"], living.maker())
    assert (tmp_path / "precious").read_text() == "precious"
    assert (tmp_path / "index" / MANIFEST_FILE).is_symlink() is False


def test_feedback_and_shared_files_have_a_total(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, turn = FeedbackStore(tmp_path / "said.sqlite"), Turn("a", Answer("a", "14:30", 0.5, (cite(FERRY, "14:30"),)))
    store.add(turn, "right", Version("", 0, ()))
    monkeypatch.setattr(feedback, "MOST_BYTES", 10)
    with pytest.raises(StoreError, match="the file of feedback is full"):
        store.add(turn, "right", Version("", 0, ()))
    living.write(tmp_path / "documents", {"a.txt": "Ship 1 sails under flag 70."})
    living.update_index(tmp_path / ".index", [tmp_path / "documents"], living.maker())
    shared.share(tmp_path / ".index", "b.txt", b"Ship 2 sails.", living.maker())
    monkeypatch.setattr(shared, "MOST_SHARED_FILES", 1)
    with pytest.raises(StoreError, match="the folder of added files: full"):
        shared.share(tmp_path / ".index", "c.txt", b"Ship 3 sails.", living.maker())


def test_a_name_inside_a_name_goes_on_without_an_end() -> None:
    question = "Who is " + "King of " * 3_000 + "King?"
    assert [phrase.text for phrase in phrases(question)][-1].endswith("of King")


@pytest.mark.parametrize("path", ["/", "/source", "/talk/here", "/files", "/health", "/metrics", "/nothing", "/config"])
def test_nothing_of_it_is_kept_by_a_cache(path: str) -> None:
    with TestClient(create_app(KeywordAssistant([FERRY])), base_url="http://127.0.0.1:7860") as client:
        assert client.get(path).headers["cache-control"] == "no-store"
