"""Tiny random models of six families, made here without a download: a configuration, a trained tokenizer, weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

FAMILIES = ("bert", "roberta", "distilbert", "electra", "deberta-v2", "mpnet")
WIDTH, POSITIONS = 32, 260
CORPUS = [
    "The lighthouse was built by Ingrid Solheim in 1884, and it still stands on the northern cliff.",
    "Who built the lighthouse? The ferry to Oslo leaves at 14:30 from pier two; tickets cost 40 euros.",
    "Rain fell all day and the river rose. The mayor of Lund is Ana Ruiz, who was elected in May 2021.",
    "Officials said that at least 70 people came to the harbour, others spoke of more than 90.",
]
_NAMES = {"bert": "Bert", "roberta": "Roberta", "distilbert": "DistilBert", "electra": "Electra", "mpnet": "MPNet"}


def save_reader(family: str, folder: Path, **config: Any) -> Path:
    """A question-answering model with its tokenizer. `config` overrides values of its configuration."""
    return _saved(family, folder, "ForQuestionAnswering", config)


def save_encoder(family: str, folder: Path, extra: Sequence[Any] = (), pooling: str = "mean", **options: Any) -> Path:
    """A sentence-transformers model: transformer, pooling and the modules in `extra`; `options` are of the whole."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    plain = _saved(family, folder.parent / f"{folder.name}-plain", "Model", {})
    transformer = Transformer(str(plain), max_seq_length=options.pop("max_seq_length", None))
    modules = [transformer, Pooling(WIDTH, pooling), *extra]
    SentenceTransformer(modules=modules, device="cpu", **options).save(str(folder), create_model_card=False)
    return folder


def _saved(family: str, folder: Path, head: str, config: dict[str, Any]) -> Path:
    import torch
    import transformers

    transformers.utils.logging.disable_progress_bar()
    tokenizer = _tokenizer(family)
    name = _NAMES.get(family, "DebertaV2")
    made = getattr(transformers, f"{name}Config")(**_config(family, tokenizer) | config)
    torch.manual_seed(7)
    getattr(transformers, name + head)(made).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _config(family: str, tokenizer: Any) -> dict[str, Any]:
    """Two narrow layers; weights drawn widely, so that a wrong position or mask shows."""
    wide = {
        "vocab_size": len(tokenizer),
        "hidden_size": WIDTH,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 64,
        "max_position_embeddings": POSITIONS + 2 * (family in ("roberta", "mpnet")),
        "initializer_range": 0.3,
        "pad_token_id": tokenizer.pad_token_id,
    }
    own: dict[str, dict[str, Any]] = {
        "roberta": {"type_vocab_size": 1},
        "distilbert": {"dim": WIDTH, "n_layers": 2, "n_heads": 4, "hidden_dim": 64},
        "electra": {"embedding_size": 16},
        "deberta-v2": {
            "relative_attention": True,
            "position_buckets": 16,
            "norm_rel_ebd": "layer_norm",
            "share_att_key": True,
            "pos_att_type": ["p2c", "c2p"],
            "position_biased_input": False,
            "type_vocab_size": 0,
        },
    }
    return wide | own.get(family, {})


def _tokenizer(family: str) -> Any:
    """A tokenizer of the family's own kind, trained on CORPUS; RoBERTa's and MPNet's pad with token 1."""
    import transformers

    if family == "roberta":
        vocabulary, merges = _byte_pairs()
        return transformers.RobertaTokenizer(vocab=vocabulary, merges=merges, model_max_length=POSITIONS)
    if family == "deberta-v2":
        return transformers.DebertaV2Tokenizer(vocab=_unigrams(), model_max_length=POSITIONS)
    if family == "mpnet":
        words = _word_pieces(["<s>", "<pad>", "</s>", "[UNK]", "<mask>"])
        return transformers.MPNetTokenizer(vocab=words, model_max_length=POSITIONS)
    words = _word_pieces(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    kind = transformers.DistilBertTokenizer if family == "distilbert" else transformers.BertTokenizer
    return kind(vocab=words, model_max_length=POSITIONS)


def _word_pieces(special: list[str]) -> dict[str, int]:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=220, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    return _in_order(tokenizer.get_vocab())


def _byte_pairs() -> tuple[dict[str, int], list[tuple[str, str]]]:
    import json

    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return _in_order(tokenizer.get_vocab()), [tuple(pair) for pair in merges]


def _unigrams() -> list[tuple[str, float]]:
    import json

    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=200,
        special_tokens=["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"],
        unk_token="[UNK]",
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return [(word, float(score)) for word, score in json.loads(tokenizer.to_str())["model"]["vocab"]]


def _in_order(vocabulary: dict[str, int]) -> dict[str, int]:
    return dict(sorted(vocabulary.items(), key=lambda item: item[1]))
