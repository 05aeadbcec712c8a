"""Files inside files in an index: attachments, mailboxes and archives are kept up to date as folders are."""

from __future__ import annotations

import io
import zipfile
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest
from living import ENCODER, maker, update

from embeddings.errors import DocumentError
from embeddings.index.folders import update_index
from embeddings.index.index import Index
from embeddings.index.updating import writing
from embeddings.loaders.limits import Limits
from embeddings.loading import Skipped, load, read_each
from embeddings.types import Document

BROKEN = b"PK\x03\x04 broken"


def mail(words: str, subject: str = "Plan", **files: bytes) -> bytes:
    """A mail with files attached to it; "__" in a name is a full stop."""
    message = EmailMessage()
    message["From"], message["Subject"] = "Ana Ruiz <ana@example.com>", subject
    message["Date"] = "Mon, 3 Jun 2024 10:00:00 +0200"
    message.set_content(words)
    for name, data in files.items():
        message.add_attachment(data, maintype="application", subtype="x-y", filename=name.replace("__", "."))
    return bytes(message)


def mailbox(*mails: bytes) -> bytes:
    """A mailbox of mails."""
    return b"\n".join(b"From x Mon Jun  3 10:00:00 2024\n" + each for each in mails)


def archive(**files: bytes) -> bytes:
    """An archive of files; "__" in a name is a full stop, "_" a slash."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in files.items():
            made.writestr(name.replace("__", ".").replace("_", "/"), data)
    return out.getvalue()


def sources(path: Path, folder: Path) -> list[str]:
    """What the index holds, below a folder."""
    with closing(Index.open(path, ENCODER)) as index:
        return sorted(document.source.removeprefix(f"{folder.as_posix()}/") for document in index.documents())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    return tmp_path / "docs"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index"


# ---------------------------------------------------------------- reading


def test_attachments_are_documents_of_their_own(folder: Path) -> None:
    file = folder / "a.eml"
    file.write_bytes(mail("See it.", plan__txt=b"The dock opens.", towns__csv=b"a,b\n1,2\n", x__png=b"\x89PNG"))
    found = list(read_each(file))
    read = [each for each in found if isinstance(each, Document)]
    assert [each.source.removeprefix(file.as_posix()) for each in read] == ["", " › plan.txt", " › towns.csv"]
    assert read[0].remarks.lines() == ("1 attachment left out (x.png)",)
    (lost,) = [each for each in found if isinstance(each, Skipped)]
    assert lost.path.endswith("a.eml › x.png")


def test_a_mail_without_words_is_there_for_what_is_attached(folder: Path) -> None:
    (folder / "a.eml").write_bytes(mail("", plan__txt=b"The dock opens."))
    assert len(load([folder]).documents) == 2


def test_two_attachments_of_one_name_are_told_apart(folder: Path) -> None:
    inner = [mail("one", plan__txt=b"First."), mail("two", plan__txt=b"Second.")]
    (folder / "a.mbox").write_bytes(mailbox(*inner))
    (folder / "b.eml").write_bytes(mail("x", a__txt=b"Third.").replace(b'filename="a.txt"', b'filename="same.txt"'))
    assert [each.source.partition(" › ")[2] for each in load([folder / "a.mbox"]).documents] == [
        "message 1.eml",
        "message 1.eml › plan.txt",
        "message 2.eml",
        "message 2.eml › plan.txt",
    ]


def test_an_archive_is_read_with_archives_inside_it(folder: Path) -> None:
    inner = archive(notes_one__txt=b"It rained.", m__eml=mail("Hello.", plan__txt=b"The dock opens."))
    (folder / "a.zip").write_bytes(
        archive(in__zip=inner, two__md=b"# Two\n\nIt snowed.", __hidden=b"x", b__docx=BROKEN)
    )
    loaded = load([folder / "a.zip"])
    assert [each.source.partition(" › ")[2] for each in loaded.documents] == [
        "in.zip › notes/one.txt",
        "in.zip › m.eml",
        "in.zip › m.eml › plan.txt",
        "two.md",
    ]
    assert any("b.docx" in each.path for each in loaded.skipped)


@pytest.mark.parametrize("name", ["../../etc/passwd.txt", "/etc/passwd.txt", "C:\\x.txt", "a\n.txt"])
def test_a_name_in_an_archive_leads_nowhere(folder: Path, name: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(name, "It rained.")
    (folder / "a.zip").write_bytes(out.getvalue())
    (document,) = load([folder / "a.zip"]).documents
    assert document.text == "It rained."
    assert document.source.startswith(f"{(folder / 'a.zip').as_posix()} › ")
    assert "\n" not in document.source


def test_files_inside_one_another_are_bounded(folder: Path) -> None:
    data = b"It rained."
    for number in range(8):
        data = archive(**{f"n{number}__{'zip' if number else 'txt'}": data})
    (folder / "a.zip").write_bytes(data)
    with pytest.raises(DocumentError, match="inside more than 4 other files"):
        load([folder / "a.zip"])


def test_the_number_of_files_inside_is_bounded(folder: Path) -> None:
    (folder / "a.mbox").write_bytes(mailbox(*(mail(f"n {number}") for number in range(8))))
    with pytest.raises(DocumentError, match="8 mails, at most 3"):
        load([folder / "a.mbox"], Limits(inside=3))
    (folder / "b.eml").write_bytes(mail("x", a__txt=b"a 1", b__txt=b"b 2", c__txt=b"c 3"))
    told = list(read_each(folder / "b.eml", Limits(inside=2)))
    assert "1 attachment beyond the limits left out (c.txt)" in [
        line for each in told if isinstance(each, Document) for line in each.remarks.lines()
    ]


def test_a_bomb_inside_an_archive_is_refused(folder: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.txt", b"0" * 5_000_000)
    (folder / "a.zip").write_bytes(out.getvalue())
    with pytest.raises(DocumentError, match="unpacks to more than"):
        load([folder / "a.zip"], Limits(unpacked_bytes=1_000_000))


@pytest.mark.parametrize("data", [b"", b"From nobody\n", archive(), archive(a__png=b"x"), BROKEN])
def test_what_holds_nothing_is_told(folder: Path, data: bytes) -> None:
    name = "a.mbox" if data[:4] == b"From" else "a.zip"
    (folder / name).write_bytes(data)
    with pytest.raises(DocumentError, match=name):
        load([folder / name])


def test_a_mailbox_is_known_by_its_first_bytes(folder: Path) -> None:
    (folder / "inbox").write_bytes(mailbox(mail("One."), mail("Two.\n\n>From here on.")))
    documents = load([folder / "inbox"]).documents
    assert len(documents) == 2
    assert documents[1].text.endswith("From here on.")


# ---------------------------------------------------------------- an index


def test_what_has_not_changed_is_not_read_again(folder: Path, path: Path) -> None:
    (folder / "a.eml").write_bytes(mail("See it.", plan__txt=b"The dock opens."))
    (folder / "b.zip").write_bytes(archive(one__txt=b"It rained.", two__txt=b"It snowed."))
    (folder / "c.mbox").write_bytes(mailbox(mail("One."), mail("Two.", plan__txt=b"The dock opens.")))
    first = update(path, folder)
    assert (first.added, first.unchanged) == (6, 0)
    again = update(path, folder)
    assert (again.added, again.changed, again.removed, again.unchanged) == (0, 0, 0, 6)
    assert again.skipped == (), "the mailbox was not read again"


def test_what_changes_inside_is_replaced_and_what_goes_is_gone(folder: Path, path: Path) -> None:
    (folder / "a.zip").write_bytes(archive(one__txt=b"It rained.", two__txt=b"It snowed."))
    update(path, folder)
    (folder / "a.zip").write_bytes(archive(one__txt=b"It hailed.", three__txt=b"It snowed."))
    report = update(path, folder)
    assert (report.changed, report.moved, report.removed) == (1, 1, 0)
    assert sources(path, folder) == ["a.zip › one.txt", "a.zip › three.txt"]
    (folder / "a.zip").write_bytes(archive(one__txt=b"It hailed."))
    assert update(path, folder).removed == 1
    (folder / "a.zip").unlink()
    (folder / "b.txt").write_text("Fog.")
    update(path, folder)
    assert sources(path, folder) == ["b.txt"]


def test_a_mail_that_loses_its_attachment_loses_its_document(folder: Path, path: Path) -> None:
    (folder / "a.eml").write_bytes(mail("See it.", plan__txt=b"The dock opens."))
    update(path, folder)
    (folder / "a.eml").write_bytes(mail("See nothing."))
    update(path, folder)
    assert sources(path, folder) == ["a.eml"]
    assert update(path, folder).unchanged == 1


def test_a_new_mail_at_the_top_moves_the_others(folder: Path, path: Path) -> None:
    (folder / "a.mbox").write_bytes(mailbox(mail("One."), mail("Two.")))
    update(path, folder)
    (folder / "a.mbox").write_bytes(mailbox(mail("Nought."), mail("One."), mail("Two.")))
    report = update(path, folder)
    assert report.documents == 3
    assert sources(path, folder) == [f"a.mbox › message {number}.eml" for number in (1, 2, 3)]
    assert update(path, folder).unchanged == 3


def test_the_same_text_in_two_files_is_kept_where_one_of_them_goes(folder: Path, path: Path) -> None:
    (folder / "a.txt").write_bytes(b"The dock opens.")
    (folder / "b.zip").write_bytes(archive(plan__txt=b"The dock opens.", two__txt=b"Fog."))
    update(path, folder)
    assert sources(path, folder) == ["a.txt", "b.zip › two.txt"]
    (folder / "a.txt").unlink()
    update(path, folder)
    assert sources(path, folder) == ["b.zip › plan.txt", "b.zip › two.txt"]


@pytest.mark.parametrize("name", ["b.zip", "{folder}/b.zip"])
def test_an_archive_is_removed_with_all_in_it_and_comes_again(folder: Path, path: Path, name: str) -> None:
    (folder / "a.txt").write_bytes(b"Sun.")
    (folder / "b.zip").write_bytes(archive(one__txt=b"It rained.", two__txt=b"It snowed."))
    update(path, folder)
    with writing(path) as writer:
        for stored in writer.named(name.format(folder=folder.as_posix())):
            writer.remove(stored)
        writer.finish()
    assert sources(path, folder) == ["a.txt"]
    assert update(path, folder).added == 2


def test_one_document_of_an_archive_that_was_removed_comes_again(folder: Path, path: Path) -> None:
    (folder / "b.eml").write_bytes(mail("See it.", plan__txt=b"The dock opens."))
    update(path, folder)
    with writing(path) as writer:
        (stored,) = writer.named(f"{(folder / 'b.eml').as_posix()} › plan.txt")
        writer.remove(stored)
        writer.finish()
    assert sources(path, folder) == ["b.eml"]
    assert update(path, folder).added == 1


def test_an_update_that_was_interrupted_inside_a_file_goes_on(folder: Path, path: Path) -> None:
    (folder / "a.txt").write_bytes(b"Sun.")
    update(path, folder)
    words = [f"Storm {number} came over the sea in the night." for number in range(12)]
    (folder / "b.mbox").write_bytes(mailbox(*(mail(each, subject=each) for each in words)))
    steps = 0

    class Stopped(Exception):
        pass

    def tell(_: object) -> None:
        nonlocal steps
        steps += 1
        if steps > 5:
            raise Stopped

    with pytest.raises(Stopped):
        update_index(path, [folder], maker(), tell)
    assert sources(path, folder) == ["a.txt"], "nothing of it is seen"
    report = update(path, folder)
    assert report.documents == 13
    assert update(path, folder).unchanged == 13


def test_one_file_that_is_named_itself_is_kept_up_to_date(folder: Path, path: Path) -> None:
    (folder / "a.txt").write_bytes(b"Sun.")
    (folder / "b.zip").write_bytes(archive(one__txt=b"It rained.", two__txt=b"It snowed."))
    update(path, folder)
    (folder / "b.zip").write_bytes(archive(one__txt=b"It rained."))
    assert update(path, folder / "b.zip").removed == 1
    assert sources(path, folder) == ["a.txt", "b.zip › one.txt"]
