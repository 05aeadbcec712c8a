"""Where documents are found when nobody names them, and the samples' index in the user's cache."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings.errors import DocumentError, QuestionError, StoreError, StoreNotFound
from embeddings.index.index import STORE_FILE
from embeddings.types import Document
from qa import Settings, Turn, answer
from qa import documents as places
from qa.assistant import build_index
from qa.samples import EXAMPLES, is_samples, open_samples, seeds_folder

MAYOR = Document.from_text("The mayor of Lund is Ana Ruiz. She was elected in May.", title="Lund")
QUESTION = "Who is the mayor of Lund?"
SAMPLES_LINE = "answering from the five sample documents\n"


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working folder without an index here or above, and nothing kept open from before."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv(places.INDEX_VARIABLE, raising=False)
    places._opened.cache_clear()
    places._samples.cache_clear()
    yield folder
    places._opened.cache_clear()
    places._samples.cache_clear()


def index_of(text: str, path: Path) -> Path:
    build_index([Document.from_text(text)], path).close()
    return path


# ---------------------------------------------------------------- the order


def test_documents_that_are_given_come_first(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(places.INDEX_VARIABLE, str(nowhere / "no such index"))
    given = answer(QUESTION, [MAYOR], settings=Settings(threshold=0.0))
    assert given.text == "Ana Ruiz"
    assert capsys.readouterr().err == ""


def test_then_the_index_that_the_variable_names_then_the_nearest_folder(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(threshold=0.0)
    index_of("The mayor of Lund is Bo Berg.", nowhere.parent / places.INDEX_FOLDER)
    assert answer(QUESTION, settings=settings).text == "Bo Berg"
    index_of("The mayor of Lund is Cy Dahl.", nowhere / places.INDEX_FOLDER)
    assert answer(QUESTION, settings=settings).text == "Cy Dahl"
    monkeypatch.setenv(places.INDEX_VARIABLE, str(index_of("The mayor of Lund is Di Ek.", nowhere / "named")))
    assert answer(QUESTION, settings=settings).text == "Di Ek"
    monkeypatch.setenv(places.INDEX_VARIABLE, "")
    assert answer(QUESTION, settings=settings).text == "Cy Dahl"
    assert capsys.readouterr().err == ""


def test_else_the_samples_and_stderr_says_so_when_they_are_opened(
    nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert places.find_index() is None
    assert answer(EXAMPLES[0]).passages
    assert answer(EXAMPLES[1]).passages
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", SAMPLES_LINE)


def test_an_index_that_was_built_again_is_read_again(nowhere: Path) -> None:
    index_of("The mayor of Lund is Bo Berg.", nowhere / places.INDEX_FOLDER)
    assert answer(QUESTION, settings=Settings(threshold=0.0)).text == "Bo Berg"
    index_of("The mayor of Lund is Cy Dahl.", nowhere / places.INDEX_FOLDER)
    assert answer(QUESTION, settings=Settings(threshold=0.0)).text == "Cy Dahl"


def test_a_file_named_like_the_folder_is_no_index(nowhere: Path) -> None:
    (nowhere / places.INDEX_FOLDER).write_text("notes", encoding="utf-8")
    assert places.find_index() is None


@pytest.mark.parametrize("kind", ["missing", "empty folder", "damaged", "text"])
def test_an_index_that_is_named_and_broken_is_an_error_and_never_replaced_by_the_samples(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    path = nowhere / "index"
    if kind != "missing":
        path.mkdir()
    if kind in ("damaged", "text"):
        (path / STORE_FILE).write_bytes(b"SQLite format 3\0" + b"\xff" * 200 if kind == "damaged" else b"hello")
    monkeypatch.setenv(places.INDEX_VARIABLE, str(path))
    with pytest.raises(StoreError, match="index") as raised:
        answer(QUESTION)
    assert "\n" not in str(raised.value)
    assert capsys.readouterr().err == ""


def test_a_broken_folder_nearby_is_an_error_too(nowhere: Path) -> None:
    (nowhere / places.INDEX_FOLDER).mkdir()
    with pytest.raises(StoreNotFound, match="make one with: pincite index"):
        answer(QUESTION)


def test_the_function_resolves_a_follow_up_and_raises_what_an_assistant_raises(tmp_path: Path) -> None:
    first = answer(QUESTION, [MAYOR])
    assert "Lund" in answer("And when?", [MAYOR], history=[Turn(QUESTION, first)]).question
    with pytest.raises(QuestionError):
        answer("?", [MAYOR])
    with pytest.raises(DocumentError):
        answer(QUESTION, tmp_path / "none.txt")


# ---------------------------------------------------------------- the samples


def test_the_samples_are_five_texts_and_known_as_such(seeds: Path) -> None:
    assert seeds_folder() == seeds
    assert len(list(seeds.iterdir())) == 5
    assert not is_samples([MAYOR])


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds the samples' index, built once for the tests below, which each take a copy."""
    cache = tmp_path_factory.mktemp("filled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        open_samples()
    return cache


@pytest.fixture
def cache(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that cache, as the user's own."""
    copy = tmp_path / "cache"
    shutil.copytree(filled, copy)
    monkeypatch.setenv("XDG_CACHE_HOME", str(copy))
    return copy


def samples_folders(cache: Path) -> list[Path]:
    return [path for path in (cache / "pincite").iterdir() if path.is_dir()]


def test_the_samples_index_is_built_once_and_then_reused(cache: Path) -> None:
    (folder,) = samples_folders(cache)  # and nothing half-built
    before = (folder / STORE_FILE).stat()
    assert is_samples(open_samples().documents())
    assert open_samples().answer(EXAMPLES[0]).passages
    after = (folder / STORE_FILE).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert samples_folders(cache) == [folder]


def test_settings_that_change_the_passages_have_an_index_of_their_own(cache: Path) -> None:
    open_samples(Settings(threshold=0.0, passages=3))
    assert len(samples_folders(cache)) == 1
    open_samples(Settings(chunk_tokens=100))
    assert len(samples_folders(cache)) == 2


@pytest.mark.parametrize("place", ["", "pincite"])
def test_where_the_cache_cannot_be_written_the_samples_are_kept_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    cache = tmp_path / "cache"
    in_the_way = cache / place if place else cache
    in_the_way.parent.mkdir(exist_ok=True)
    in_the_way.write_text("a file", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    assert is_samples(open_samples().documents())
    assert in_the_way.read_text(encoding="utf-8") == "a file"


def test_a_damaged_samples_index_is_built_again(cache: Path) -> None:
    (folder,) = samples_folders(cache)
    (folder / STORE_FILE).write_bytes(b"damaged")
    assert is_samples(open_samples().documents())
    assert (folder / STORE_FILE).read_bytes() != b"damaged"


ASK = """
import json, sys
from qa import answer
given = answer(sys.argv[1])
print(json.dumps([given.text, [[c.document.id, c.start, c.end] for c in given.passages]]))
"""


def test_two_processes_that_start_at_once_build_one_index_and_give_one_answer(
    clean_environment: dict[str, str], tmp_path: Path
) -> None:
    environment = clean_environment | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-W", "error", "-c", ASK, EXAMPLES[0]]
    running = [
        subprocess.Popen(
            command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    ended = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0, 0], ended
    assert [err for _, err in ended] == [SAMPLES_LINE] * 2
    first, second = (json.loads(out) for out, _ in ended)
    assert first == second
    assert len(samples_folders(tmp_path / "cache")) == 1
