"""Any encoder and any reader: tiny random ones of six families give compiled what PyTorch gives."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings.errors import ModelError
from embeddings.models.compiling import compile_encoder
from embeddings.models.encoder import OnnxEncoder
from embeddings.models.runtime import ModelCard
from embeddings.models.sources import find_source
from qa.models.compiling import compile_reader
from qa.reading.reader import OnnxReader, Passage
from tests.tiny_models import CORPUS, FAMILIES, POSITIONS, WIDTH, save_encoder, save_reader

# Of different lengths, so that a batch holds padding, and one that is cut at the limit.
TEXTS = ["rain", *CORPUS, "", "Who built the lighthouse?", " ".join(CORPUS * 8)]
DIGEST = "0" * 64

pytestmark = pytest.mark.slow


def near(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found, expected, atol=2e-5)


def vectors_of(folder: Path, texts: list[str] = TEXTS, **options: Any) -> Any:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    return model.encode(texts, normalize_embeddings=True, **options)


# ---------------------------------------------------------------- encoders


@pytest.mark.parametrize(
    ("family", "pooling"),
    [("bert", "max"), ("roberta", "mean"), ("distilbert", "cls"), ("electra", "mean"), ("deberta-v2", "max"),
     ("mpnet", "mean")],
)  # fmt: skip
def test_an_encoder_of_each_family_gives_the_vectors_of_sentence_transformers(
    family: str, pooling: str, tmp_path: Path
) -> None:
    source = save_encoder(family, tmp_path / "source", pooling=pooling)
    compile_encoder(source, tmp_path / "compiled", family, "fp32", digest=DIGEST)
    encoder = OnnxEncoder(tmp_path / "compiled", threads=1)
    near(encoder.encode(TEXTS), vectors_of(source))
    assert encoder.card.max_tokens == POSITIONS
    assert encoder.card.pad_id == (1 if family in ("roberta", "mpnet") else 0)


def test_dense_and_normalising_modules_lower_casing_the_limit_and_the_first_dimensions_are_kept(tmp_path: Path) -> None:
    import torch
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize

    torch.manual_seed(3)
    extra = [Dense(WIDTH, 24, activation_function=torch.nn.Tanh()), Normalize()]
    source = save_encoder("roberta", tmp_path / "source", extra, max_seq_length=40, truncate_dim=16)
    settings = json.loads((source / "sentence_bert_config.json").read_text("utf-8"))
    (source / "sentence_bert_config.json").write_text(json.dumps(settings | {"do_lower_case": True}), "utf-8")
    compile_encoder(source, tmp_path / "compiled", "dense", "fp32", digest=DIGEST)
    encoder = OnnxEncoder(tmp_path / "compiled", threads=1)
    assert (encoder.card.dimension, encoder.card.max_tokens) == (16, 40)
    near(encoder.encode(TEXTS), vectors_of(source))
    near(encoder.encode(["THE LIGHTHOUSE"]), encoder.encode(["the lighthouse"]))


def test_prompts_of_the_configuration_go_in_front_of_questions_and_passages(tmp_path: Path) -> None:
    prompts = {"query": "query: ", "document": "passage: "}
    source = save_encoder("bert", tmp_path / "source", prompts=prompts)
    card = compile_encoder(source, tmp_path / "compiled", "prompted", "fp32", digest=DIGEST)
    assert (card.query_prompt, card.passage_prompt) == ("query: ", "passage: ")
    encoder = OnnxEncoder(tmp_path / "compiled", threads=1)
    near(encoder.encode_query(TEXTS[1]), vectors_of(source, [TEXTS[1]], prompt_name="query")[0])
    near(encoder.encode(TEXTS), vectors_of(source, prompt_name="document"))


def test_pickled_weights_of_half_precision_and_a_tokenizer_of_plain_files_give_the_same_vectors(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    source = save_encoder("bert", tmp_path / "source")
    expected = vectors_of(source)
    tokenizer = json.loads((source / "tokenizer.json").read_text("utf-8"))
    words = sorted(tokenizer["model"]["vocab"].items(), key=lambda item: item[1])
    (source / "vocab.txt").write_text("".join(f"{word}\n" for word, _ in words), "utf-8")
    (source / "tokenizer.json").unlink()
    weights = load_file(source / "model.safetensors")
    torch.save({name: tensor.half() for name, tensor in weights.items()}, source / "pytorch_model.bin")
    (source / "model.safetensors").unlink()
    compile_encoder(source, tmp_path / "compiled", "old", "fp32", digest=DIGEST)
    found = OnnxEncoder(tmp_path / "compiled", threads=1).encode(TEXTS)
    np.testing.assert_allclose(found, expected, atol=5e-3)  # half precision has three digits


def test_a_tokenizer_that_is_a_sentencepiece_file_alone_is_converted(tmp_path: Path) -> None:
    from sentencepiece import sentencepiece_model_pb2

    source = save_encoder("deberta-v2", tmp_path / "source")
    stored = json.loads((source / "tokenizer.json").read_text("utf-8"))["model"]
    made = sentencepiece_model_pb2.ModelProto()
    for number, (piece, score) in enumerate(stored["vocab"]):
        special = piece.startswith("[") and piece.endswith("]")
        made.pieces.add(piece=piece, score=score, type=2 if number == stored["unk_id"] else 3 if special else 1)
    made.trainer_spec.model_type, made.trainer_spec.unk_id = 1, stored["unk_id"]
    (source / "spm.model").write_bytes(made.SerializeToString())
    (source / "tokenizer.json").unlink()
    compile_encoder(source, tmp_path / "compiled", "spm", "fp32", digest=DIGEST)
    near(OnnxEncoder(tmp_path / "compiled", threads=1).encode(TEXTS), vectors_of(source))


# ---------------------------------------------------------------- readers


@pytest.mark.parametrize("family", FAMILIES)
def test_a_reader_of_each_family_gives_the_logits_of_pytorch(family: str, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    source = save_reader(family, tmp_path / "source")
    compile_reader(source, tmp_path / "compiled", "fp32", digest=DIGEST)
    reader = OnnxReader(tmp_path / "compiled", threads=1)
    assert reader.card.max_tokens == POSITIONS
    question = "Who built the lighthouse?"
    encodings = [reader.runtime.tokenize([text], special=False)[0].ids for text in CORPUS]
    asked = reader.runtime.tokenize([question], special=False)[0].ids
    ours = reader.runtime.run(
        [reader._template.put_together(asked, ids) for ids in encodings]
    )  # of different lengths, in one batch
    tokenizer = AutoTokenizer.from_pretrained(source)
    model = AutoModelForQuestionAnswering.from_pretrained(source, attn_implementation="eager").eval()
    for text, ids, (start, end) in zip(CORPUS, encodings, ours, strict=True):
        given = tokenizer(question, text, return_tensors="pt")
        built, _ = reader._template.put_together(asked, ids)
        assert built == given["input_ids"][0].tolist()
        with torch.inference_mode():
            expected = model(**given)
        tokens = len(built)
        near(start[:tokens], expected.start_logits[0].numpy())
        near(end[:tokens], expected.end_logits[0].numpy())


@pytest.mark.parametrize("family", ["roberta", "deberta-v2"])
def test_spans_of_other_tokenizers_are_whole_words_of_the_passage(family: str, tmp_path: Path) -> None:
    compile_reader(save_reader(family, tmp_path / "source"), tmp_path / "compiled", "int8", digest=DIGEST)
    passage = Passage("HARBOUR NEWS\n\n" + " ".join(CORPUS * 4), 12)
    spans = OnnxReader(tmp_path / "compiled", threads=1).read("Who built the lighthouse?", [passage])
    assert spans
    for span in spans:
        words = passage.text[span.start : span.end]
        assert words == words.strip()
        for edge in {span.start, span.end} - {0, len(passage.text)}:
            assert not passage.text[edge - 1 : edge + 1].isalnum(), words


# ---------------------------------------------------------------- what is refused


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader and an encoder to damage copies of."""
    folder = tmp_path_factory.mktemp("bert")
    save_reader("bert", folder / "reader")
    save_encoder("bert", folder / "encoder")
    return folder


def test_a_reader_without_a_trained_head_is_refused_and_not_made_up(bert: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    source = shutil.copytree(bert / "reader", tmp_path / "source")
    weights = load_file(source / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if not name.startswith("qa_outputs")}
    save_file(kept, source / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"2 weights are missing \(qa_outputs"):
        compile_reader(source, tmp_path / "compiled", "fp32", digest=DIGEST)
    assert not (tmp_path / "compiled").exists()


def changed(file: str, **values: Any) -> Callable[[Path], None]:
    """What changes values of a JSON file."""

    def change(folder: Path) -> None:
        stored = json.loads((folder / file).read_text("utf-8"))
        (folder / file).write_text(json.dumps(stored | values), "utf-8")

    return change


def modules(*types: str) -> Callable[[Path], None]:
    """What changes the list of a model's modules."""

    def change(folder: Path) -> None:
        rows = [{"idx": i, "name": str(i), "path": "", "type": name} for i, name in enumerate(types)]
        (folder / "modules.json").write_text(json.dumps(rows), "utf-8")

    return change


def weights(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"\0" * 100)


WRONG_ENCODERS: dict[str, tuple[Callable[[Path], None], str]] = {
    "images": (modules("sentence_transformers.models.CLIPModel"), "CLIPModel, expected a Transformer followed by"),
    "two towers": (modules("sentence_transformers.models.Router"), "Router, expected a Transformer"),
    "code of its own": (modules("os.path.join"), "join, expected a Transformer"),
    "not pooled": (lambda folder: (folder / "modules.json").unlink(), "no modules.json there"),
    "no JSON": (lambda folder: (folder / "modules.json").write_text("{", "utf-8"), r"modules\.json: can't be read"),
    "an unknown family": (changed("config.json", model_type="none"), "not a sentence-transformers model"),
    "damaged weights": (weights, "not a sentence-transformers model"),
}


@pytest.mark.parametrize("kind", WRONG_ENCODERS)
def test_what_can_be_no_encoder_is_refused_in_one_line_and_leaves_nothing(
    kind: str, bert: Path, tmp_path: Path
) -> None:
    source = shutil.copytree(bert / "encoder", tmp_path / "source")
    damage, said = WRONG_ENCODERS[kind]
    damage(source)
    with pytest.raises(ModelError, match=said) as refused:
        compile_encoder(source, tmp_path / "compiled", "wrong", "fp32", digest=DIGEST)
    assert "\n" not in str(refused.value)
    assert str(source) in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


WRONG_READERS: dict[str, tuple[Callable[[Path], None], str]] = {
    "a generator": (changed("config.json", architectures=["T5ForConditionalGeneration"]), "T5ForConditional.*expected"),
    "a plain model": (changed("config.json", architectures=["BertModel"]), "BertModel, expected an extractive"),
    "without a name": (changed("config.json", architectures=None), "no architecture, expected"),
    "damaged weights": (weights, "not an extractive question-answering model"),
}


@pytest.mark.parametrize("kind", WRONG_READERS)
def test_what_can_be_no_reader_is_refused_in_one_line_and_leaves_nothing(kind: str, bert: Path, tmp_path: Path) -> None:
    source = shutil.copytree(bert / "reader", tmp_path / "source")
    damage, said = WRONG_READERS[kind]
    damage(source)
    with pytest.raises(ModelError, match=said) as refused:
        compile_reader(source, tmp_path / "compiled", "fp32", digest=DIGEST)
    assert "\n" not in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_a_reader_of_short_inputs_and_a_pooling_without_prompts_are_refused(bert: Path, tmp_path: Path) -> None:
    short = save_reader("bert", tmp_path / "short", max_position_embeddings=100)
    with pytest.raises(ModelError, match="reads 100 tokens, expected at least"):
        compile_reader(short, tmp_path / "compiled", "fp32", digest=DIGEST)
    source = save_encoder("bert", tmp_path / "prompted", prompts={"query": "query: ", "document": ""})
    (pooling,) = source.glob("*_Pooling/config.json")
    pooling.write_text(json.dumps(json.loads(pooling.read_text("utf-8")) | {"include_prompt": False}), "utf-8")
    with pytest.raises(ModelError, match="include_prompt"):
        compile_encoder(source, tmp_path / "compiled", "prompted", "fp32", digest=DIGEST)


def test_a_card_of_an_older_version_is_read(bert: Path, tmp_path: Path) -> None:
    card = ModelCard("encoder", "old", "int8", 256, 384, DIGEST)
    stored = {name: value for name, value in json.loads(card.to_json()).items() if name not in ("pad_id", "licence")}
    (tmp_path / "card.json").write_text(json.dumps(stored), "utf-8")
    assert ModelCard.read(tmp_path) == card
    assert find_source(str(bert / "reader")).name == "reader"
