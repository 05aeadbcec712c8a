"""An index that is brought up to date: what is embedded again and what is not, what goes, and who sees what when."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import living
import pytest
from living import CHUNKER, ENCODER, maker, update
from small_encoder import HashingEncoder, small_chunker

from embeddings.errors import DocumentError, StoreError, StoreLocked, StoreNotFound
from embeddings.index.beside import Maker
from embeddings.index.folders import UpdateResult, update_index
from embeddings.index.index import Index
from embeddings.index.updating import Tuning, open_store, writing
from embeddings.models.encoder import Vectors
from embeddings.search.lexical import LexicalIndex
from embeddings.search.wordfiles import begin_words
from embeddings.types import Document


class CountingEncoder(HashingEncoder):
    """Keeps every text that it embeds."""

    def __init__(self) -> None:
        super().__init__(dimension=32)
        self.embedded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        return super().encode(texts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    living.write(tmp_path / "docs", living.content(0))
    return tmp_path / "docs"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index"


def texts_of(path: Path) -> list[str]:
    with closing(Index.open(path, ENCODER)) as index:
        return sorted(document.text for document in index.documents())


def everything(index: Index) -> object:
    """All that an index answers, by text and place instead of by number."""
    sources = {document.id: document.source for document in index.documents()}
    chunks = {
        (sources[chunk.document_id], chunk.start, chunk.end, chunk.heading, chunk.date): number
        for id in sources
        for number, chunk in index.chunks_of(id).items()
    }
    cosines = index.dense("Ship 3 carries load3of0", index.passage_count)
    return {place: round(cosines[number], 5) for place, number in chunks.items()}


# ---------------------------------------------------------------- what is embedded


def test_only_what_is_new_or_has_changed_is_embedded(folder: Path, path: Path) -> None:
    encoder = CountingEncoder()
    made = Maker(encoder, small_chunker(encoder), Tuning(tail=8))
    update_index(path, [folder], made)
    encoder.embedded.clear()
    assert update_index(path, [folder], made).unchanged == len(living.content(0))
    assert encoder.embedded == []
    (folder / "ship2.txt").write_text("Ship 2\n\nShip 2 sank.", encoding="utf-8")
    (folder / "new.txt").write_text("New\n\nA new ship came.", encoding="utf-8")
    report = update_index(path, [folder], made)
    assert (report.changed, report.added, report.removed) == (1, 1, 0)
    assert len(encoder.embedded) == 2


def test_a_file_that_was_touched_is_unchanged_and_one_of_the_same_size_and_time_is_not(
    folder: Path, path: Path
) -> None:
    update(path, folder)
    file = folder / "ship2.txt"
    os.utime(file, (1, 1))
    assert update(path, folder).changed == 0
    before, text = file.stat(), file.read_text(encoding="utf-8")
    file.write_text(text.replace("Ship 2", "Ship 9"), encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert update(path, folder).changed == 1
    assert text not in texts_of(path)


def test_what_a_killed_writer_of_words_left_is_gone_before_files_of_the_same_names_come_again(
    folder: Path, path: Path
) -> None:
    update(path, folder)
    words = path / "lexical"
    finished = (words / "meta.json").read_bytes()
    store = open_store(path)
    begin_words(store)
    number = store.rows("SELECT max(number) FROM documents")[0][0]
    store.close()
    with LexicalIndex(words).writing() as writer:
        writer.remove([number])
    assert list(words.glob("*.del"))
    (words / "meta.json").write_bytes(finished)  # killed before the commit of the words was durable
    (words / ".tmpAbCdEf").write_bytes(b"half")
    for version in (1, 2, 0):
        living.write(folder, living.content(version))
        update(path, folder)
        living.checked(path, folder, [living.content(version)])
    assert not list(words.glob(".tmp*"))


def test_what_was_left_out_of_a_file_that_was_read_is_told(folder: Path, path: Path) -> None:
    (folder / "mail.eml").write_text(
        "From: Kari\nSubject: Losses\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n"
        "--x\nContent-Type: text/plain\n\nTwo boats were lost.\n"
        "--x\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=losses.pdf\n\n%PDF\n--x--\n"
    )
    (told,) = update(path, folder).partly
    assert told.path == (folder / "mail.eml").as_posix()
    assert "losses.pdf" in told.reason
    assert update(path, folder).partly == (), "nothing of it was read again"


def test_a_file_that_was_moved_keeps_its_vectors_and_is_named_by_its_new_place(folder: Path, path: Path) -> None:
    encoder = CountingEncoder()
    made = Maker(encoder, small_chunker(encoder))
    update_index(path, [folder], made)
    encoder.embedded.clear()
    (folder / "far").mkdir()
    (folder / "ship2.txt").rename(folder / "far" / "other.txt")
    report = update_index(path, [folder], made)
    assert (report.moved, report.added, report.changed, report.removed) == (1, 0, 0, 0)
    assert encoder.embedded == []
    with closing(Index.open(path, encoder)) as index:
        sources = [document.source for document in index.documents()]
    assert (folder / "far" / "other.txt").as_posix() in sources
    assert (folder / "ship2.txt").as_posix() not in sources


def test_a_copy_is_skipped_and_takes_over_where_the_first_goes(folder: Path, path: Path) -> None:
    (folder / "a copy.txt").write_bytes((folder / "ship2.txt").read_bytes())
    update(path, folder)
    assert len(texts_of(path)) == len(living.content(0))
    (folder / "a copy.txt").unlink()
    assert update(path, folder).moved == 1
    with closing(Index.open(path, ENCODER)) as index:
        assert (folder / "ship2.txt").as_posix() in [document.source for document in index.documents()]


def test_a_document_that_was_replaced_or_deleted_leaves_no_passage_vector_or_term(folder: Path, path: Path) -> None:
    (folder / "secret.txt").write_text("Secret\n\nThe quokka lives in the cellar.", encoding="utf-8")
    (folder / "plan.txt").write_text("Plan\n\nThe okapi lives in the attic.", encoding="utf-8")
    update(path, folder)
    (folder / "secret.txt").unlink()
    (folder / "plan.txt").write_text("Plan\n\nNobody lives in the attic.", encoding="utf-8")
    update(path, folder)
    with closing(Index.open(path, ENCODER)) as index:
        assert index.lexical("quokka okapi", 50) == {}
        found = index.dense("The quokka lives in the cellar", 1000)
        assert len(found) == index.passage_count
        text = " ".join(index.document(chunk.document_id).text for chunk in index.chunks(found).values())
        assert "quokka" not in text
        assert "okapi" not in text


def test_after_many_updates_the_index_is_as_one_that_was_built_at_once(tmp_path: Path, path: Path) -> None:
    for version in range(7):
        living.write(tmp_path / "docs", living.content(version))
        update(path, tmp_path / "docs")
    update(tmp_path / "fresh", tmp_path / "docs")
    with closing(Index.open(path, ENCODER)) as old, closing(Index.open(tmp_path / "fresh", ENCODER)) as fresh:
        assert everything(old) == everything(fresh)


def test_documents_from_elsewhere_stay_and_a_path_may_be_named_from_anywhere(
    folder: Path, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    living.write(tmp_path / "more", {"one.txt": "One\n\nOne more ship sails under flag 1."})
    update(path, folder)
    update(path, tmp_path / "more")
    assert len(texts_of(path)) == len(living.content(0)) + 1
    (folder / "ship2.txt").unlink()
    monkeypatch.chdir(folder)
    report = update_index(path, [Path()], maker())
    assert (report.removed, report.added, report.documents) == (1, 0, len(living.content(0)))


@pytest.mark.parametrize("left", [[], ["notes.bin"]])
def test_a_folder_out_of_which_everything_is_gone_is_an_error_and_takes_nothing(
    folder: Path, path: Path, left: list[str]
) -> None:
    update(path, folder)
    living.write(folder, {})
    for name in left:
        (folder / name).write_bytes(b"\0\1\2")
    with pytest.raises(DocumentError, match="nothing to read"):
        update(path, folder)
    assert len(texts_of(path)) == len(living.content(0))


def test_a_file_that_is_bad_now_goes_with_its_reason_and_the_rest_stays(folder: Path, path: Path) -> None:
    update(path, folder)
    (folder / "ship2.txt").write_bytes(b"")
    report = update(path, folder)
    assert [Path(skipped.path).name for skipped in report.skipped] == ["ship2.txt"]
    assert report.removed == 1


def test_links_in_a_circle_are_told_and_the_rest_is_indexed(folder: Path, path: Path) -> None:
    (folder / "a.txt").write_text("A text that is whole.")
    (folder / "round.txt").symlink_to("trip.txt")
    (folder / "trip.txt").symlink_to("round.txt")
    report = update_index(path, [folder], maker())
    told = {Path(item.path).name: item.reason for item in report.skipped}
    assert report.documents > 0
    assert told.keys() >= {"round.txt", "trip.txt"}
    assert "symbolic links" in told["round.txt"]


def test_the_index_itself_is_never_read(folder: Path) -> None:
    inside = folder / "index"
    for _ in range(2):
        report = update_index(inside, [folder], maker())
    assert report.documents == len(living.content(0))
    assert not [skipped for skipped in report.skipped if "index" in skipped.path]


def test_another_encoder_or_chunk_size_makes_the_index_anew_and_the_old_one_answers_until_then(
    folder: Path, path: Path
) -> None:
    update(path, folder)
    other = HashingEncoder(name="other", dimension=16)
    with closing(Index.open(path, ENCODER)) as reader:

        def still_there(_: object) -> None:
            assert reader.document_count == len(living.content(0))

        assert update_index(path, [folder], Maker(other, small_chunker(other)), still_there).added
    with closing(Index.open(path, other)) as index:
        assert index.document_count == len(living.content(0))
    smaller = Maker(other, small_chunker(other, 16))
    assert update_index(path, [folder], smaller).added == len(living.content(0))
    assert update_index(path, [folder], smaller).added == 0


def test_an_index_that_python_built_is_kept_up_to_date_too(folder: Path, path: Path) -> None:
    from embeddings.loading import load

    note = Document.from_text("A note that came from no file.", title="Note")
    Index.build([*load([folder]).documents, note], ENCODER, CHUNKER, path).close()
    assert update(path, folder).added == 0
    (folder / "ship2.txt").unlink()
    assert update(path, folder).removed == 1
    assert note.text in texts_of(path)


# ---------------------------------------------------------------- one writer, many readers

READER = """
import sys
sys.path[:0] = [sys.argv[2], sys.argv[2] + "/tests"]
from pathlib import Path
import living
from embeddings.index.index import Index
index = Index.open(Path(sys.argv[1]), living.ENCODER)
for line in sys.stdin:
    found = index.lexical(line, 1000)
    chunks = index.chunks(found)
    print(index.document_count, sorted({c.document_id for c in chunks.values()}), flush=True)
"""


@pytest.fixture
def reader(folder: Path, path: Path, root: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has the index open, as a chat has, and answers questions."""
    update(path, folder)
    command = [sys.executable, "-c", READER, str(path), str(root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def ask(process: subprocess.Popen[str], question: str) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(question + "\n")
    process.stdin.flush()
    return process.stdout.readline()


def test_a_process_that_has_it_open_sees_a_finished_update_at_its_next_question(
    reader: subprocess.Popen[str], folder: Path, path: Path
) -> None:
    count = len(living.content(0))
    assert ask(reader, "quokka").startswith(f"{count} []")
    (folder / "quokka.txt").write_text("Quokka\n\nThe quokka sails too.", encoding="utf-8")
    (folder / "ship2.txt").unlink()
    update(path, folder)
    assert ask(reader, "quokka").startswith(f"{count} ['")
    (folder / "quokka.txt").unlink()
    update(path, folder)
    assert ask(reader, "quokka").startswith(f"{count - 1} []")


def test_a_reader_never_sees_half_of_an_update_while_it_is_being_written(tmp_path: Path, path: Path) -> None:
    folder = tmp_path / "docs"
    states = [living.content(version) for version in range(4)]
    living.write(folder, states[0])
    update(path, folder)
    seen, done = [], threading.Event()

    def read() -> None:
        with closing(Index.open(path, ENCODER)) as index:
            while not done.is_set():
                seen.append(living.check(index, folder, states))

    thread = threading.Thread(target=read)
    thread.start()
    for version in (1, 2, 3, 2, 1, 3):
        living.write(folder, states[version])
        update(path, folder)
    done.set()
    thread.join()
    assert seen


def test_a_second_writer_is_told_who_holds_the_lock_and_may_wait(folder: Path, path: Path) -> None:
    update(path, folder)
    with writing(path):
        with pytest.raises(StoreLocked, match=rf"process {os.getpid()} on .* is writing to it"):
            update(path, folder)
        waiting = threading.Thread(target=lambda: update_index(path, [folder], maker(), wait=60))
        waiting.start()
    waiting.join()
    assert update(path, folder).unchanged


def test_a_reader_is_never_kept_waiting_by_a_writer(folder: Path, path: Path) -> None:
    update(path, folder)
    with writing(path) as writer, closing(Index.open(path, ENCODER)) as index:
        writer.remove(writer.named("ship2.txt")[0])
        assert index.document_count == len(living.content(0))
        writer.finish()
        assert index.document_count == len(living.content(0)) - 1


# ---------------------------------------------------------------- interruptions


def interrupted(path: Path, folder: Path, after: int) -> None:
    def tell(_: object) -> None:
        nonlocal after
        after -= 1
        if not after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        update(path, folder, tell)


def big(folder: Path) -> living.Content:
    texts = {f"{n}.txt": f"Ship {n}\n\n" + f"Ship {n} sails under flag {n}. " * 60 for n in range(60)}
    living.write(folder, texts)
    return texts


def test_an_update_that_was_interrupted_goes_on_where_it_stopped(tmp_path: Path, path: Path) -> None:
    texts = big(tmp_path / "docs")
    interrupted(path, tmp_path / "docs", after=59)
    assert not path.exists()
    with pytest.raises(StoreNotFound):
        Index.open(path, ENCODER)
    report = update(path, tmp_path / "docs")
    assert 0 < report.resumed < report.added == len(texts)
    assert texts_of(path) == sorted(texts.values())
    assert {entry.name for entry in tmp_path.iterdir()} == {"docs", "index"}


def test_what_an_interrupted_update_staged_is_not_seen_and_not_lost_by_other_updates(
    tmp_path: Path, path: Path, folder: Path
) -> None:
    update(path, folder)
    texts = big(tmp_path / "more")
    interrupted(path, tmp_path / "more", after=59)
    living.checked(path, folder, [living.content(0)])
    with writing(path) as writer:
        writer.remove(writer.named("ship2.txt")[0])
        writer.finish()
    (folder / "ship2.txt").unlink()
    assert update(path, folder).documents == len(living.content(0)) - 1
    report = update(path, tmp_path / "more")
    assert 0 < report.resumed < report.added == len(texts)


def test_a_file_of_words_that_an_interrupted_writer_left_may_still_change(
    tmp_path: Path, path: Path, folder: Path
) -> None:
    update(path, folder)
    big(tmp_path / "more")
    left = path / "lexical" / f"{'5c' * 16}.store"  # tantivy compresses in a thread of its own, which outlives a writer
    left.write_bytes(b"half")
    interrupted(path, tmp_path / "more", after=59)
    left.write_bytes(b"half and whole")
    living.checked(path, folder, [living.content(0)])


def test_what_was_staged_of_a_file_that_is_gone_when_it_goes_on_does_not_appear(tmp_path: Path, path: Path) -> None:
    texts = big(tmp_path / "docs")
    interrupted(path, tmp_path / "docs", after=59)
    del texts["1.txt"], texts["10.txt"]
    living.write(tmp_path / "docs", texts)
    update(path, tmp_path / "docs")
    assert texts_of(path) == sorted(texts.values())


def test_a_full_disk_is_a_clear_error_and_leaves_the_old_state(tmp_path: Path, path: Path, folder: Path) -> None:
    import resource

    update(path, folder)
    (folder / "long.txt").write_text("Long\n\n" + "The river rose by 3 metres. " * 30_000, encoding="utf-8")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    try:
        with pytest.raises(StoreError, match="can't be written"):
            update(path, folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    living.checked(path, folder, [living.content(0)])
    assert update(path, folder).added == 1


# ---------------------------------------------------------------- the report


def test_a_report_can_be_written_down(folder: Path, path: Path) -> None:
    report = update(path, folder)
    assert isinstance(report, UpdateResult)
    assert json.loads((path / "manifest.json").read_text(encoding="utf-8"))["update"] == 1
