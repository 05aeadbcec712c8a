"""A PyTorch module -> a folder that the runtime can open without PyTorch.

It needs torch and onnx and imports them inside its functions: they are wanted once, when a model is compiled, and never
to index or to answer.

The graph is exported, its attention and normalisation layers are fused where they are those of BERT, it is compared
with the module on texts of several lengths, and for "int8" it is quantised (`embeddings.models.quantising`).
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from embeddings.errors import ModelError
from embeddings.models.quantising import Feed, quantise, quiet_root
from embeddings.models.runtime import CARD_FILE, MODEL_FILE, TOKENIZER_FILE, ModelCard, load_onnxruntime

if TYPE_CHECKING:
    import torch

Precision = Literal["fp32", "int8"]
INPUTS = ("input_ids", "attention_mask", "token_type_ids")

# Long enough that no dimension of the example is folded into the graph as a constant; the others are for comparing.
_EXAMPLE_SHAPE = (2, 16)
_OTHER_SHAPES = ((3, 7), (1, 21))  # (texts, tokens)
# The largest difference, in parts of the largest output, that is rounding and not another graph.
_TOLERANCE = 1e-3
# The families whose layers the optimiser knows as BERT's.
_FUSED = ("bert", "roberta", "xlm-roberta", "camembert", "electra", "distilbert")


@dataclass(frozen=True, slots=True)
class Architecture:
    """What must be known of a transformer to export it.

    Attributes:
        model_type: `config.model_type`.
        heads, width: attention heads, and the size of a hidden state.
        vocabulary: how many token ids there are.
        inputs: those of INPUTS that it takes.
    """

    model_type: str
    heads: int
    width: int
    vocabulary: int = 64
    inputs: tuple[str, ...] = INPUTS


def compile_module(
    module: torch.nn.Module,
    outputs: tuple[str, ...],
    tokenizer_json: str,
    card: ModelCard,
    architecture: Architecture,
    target: Path,
    examples: Sequence[Feed] = (),
) -> None:
    """Writes `target/`: the graph, the tokenizer without truncation or padding, and the card.

    Args:
        module: takes the tensors that `architecture.inputs` names, in that order, each int64 (texts, tokens), and
            returns one tensor for each name in `outputs`, its first axis the texts.
        tokenizer_json: the text of a `tokenizer.json`.
        card: what the runtime must know; `card.precision` decides whether the weights are quantised.
        target: the folder to make; one that is there is replaced whole, once everything has been written.
        examples: inputs such as it will be given, which an int8 graph is fitted to.

    Raises:
        ModelError: the module can't be exported, or the graph gives other results than the module.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
        graph, folder = Path(scratch) / "graph.onnx", Path(scratch) / "model"
        folder.mkdir()
        _export(module.eval(), outputs, graph, architecture, card)
        fused = _fused(module, graph, architecture, card)
        if card.precision == "fp32":
            shutil.copyfile(fused, folder / MODEL_FILE)
        else:
            quantise(fused, folder / MODEL_FILE, examples)
        (folder / TOKENIZER_FILE).write_text(_without_limits(tokenizer_json), encoding="utf-8")
        (folder / CARD_FILE).write_text(card.to_json() + "\n", encoding="utf-8")
        if target.exists():
            shutil.rmtree(target)
        folder.rename(target)


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Without warnings, log lines and progress bars of torch, transformers and sentence-transformers."""
    from transformers.utils import logging as theirs

    before, bars = theirs.get_verbosity(), theirs.is_progress_bar_enabled()
    sentences = logging.getLogger("sentence_transformers")
    level = sentences.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of every shape it reads
        theirs.set_verbosity_error()
        theirs.disable_progress_bar()
        sentences.setLevel(logging.ERROR)
        try:
            yield
        finally:
            theirs.set_verbosity(before)
            sentences.setLevel(level)
            if bars:
                theirs.enable_progress_bar()


def _example(shape: tuple[int, int], architecture: Architecture, card: ModelCard) -> tuple[torch.Tensor, ...]:
    """Token ids of any words, the last text a third shorter than the others and padded, for `architecture.inputs`."""
    import torch

    texts, tokens = shape[0], min(shape[1], card.max_tokens)
    ids = torch.arange(texts * tokens).reshape(texts, tokens) * 7 % max(1, architecture.vocabulary - 5) + 5
    mask = torch.ones_like(ids)
    if texts > 1:
        mask[-1, tokens - tokens // 3 :] = 0
    ids = torch.where(ids == card.pad_id, ids - 1, ids)  # padding inside a text would move its positions
    ids = torch.where(mask == 0, torch.full_like(ids, card.pad_id), ids)
    given = dict(zip(INPUTS, (ids, mask, torch.zeros_like(ids)), strict=True))
    return tuple(given[name] for name in architecture.inputs)


def _export(
    module: torch.nn.Module, outputs: tuple[str, ...], path: Path, architecture: Architecture, card: ModelCard
) -> None:
    import torch

    axes = {name: {0: "texts", 1: "tokens"} for name in architecture.inputs} | {name: {0: "texts"} for name in outputs}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of every shape it reads
        torch.onnx.export(
            module,
            _example(_EXAMPLE_SHAPE, architecture, card),
            str(path),
            input_names=list(architecture.inputs),
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,  # the newer exporter's graph has no attention that the optimiser would recognise
        )


def _fused(module: torch.nn.Module, graph: Path, architecture: Architecture, card: ModelCard) -> Path:
    """The graph with attention, GELU and layer normalisation as one operator each where that leaves its results as
    they are, else the graph itself. Raises ModelError where even that gives other results than the module."""
    if architecture.model_type in _FUSED:
        load_onnxruntime()
        from onnxruntime.transformers import optimizer

        fused = graph.with_name("fused.onnx")
        with quiet_root():
            optimizer.optimize_model(
                str(graph), model_type="bert", num_heads=architecture.heads, hidden_size=architecture.width, opt_level=0
            ).save_model_to_file(str(fused))
        if _difference(module, fused, architecture, card) <= _TOLERANCE:
            return fused
    difference = _difference(module, graph, architecture, card)
    if difference > _TOLERANCE:
        raise ModelError(
            f"{card.name}: its ONNX graph differs from the PyTorch model by {difference:.1%} of the largest output, "
            f"so {architecture.model_type} models can't be compiled; name another model"
        )
    return graph


def _difference(module: torch.nn.Module, graph: Path, architecture: Architecture, card: ModelCard) -> float:
    """The largest difference between the outputs of the module and of its graph, in parts of the largest output."""
    import torch

    session = load_onnxruntime().InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    wanted = {item.name for item in session.get_inputs()}
    worst = 0.0
    for shape in (_EXAMPLE_SHAPE, *_OTHER_SHAPES):
        example = _example(shape, architecture, card)
        with torch.inference_mode():
            given = module(*example)
        expected = [tensor.numpy() for tensor in (given if isinstance(given, tuple) else (given,))]
        named = zip(architecture.inputs, example, strict=True)
        outputs = session.run(None, {name: tensor.numpy() for name, tensor in named if name in wanted})
        for one, other in zip(expected, outputs, strict=True):
            if one.shape != other.shape:
                return float("inf")
            difference = float(np.abs(one - other).max() / max(np.abs(one).max(), 1e-6))
            worst = max(worst, difference if np.isfinite(difference) else float("inf"))
    return worst


def _without_limits(tokenizer_json: str) -> str:
    """A tokenizer that neither truncates nor pads: both are decided by whoever builds the model's input."""
    tokenizer = json.loads(tokenizer_json)
    return json.dumps(tokenizer | {"truncation": None, "padding": None}, ensure_ascii=False)
