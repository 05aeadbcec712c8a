"""Every setting on the way from a question to its answer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from embeddings.errors import SettingsError

Fusion = Literal["min-max", "reciprocal-rank"]
Precision = Literal["int8", "fp32"]
VectorIndex = Literal["auto", "flat", "hnsw", "ivf"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of an Assistant. The defaults were chosen by the tables in docs/experiments.md.

    Attributes:
        threshold: confidence under which the answer is "not in these documents"; 0 never refuses while anything was
            retrieved.
        passages: how many passages are read for a question, at most.
        sure_margin: reading stops at words whose score lies so far above that of no answer, in logits.
        close: passages whose score is at least this share of the best one's are read all the same, in [0, 1].
        candidates: how many passages each of the two searches contributes to the fusion.
        fusion: how the two rankings become one.
        dense_weight: share of the dense score in min-max fusion, in [0, 1].
        retrieval_weight: what the best possible passage adds to the score of its spans, in logits.
        sentence_weight: what a sentence with all the question's words adds to the score of its spans, in logits.
        no_answer_weight: how much of a passage's no-answer score is taken off its spans' scores, in [0, 1].
        answer_tokens: the longest answer, in the reader's tokens.
        chunk_tokens: the longest passage, in tiktoken's tokens; takes effect when an index is built.
        overlap: sentences that neighbouring passages share; takes effect when an index is built.
        threads: cores that one question may use; 0 for all.
        workers: processes that read, one question each; 0 reads in this process.
        encoder: the folder or the name of a sentence-transformers model; None for the one that ships, or the one that
            an index was made with.
        reader: the folder or the name of a Hugging Face model for extractive question answering; None for the one
            that ships.
        vector_index: how vectors are arranged for search: "flat", "hnsw" or "ivf"; "auto" chooses by their number
            (`embeddings.search.bases`). Takes effect when an index is written.
        precision: what the models in `encoder` and `reader` are compiled to; those that ship are int8.

    Raises:
        SettingsError: a value is outside its range.
    """

    threshold: float = 0.15
    passages: int = 5
    sure_margin: float = 2.0
    close: float = 0.7
    candidates: int = 50
    fusion: Fusion = "min-max"
    dense_weight: float = 0.5
    retrieval_weight: float = 10.0
    sentence_weight: float = 3.0
    no_answer_weight: float = 0.5
    answer_tokens: int = 30
    chunk_tokens: int = 200
    overlap: int = 1
    threads: int = 0
    workers: int = 0
    encoder: str | None = None
    reader: str | None = None
    precision: Precision = "int8"
    vector_index: VectorIndex = "auto"

    def __post_init__(self) -> None:
        for name in ("threshold", "close", "dense_weight", "no_answer_weight"):
            value = getattr(self, name)
            _check(_is_number(value) and 0.0 <= value <= 1.0, name, value, "a number from 0 to 1")
        for name in ("passages", "candidates", "answer_tokens", "chunk_tokens", "overlap", "threads", "workers"):
            _check(isinstance(getattr(self, name), int), name, getattr(self, name), "a whole number")
        for name in ("passages", "candidates", "answer_tokens"):
            _check(getattr(self, name) >= 1, name, getattr(self, name), "at least 1")
        for name in ("sure_margin", "retrieval_weight", "sentence_weight", "overlap", "threads", "workers"):
            _check(_is_number(getattr(self, name)) and getattr(self, name) >= 0, name, getattr(self, name), "0 or more")
        _check(self.chunk_tokens >= 16, "chunk_tokens", self.chunk_tokens, "at least 16")
        _check(self.precision in ("int8", "fp32"), "precision", self.precision, '"int8" or "fp32"')
        kinds = ("auto", "flat", "hnsw", "ivf")
        _check(self.vector_index in kinds, "vector_index", self.vector_index, '"auto", "flat", "hnsw" or "ivf"')
        for name in ("encoder", "reader"):
            named = getattr(self, name)
            _check(named is None or (isinstance(named, str) and named), name, named, "the folder or name of a model")
        _check(self.fusion in ("min-max", "reciprocal-rank"), "fusion", self.fusion, '"min-max" or "reciprocal-rank"')


def precision_of(word: str) -> Precision:
    """A word as a precision. Raises SettingsError for another word."""
    if word in ("int8", "fp32"):
        return "int8" if word == "int8" else "fp32"
    raise SettingsError(f'precision is {word!r}, expected "int8" or "fp32"')


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _check(holds: object, name: str, value: object, expected: str) -> None:
    if not holds:
        raise SettingsError(f"{name} is {value!r}, expected {expected}")
