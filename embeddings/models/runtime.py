"""An ONNX model and its tokenizer: token ids in, arrays out, batched by length.

A folder of a compiled model holds `model.onnx`, `tokenizer.json` and `card.json`. The weights are quantised with
dynamic scales, which are computed over a whole tensor: what shares a batch changes the last digits of a result.
Callers therefore decide what may share one; the runtime only sorts by length within what it is given. `on_run` lets
whoever measures see every tensor that a model is given.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from embeddings.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Encoding

MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
CARD_FILE = "card.json"

# The tensors of one call of a model, by the names of its inputs: int64 (texts, tokens).
Feed = Mapping[str, np.ndarray[Any, Any]]
_Outputs = list[np.ndarray[Any, Any]]

# What the caches of a laptop's core hold: larger batches were up to a third slower, smaller ones a few percent.
BATCH_TOKENS = 512
# A residual sum and a normalisation take 5% less time of an MPNet one after the other than in one operator.
_SLOWER_FUSED = ["SkipLayerNormFusion"]
_BEFORE_APART = 16  # batches; opening a second session takes as long as some of them, and memory


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is needed to use a compiled model.

    Attributes:
        kind: "encoder" or "reader".
        name: the model it was compiled from.
        precision: "fp32" or "int8".
        max_tokens: the longest input it was made for, special tokens included.
        dimension: length of an embedding; 0 for a reader.
        source_sha256: of the weights it was compiled from. With `precision` it names the model in an index.
        query_prompt, passage_prompt: what the model wants in front of a question and of a passage.
        pad_id: the token that fills a row up to the longest of its batch.
        licence: what the model's own page states.
    """

    kind: Literal["encoder", "reader"]
    name: str
    precision: Literal["fp32", "int8"]
    max_tokens: int
    dimension: int
    source_sha256: str
    query_prompt: str = ""
    passage_prompt: str = ""
    pad_id: int = 0
    licence: str = "unknown"

    @property
    def identity(self) -> str:
        """Names the model in an index; models with the same identity give the same vectors."""
        return f"{self.name}/{self.precision}/{self.source_sha256}"

    @property
    def version(self) -> str:
        """The identity without the name, which may differ from place to place."""
        return version_of(self.identity)

    def to_json(self) -> str:
        """The card as it stands in the model's folder."""
        return json.dumps(asdict(self), indent=2)

    @classmethod
    def read(cls, folder: Path) -> ModelCard:
        """Raises ModelError where the folder holds no card, or one of another form."""
        try:
            return cls(**json.loads((folder / CARD_FILE).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ModelError(f"{folder}: not the folder of a compiled model ({error}); compile it again") from None


def version_of(identity: str) -> str:
    """Precision and digest of a model's identity.

    >>> version_of("org/name/int8/53aa")
    'int8/53aa'
    """
    return "/".join(identity.rsplit("/", 2)[1:])


def load_onnxruntime() -> Any:
    """ONNX Runtime with its telemetry off: its Linux builds report usage unless the environment says otherwise, and
    write an identifier of the machine into the home directory as soon as they are imported."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    return onnxruntime


def open_session(folder: Path, threads: int = 0) -> Any:
    """The `onnxruntime.InferenceSession` of a compiled model, on `threads` cores (0 for all of them)."""
    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or available_cores()
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Else the threads of the model that ran last go on spinning, on the cores that the next model wants: an answer,
    # which runs two, took half as long again.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return onnxruntime.InferenceSession(
        str(folder / MODEL_FILE), options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOWER_FUSED
    )


class Runtime:
    """A compiled model, ready to run.

    Args:
        folder: what `embeddings.models.compiling` wrote.
        threads: cores that one run may use; 0 for all of them.
        batch_tokens: the most tokens of a batch, padding included; 0 to run every text alone.

    Attributes:
        card: what is needed to use the model.
        on_run: called with the tensors of every call of the model, before it; None for nobody.

    Raises:
        ModelError: the folder is not a compiled model, or a file in it is damaged.
    """

    def __init__(self, folder: Path, threads: int = 0, batch_tokens: int = BATCH_TOKENS) -> None:
        from tokenizers import Tokenizer

        self.card = ModelCard.read(folder)
        self._batch_tokens = batch_tokens
        self.on_run: Callable[[Feed], None] | None = None
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
            self._session = open_session(folder, threads)
            self._apart = _Apart(folder, threads or available_cores(), self._session)
        except Exception as error:  # both libraries raise bare Exceptions of their own
            raise _not_opened(folder, error) from None
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._inputs = {item.name for item in self._session.get_inputs()}

    def tokenize(self, texts: Sequence[str] | Sequence[tuple[str, str]], special: bool = True) -> list[Encoding]:
        """Token ids and code-point offsets of texts, or of pairs of texts; nothing is cut off."""
        return list(self._tokenizer.encode_batch(list(texts), add_special_tokens=special))

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, the special ones included."""
        return [len(encoding) for encoding in self._tokenizer.encode_batch_fast(list(texts))]

    def run(self, inputs: Sequence[tuple[Sequence[int], Sequence[int]]], apart: bool = False) -> list[_Outputs]:
        """Runs the model. Several threads may do so at once.

        Args:
            inputs: the token ids and the token types of each text.
            apart: each batch on a core of its own, several at once, rather than one after another on all cores: one
                batch takes longer, many take less, and the results are the same.

        Returns:
            For each text, in the order given, its row of every output of the model; rows of outputs with a token
            axis are as long as the longest text of their batch.
        """
        rows: list[_Outputs] = [[] for _ in inputs]
        batches = list(batches_by_length([len(ids) for ids, _ in inputs], self._batch_tokens))

        def outputs_of(batch: list[int]) -> _Outputs:
            feed = self._feed([inputs[i] for i in batch])
            if self.on_run is not None:
                self.on_run(feed)
            outputs: _Outputs = self._apart.run(feed) if apart else self._session.run(None, feed)
            return outputs

        each = self._apart.each(outputs_of, batches) if apart else map(outputs_of, batches)
        for batch, outputs in zip(batches, each, strict=True):
            for row, i in enumerate(batch):
                rows[i] = [output[row] for output in outputs]
        return rows

    def _feed(self, batch: Sequence[tuple[Sequence[int], Sequence[int]]]) -> Feed:
        longest = max(len(ids) for ids, _ in batch)
        feed = {
            name: np.zeros((len(batch), longest), dtype=np.int64)  # (texts, tokens)
            for name in ("input_ids", "attention_mask", "token_type_ids")
        }
        feed["input_ids"] += self.card.pad_id
        for row, (ids, types) in enumerate(batch):
            feed["input_ids"][row, : len(ids)] = ids
            feed["attention_mask"][row, : len(ids)] = 1
            feed["token_type_ids"][row, : len(ids)] = types
        return {name: array for name, array in feed.items() if name in self._inputs}


class _Apart:
    """Runs several batches at once, each on one core, in a second session of the model that is opened when it pays.

    Short texts leave most of a second core idle, and two batches at once do not: a third to a half less time.

    Args:
        folder: of the compiled model.
        cores: how many run at once, whichever threads ask for it.
        session: the one on all cores, which is used for the first batches, and where there is only one core.
    """

    def __init__(self, folder: Path, cores: int, session: Any) -> None:
        self._folder, self._cores, self._shared, self._left = folder, cores, session, _BEFORE_APART
        self._session: Any = session if cores == 1 else None
        self._opening, self._free = threading.Lock(), threading.BoundedSemaphore(cores)

    def each(self, outputs_of: Callable[[list[int]], _Outputs], batches: Sequence[list[int]]) -> Iterator[_Outputs]:
        """The outputs of each batch, in the order of the batches."""
        if len(batches) < 2 or self._cores == 1:
            yield from map(outputs_of, batches)
            return
        with ThreadPoolExecutor(min(self._cores, len(batches)), "batches") as threads:
            yield from threads.map(outputs_of, batches)

    def run(self, feed: Feed) -> _Outputs:
        """All outputs of the model. Raises ModelError where its file is gone."""
        with self._free:
            outputs: _Outputs = self._opened().run(None, feed)
            return outputs

    def _opened(self) -> Any:
        with self._opening:
            self._left -= 1
            if self._session is None and self._left >= 0:
                return self._shared
            if self._session is None:
                try:
                    self._session = open_session(self._folder, 1)
                except Exception as error:  # the library raises bare Exceptions of its own
                    raise _not_opened(self._folder, error) from None
            return self._session


def _not_opened(folder: Path, error: Exception) -> ModelError:
    return ModelError(f"{folder}: the model can't be opened ({error}); compile it again")


def batches_by_length(lengths: Sequence[int], budget: int = BATCH_TOKENS) -> Iterator[list[int]]:
    """Indices of texts, longest first, in batches of at most `budget` tokens, padding included.

    >>> list(batches_by_length([3, 9, 4, 8], budget=20))
    [[1, 3], [2, 0]]
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])  # stable: equal lengths keep their order
    batch: list[int] = []
    for i in order:
        if batch and (len(batch) + 1) * lengths[batch[0]] > budget:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def available_cores() -> int:
    """The number of cores that this process may use; in a container fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
