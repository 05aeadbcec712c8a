"""`make bench-scale` runs end to end on a handful of passages, and its materials are what they say."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from small_encoder import HashingEncoder

from eval.bench import scale
from eval.bench.scale_materials import Corpus, PreparedEncoder

SENTENCES = ("The lighthouse was built by Ingrid Solheim.", "The bakery in Bergen opens at six.", "Its bread is rye.")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A public set of one paragraph."""
    asked = [{"id": "1", "question": "Who built the lighthouse?", "answers": [{"text": "Ingrid", "answer_start": 28}]}]
    content = {"data": [{"title": "Bay", "paragraphs": [{"context": " ".join(SENTENCES), "qas": asked}]}]}
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "squad_bay.json.gz").write_bytes(gzip.compress(json.dumps(content).encode()))
    return folder


def corpus() -> Corpus:
    return Corpus(SENTENCES, HashingEncoder().encode(SENTENCES).astype(np.float16))


def test_a_corpus_begins_with_the_real_sentences_and_is_the_same_each_time() -> None:
    one, other = corpus(), corpus()
    texts, vectors = one.block(0)
    assert tuple(texts[:3]) == SENTENCES
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert np.array_equal(vectors[999], other.vector(999))
    assert not np.array_equal(vectors[999], other.vector(1_999))


def test_a_record_gets_its_own_vector_and_any_other_text_that_of_the_encoder() -> None:
    encoder = HashingEncoder()
    prepared = PreparedEncoder(corpus(), encoder)
    found = prepared.encode(["id: 1; text: a title\nid: 700; text: some words", "a boat"])
    assert np.array_equal(found[0], corpus().vector(700))
    assert np.array_equal(found[1], encoder.encode_query("a boat"))


def test_a_size_is_built_asked_and_changed_and_the_tables_written(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "docs" / "scale.md"
    page.parent.mkdir()
    page.write_text(
        "".join(f"<!-- scale:{part}:begin -->\n<!-- scale:{part}:end -->\n" for part in scale.PARTS), encoding="utf-8"
    )
    small = ["--sizes", "20", "--questions", "1", "--rated", "2", "--work", str(tmp_path / "work")]
    assert scale.main(["--data", str(data), "--write", str(page), *small]) == 0, capsys.readouterr().err
    text = page.read_text(encoding="utf-8")
    assert "| 20 | none |" in text
    assert "3 distinct sentences" in text
    assert text.count("Measured on: ") == 3
    assert (tmp_path / "docs" / scale.PICTURE).read_bytes().startswith(b"\x89PNG")


def test_without_data_or_markers_nothing_is_measured(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing here", encoding="utf-8")
    for arguments, said in ([], "--data DIR is missing"), (["--data", str(data), "--write", str(page)], "scale:times"):
        assert scale.main(arguments) == 2
        told = capsys.readouterr().err
        assert said in told
        assert len(told.splitlines()) == 1


def test_the_tables_of_the_docs_are_between_their_markers(root: Path) -> None:
    text = (root / "docs" / "scale.md").read_text(encoding="utf-8")
    for name in scale.PARTS:
        _, _, rest = text.partition(f"<!-- scale:{name}:begin -->")
        assert "Measured on: " in rest.partition(f"<!-- scale:{name}:end -->")[0], f"{name}: run `make bench-scale`"
