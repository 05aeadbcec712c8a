"""Training the reader: what the examples promise, what the loss wants, and a small run of the whole command."""

from __future__ import annotations

import gzip
import json
import random
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from embeddings.errors import ModelError
from embeddings.types import Document
from eval.training.adversarial import reversed_meaning, swapped
from eval.training.command import main
from eval.training.examples import Asked, Example, ExampleMaker, Mixture, holds, without_sentences
from eval.training.mentions import mentions
from eval.training.trainer import BEFORE_FALL, CHECKPOINT, Row, Schedule, batches, encoded, span_loss
from qa.assistant import build_index
from qa.reading.reader import OnnxReader, Passage
from qa.reading.retriever import Retriever
from qa.settings import Settings
from tests.tiny_models import save_reader

BIRDS = {"heron": "Ana Ruiz", "osprey": "Bo Lind", "curlew": "Cy Dahl", "plover": "Di Ek"}


def text_about(bird: str, painter: str) -> str:
    return (
        f"The {bird} was first painted by {painter} in 1907. The painting hangs in the old town hall of Lund, where "
        f"it can be seen on weekdays. Nobody knows who paid for it, and the hall keeps no papers about the {bird}."
    )


DOCUMENTS = [Document(bird, bird, f"{bird}.txt", text_about(bird, painter)) for bird, painter in BIRDS.items()]


def asked_about(document: Document) -> Asked:
    start = document.text.index(painter := BIRDS[document.id])
    return Asked(f"Who first painted the {document.id}?", document.id, ((start, start + len(painter)),))


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    """Of every kind, as many as can be made."""
    settings = Settings()
    index = build_index(DOCUMENTS, None, settings)
    mixture = Mixture(near=0.0, retrieved=1.0, removed=1.0, swapped=1.0, reversed=1.0, titled=0.5, typed=0.0)
    maker = ExampleMaker(index, Retriever(index, settings), mixture, titles=True, drawn=random.Random(0))
    unanswerable = Asked("Who sold the heron in Rome?", "heron", ())
    return [example for asked in (*map(asked_about, DOCUMENTS), unanswerable) for example in maker.of(asked)]


def test_the_spans_of_an_answered_example_are_its_answers(examples: list[Example]) -> None:
    answered = [example for example in examples if example.source == "answered"]
    assert {example.passage[slice(*example.spans[0])] for example in answered} == set(BIRDS.values())


def test_no_example_without_an_answer_holds_it_unless_its_question_is_another(examples: list[Example]) -> None:
    kinds = {example.source for example in examples}
    assert {"retrieved", "removed", "reversed", "written"} <= kinds
    for example in examples:
        if example.source in ("retrieved", "removed"):
            painter = next(BIRDS[bird] for bird in BIRDS if f"the {bird}?" in example.question)
            assert example.spans == ()
            assert not holds(example.passage, painter)


def test_passages_near_by_are_of_the_same_article_and_hold_no_answer() -> None:
    settings = Settings()
    painted, sold = (
        text_about("heron", "Ana Ruiz"),
        "The heron of the old town hall was sold to a bank in Lund in 1950.",
    )
    texts = {"heron/0": painted, "heron/1": sold, "heron/2": f"{sold} Ana Ruiz saw it.", "osprey/0": sold + " No."}
    documents = [Document(id, "The heron", f"{id}.txt", text) for id, text in texts.items()]
    index = build_index(documents, None, settings)
    mixture = Mixture(near=1.0, retrieved=0.0, removed=0.0, swapped=0.0, reversed=0.0, titled=0.0, typed=0.0)
    maker = ExampleMaker(index, Retriever(index, settings), mixture, titles=False, drawn=random.Random(0))
    start = painted.index("Ana Ruiz")
    made = list(maker.of(Asked("Who painted the heron?", "heron/0", ((start, start + 8),))))
    assert [(example.source, example.passage) for example in made] == [("answered", painted), ("near", sold)]


def test_some_questions_are_written_as_people_type_them() -> None:
    settings = Settings()
    index = build_index(DOCUMENTS, None, settings)
    mixture = Mixture(retrieved=0.0, removed=0.0, swapped=0.0, reversed=0.0, typed=1.0)
    maker = ExampleMaker(index, Retriever(index, settings), mixture, titles=False, drawn=random.Random(0))
    questions = {example.question for _ in range(9) for example in maker.of(asked_about(DOCUMENTS[0]))}
    assert questions == {"Who first painted the heron", "who first painted the heron"}


def test_what_is_swapped_in_is_named_elsewhere_and_not_in_the_passage() -> None:
    passage = "In 1907 Ana Ruiz painted the heron for the city of Lund."
    near = {"name": ["Ana Ruiz", "Bo Lind"], "year": ["1907", "1911"]}
    drawn = random.Random(0)
    others = {swapped("What did Ana Ruiz paint in 1907?", passage, near, drawn) for _ in range(20)}
    assert others == {"What did Bo Lind paint in 1907?", "What did Ana Ruiz paint in 1911?"}
    assert swapped("What did she paint?", passage, near, drawn) is None


@given(st.text(max_size=80))
def test_mentions_are_where_they_say_and_a_reversed_question_is_another(text: str) -> None:
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions(text))
    assert reversed_meaning(text, random.Random(0)) != text


@given(st.text("ab. \n", max_size=60), st.integers(0, 60), st.integers(1, 9))
def test_a_removed_sentence_takes_its_span_with_it(text: str, start: int, length: int) -> None:
    rest = without_sentences(text, ((start, start + length),), ["zz"])
    assert rest is None or len(rest) < len(text) or start >= len(text)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_reader("bert", tmp_path_factory.mktemp("base") / "tiny")


def tokenizer_of(base: Path) -> Tokenizer:
    return Tokenizer.from_file(str(base / "tokenizer.json"))


@pytest.mark.slow
def test_the_best_loss_is_that_of_a_reader_that_is_sure_of_any_right_span() -> None:
    import torch

    row = Row((1, 5, 2, 6, 7, 8, 2), passage=3, spans=((3, 4), (5, 5)))
    unsure, sure = torch.zeros(1, 7), torch.zeros(1, 7)
    sure[0, 5] = 30.0
    assert float(span_loss(sure, sure, [row])) == pytest.approx(0.0, abs=1e-4)
    assert float(span_loss(unsure, unsure, [row])) == pytest.approx(-torch.tensor(2 / 16).log().item(), abs=1e-4)


def test_every_row_is_in_one_batch_an_epoch_and_no_batch_is_over_its_budget() -> None:
    drawn = random.Random(1)
    rows = [Row((0,) * drawn.randint(5, 90), 3, ((0, 0),)) for _ in range(200)]
    schedule = Schedule(batch_tokens=300)
    made = batches(rows, schedule, 0)
    assert sorted(place for batch in made for place in batch) == list(range(200))
    assert all(len(batch) * max(len(rows[place].ids) for place in batch) <= 300 for batch in made)
    assert made == batches(rows, schedule, 0)
    assert made != batches(rows, schedule, 1)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file in the format of SQuADShifts."""
    folder = tmp_path_factory.mktemp("data")
    rows = [{"title": document.id, "paragraphs": [paragraph_of(document)]} for document in DOCUMENTS]
    content = json.dumps({"data": rows}).encode()
    (folder / "squadshifts_new_wiki.json.gz").write_bytes(gzip.compress(content))
    return folder


def paragraph_of(document: Document) -> dict[str, object]:
    asked = asked_about(document)
    start, end = asked.answers[0]
    answer = {"text": document.text[start:end], "answer_start": start}
    return {
        "context": document.text,
        "qas": [{"id": document.id, "question": asked.question, "answers": [answer, answer]}],
    }


def command(base: Path, data: Path, folder: Path, *more: str) -> list[str]:
    return ["--data", str(data), "--base", str(base), "--work", str(folder / "work"), "--to", str(folder / "to"), *more]


@pytest.mark.slow
def test_the_command_trains_a_reader_that_reads_and_says_how_it_was_made(
    base: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command(base, data, tmp_path, "--epochs", "2", "--batch-tokens", "400")) == 0
    assert "tokens a second" in capsys.readouterr().err
    card = (tmp_path / "to" / "README.md").read_text(encoding="utf-8")
    assert "at most 2 epochs" in card
    assert "seed\n0." in card
    assert "ended with its hours" not in card
    spans = OnnxReader(tmp_path / "to" / "onnx").read("Who painted it?", [Passage(DOCUMENTS[0].text)])
    assert spans
    assert (tmp_path / "to" / "model.safetensors").is_file()


@pytest.mark.slow
def test_a_training_that_is_stopped_is_finished_by_the_same_command(base: Path, data: Path, tmp_path: Path) -> None:
    """Stopped by its time before the first step; --finish writes it, and the same command without a limit resumes."""
    import torch

    stopped = command(base, data, tmp_path, "--epochs", "3", "--batch-tokens", "400")
    assert main([*stopped, "--hours", "1e-9"]) == 0
    first = torch.load(tmp_path / "work" / CHECKPOINT, weights_only=True)["step"]
    assert "ended with its hours, after step" in (tmp_path / "to" / "README.md").read_text(encoding="utf-8")
    assert main([*stopped, "--finish"]) == 0
    assert torch.load(tmp_path / "work" / CHECKPOINT, weights_only=True)["step"] == first
    assert main(stopped) == 0
    state = torch.load(tmp_path / "work" / CHECKPOINT, weights_only=True)
    assert first < state["step"] == state["steps"]


@pytest.mark.slow
def test_a_training_goes_on_from_before_its_fall_with_more_time(
    base: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    ticks = count()
    clock = SimpleNamespace(monotonic=lambda: 0.05 * next(ticks))  # a step takes 0.05 s, however busy the machine
    monkeypatch.setattr("eval.training.trainer.time", clock)
    short = command(base, data, tmp_path, "--epochs", "40", "--batch-tokens", "400", "--hours", "2e-4")
    assert main(short) == 0
    kept = torch.load(tmp_path / "work" / BEFORE_FALL, weights_only=True)
    ended = torch.load(tmp_path / "work" / CHECKPOINT, weights_only=True)
    assert 0 < kept["step"] < ended["step"]
    assert kept["seconds"] < 0.8 * 2e-4 * 3600 < ended["seconds"]
    assert main([*short[:-1], "4e-4", "--go-on"]) == 0
    longer = torch.load(tmp_path / "work" / CHECKPOINT, weights_only=True)
    assert longer["step"] > ended["step"]
    assert torch.load(tmp_path / "work" / BEFORE_FALL, weights_only=True)["step"] > kept["step"]


@pytest.mark.slow
@pytest.mark.parametrize("family", ["mpnet", "roberta"])
def test_any_base_is_trained_and_its_upper_layers_can_be_left_off(family: str, data: Path, tmp_path: Path) -> None:
    base = save_reader(family, tmp_path / "base", num_hidden_layers=3)
    assert main(command(base, data, tmp_path, "--batch-tokens", "400", "--layers", "2")) == 0
    config = json.loads((tmp_path / "to" / "config.json").read_text(encoding="utf-8"))
    assert config["num_hidden_layers"] == 2
    assert OnnxReader(tmp_path / "to" / "onnx").read("Who painted it?", [Passage(DOCUMENTS[0].text)])


@pytest.mark.slow
@pytest.mark.parametrize("family", ["bert", "roberta", "mpnet"])
def test_examples_are_put_together_as_the_tokenizer_does(family: str, tmp_path: Path) -> None:
    tokenizer = tokenizer_of(save_reader(family, tmp_path / "base"))
    example = Example("Who built the lighthouse?", "It was built by Ingrid Solheim in 1884.", ((16, 30),), "answered")
    [row] = encoded([example], tokenizer, 64)
    pair = tokenizer.encode(example.question, example.passage)
    assert list(row.ids) == pair.ids
    first, last = row.spans[0]
    assert example.passage[pair.offsets[first][0] : pair.offsets[last][1]].strip() == "Ingrid Solheim"


@pytest.mark.slow
def test_another_training_in_the_same_folder_is_refused_in_one_line(
    base: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command(base, data, tmp_path, "--batch-tokens", "400")) == 0
    assert main(command(base, data, tmp_path, "--batch-tokens", "400", "--epochs", "2")) == 2
    assert "name another --work folder" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("missing", ["base", "data"])
def test_what_is_missing_is_one_line(
    missing: str, base: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    given = (nothing, data) if missing == "base" else (base, nothing)
    assert main(command(*given, tmp_path)) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_an_answer_that_is_cut_off_trains_nothing(base: Path) -> None:
    long = "word " * 200 + "Ana Ruiz"
    start = long.index("Ana")
    cut = Example("Who?", long, ((start, len(long)),), "answered")
    there = Example("Who?", "Ana Ruiz " + long, ((0, 8),), "answered")
    rows = encoded([cut, there], tokenizer_of(base), 64)
    assert len(rows) == 1
    assert rows[0].spans[0][0] == rows[0].passage


def test_a_tokenizer_without_a_token_in_front_is_refused() -> None:
    with pytest.raises(ModelError, match="special token"):
        encoded([], Tokenizer(WordLevel({"a": 0}, unk_token="a")), 64)
