"""A PyTorch module -> a folder that the runtime can open without PyTorch.

This is the only module of `embeddings` that needs torch, transformers, sentence-transformers and onnx, and it imports
them inside its functions: they are wanted once, when a model is compiled, and never to index or to answer.

The graph is exported, its attention and normalisation layers are fused, and for "int8" its weights are quantised to
seven bits a channel with activations scaled at run time (`reduce_range`: eight bits saturate on AVX2 without VNNI).
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from embeddings.errors import ModelError
from embeddings.runtime import CARD_FILE, MODEL_FILE, TOKENIZER_FILE, ModelCard, load_onnxruntime

if TYPE_CHECKING:
    import torch

Precision = Literal["fp32", "int8"]

# Long enough that no dimension of the example is folded into the graph as a constant.
_EXAMPLE_SHAPE = (2, 16)


@dataclass(frozen=True, slots=True)
class Architecture:
    """What the graph optimiser must know of a transformer: `config.model_type`, its heads and its width."""

    model_type: str
    heads: int
    width: int


def compile_module(
    module: torch.nn.Module,
    outputs: tuple[str, ...],
    tokenizer_json: str,
    card: ModelCard,
    architecture: Architecture,
    target: Path,
) -> None:
    """Writes `target/`: the graph, the tokenizer without truncation or padding, and the card.

    Args:
        module: takes input_ids, attention_mask and token_type_ids, each int64 (texts, tokens), and returns one tensor
            for each name in `outputs`, its first axis the texts.
        tokenizer_json: the text of a `tokenizer.json`.
        card: what the runtime must know; `card.precision` decides whether the weights are quantised.
        target: the folder to make; one that is there is replaced whole, once everything has been written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
        graph, folder = Path(scratch) / "graph.onnx", Path(scratch) / "model"
        folder.mkdir()
        _export(module, outputs, graph)
        _fuse(graph, architecture)
        _finish(graph, folder / MODEL_FILE, card.precision)
        (folder / TOKENIZER_FILE).write_text(_without_limits(tokenizer_json), encoding="utf-8")
        (folder / CARD_FILE).write_text(card.to_json() + "\n", encoding="utf-8")
        if target.exists():
            shutil.rmtree(target)
        folder.rename(target)


def compile_encoder(
    source: Path, target: Path, name: str, precision: Precision, sha256: str | None = None
) -> ModelCard:
    """Compiles a local sentence-transformers model: one output, the sentence's embedding, pooled as the model pools.

    Args:
        source: the model's folder.
        target: the folder to make.
        name: what the card calls the model.
        precision: "fp32" or "int8".
        sha256: what its `model.safetensors` must hash to, where that is known.

    Raises:
        ModelError: the folder is not such a model, or its weights are not those that were expected.
    """
    digest = verified_digest(source, sha256)
    from sentence_transformers import SentenceTransformer

    try:
        model = SentenceTransformer(
            str(source), device="cpu", local_files_only=True, model_kwargs={"attn_implementation": "eager"}
        )
        tokenizer_json = (source / TOKENIZER_FILE).read_text(encoding="utf-8")
    except Exception as error:  # whatever is damaged, another library raises
        reason = str(error).partition("\n")[0]
        raise ModelError(f"{source}: not a sentence-transformers model ({reason}); fetch the model again") from None
    config = model[0].auto_model.config
    card = ModelCard(
        kind="encoder",
        name=name,
        precision=precision,
        max_tokens=int(model.max_seq_length or config.max_position_embeddings),
        dimension=int(model.get_embedding_dimension() or config.hidden_size),
        source_sha256=digest,
    )
    architecture = Architecture(config.model_type, config.num_attention_heads, config.hidden_size)
    compile_module(_sentence_module(model), ("embedding",), tokenizer_json, card, architecture, target)
    return card


def verified_digest(source: Path, expected: str | None = None) -> str:
    """SHA-256 of `source/model.safetensors`. Raises ModelError where it is missing or not the expected one."""
    weights = source / "model.safetensors"
    if not weights.is_file():
        raise ModelError(f"{source}: no model.safetensors there; name the folder of a model")
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    if expected is not None and digest != expected:
        raise ModelError(f"{weights}: SHA-256 is {digest}, expected {expected}; fetch the model again")
    return digest


def _sentence_module(model: Any) -> torch.nn.Module:
    """All the modules of a SentenceTransformer (transformer, pooling, normalising) behind plain tensors."""
    import torch

    class Sentence(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model.eval()

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            features = {"input_ids": input_ids, "attention_mask": attention_mask, "token_type_ids": token_type_ids}
            return self.model(features)["sentence_embedding"]

    return Sentence()


def _export(module: torch.nn.Module, outputs: tuple[str, ...], path: Path) -> None:
    import torch

    inputs = ("input_ids", "attention_mask", "token_type_ids")
    ids = torch.arange(_EXAMPLE_SHAPE[0] * _EXAMPLE_SHAPE[1]).reshape(_EXAMPLE_SHAPE) + 5
    example = (ids, torch.ones_like(ids), torch.zeros_like(ids))
    axes = {name: {0: "texts", 1: "tokens"} for name in inputs} | {name: {0: "texts"} for name in outputs}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of every shape it reads
        torch.onnx.export(
            module.eval(),
            example,
            str(path),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,  # the newer exporter's graph has no attention that the optimiser would recognise
        )


def _fuse(path: Path, architecture: Architecture) -> None:
    """Attention, GELU and layer normalisation as one operator each; other families than BERT's are left as they are."""
    if architecture.model_type != "bert":
        return
    load_onnxruntime()
    from onnxruntime.transformers import optimizer

    logging.getLogger("onnxruntime.transformers").setLevel(logging.ERROR)
    fused = optimizer.optimize_model(
        str(path), model_type="bert", num_heads=architecture.heads, hidden_size=architecture.width, opt_level=0
    )
    fused.save_model_to_file(str(path))


def _finish(graph: Path, target: Path, precision: Precision) -> None:
    if precision == "fp32":
        shutil.copyfile(graph, target)
        return
    load_onnxruntime()
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        graph,
        target,
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},  # fused operators have no shape inference
    )


def _without_limits(tokenizer_json: str) -> str:
    """A tokenizer that neither truncates nor pads: both are decided by whoever builds the model's input."""
    tokenizer = json.loads(tokenizer_json)
    return json.dumps(tokenizer | {"truncation": None, "padding": None}, ensure_ascii=False)
