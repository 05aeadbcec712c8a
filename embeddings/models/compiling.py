"""A sentence-transformers model -> a folder that the runtime can open without PyTorch.

It needs torch and sentence-transformers and imports them inside its functions, because only compiling needs them, never
indexing or answering. No code that comes with a model is run, and pickled weights are read as
tensors alone (`torch.load(weights_only=True)`, the default of these libraries).
"""

from __future__ import annotations

import errno
import hashlib
import inspect
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.errors import ModelError
from embeddings.models.exporting import INPUTS, Architecture, Precision, compile_module, quiet_libraries
from embeddings.models.runtime import ModelCard
from embeddings.models.sources import MODULES_FILE, go_offline, licence_of, read_json

if TYPE_CHECKING:
    import torch

PROMPTS_FILE = "config_sentence_transformers.json"
# The parts of a sentence-transformers model that work on tokens and vectors alone.
_MODULES = ("Transformer", "Pooling", "Normalize", "Dense", "LayerNorm", "Dropout", "WeightedLayerPooling")
_QUERY, _PASSAGE = ("query", "question"), ("document", "passage", "corpus")
_NO_LIMIT = 100_000  # tokens; a tokenizer without a limit claims far more
_OF_THE_DISK = (errno.ENOSPC, errno.EROFS, errno.EDQUOT)


def compile_encoder(
    source: Path, target: Path, name: str, precision: Precision, sha256: str | None = None, digest: str | None = None
) -> ModelCard:
    """Compiles a local sentence-transformers model: one output, the sentence's embedding, pooled as the model pools.

    Args:
        source: the model's folder.
        target: the folder to make.
        name: what the card calls the model.
        precision: "fp32" or "int8".
        sha256: what its `model.safetensors` must hash to, where that is known.
        digest: what the card says of the source; the hash of its `model.safetensors` where it is None.

    Raises:
        ModelError: the folder is not such a model, its weights are not those that were expected, or it can't be
            compiled.
    """
    known = digest if digest is not None else verified_digest(source, sha256)
    check_encoder(source)
    with one_line(source, "a sentence-transformers model"):
        model = _loaded(source)
        transformer = model[0].auto_model
        card = _card(source, model, name, precision, known)
        inputs = model_inputs(transformer, model.tokenizer)
        module = _sentence_module(model, inputs, card.dimension)
        tokenizer = tokenizer_json(model.tokenizer, lower=bool(getattr(model[0], "do_lower_case", False)))
        compile_module(module, ("embedding",), tokenizer, card, architecture_of(transformer.config, inputs), target)
    return card


def check_encoder(source: Path) -> None:
    """Checks without PyTorch whether a folder can be an encoder.

    Raises:
        ModelError: it is not a sentence-transformers model, or one with parts that can't be compiled.
    """
    modules = read_json(source / MODULES_FILE)
    if not isinstance(modules, list):
        raise ModelError(
            f"{source}: no {MODULES_FILE} there, expected a sentence-transformers model; "
            "name the folder of one (a plain Hugging Face model doesn't say how it is pooled)"
        )
    types = [str(module.get("type", "")) if isinstance(module, dict) else "" for module in modules]
    wrong = [t for t in types if not t.startswith("sentence_transformers.") or t.rsplit(".", 1)[-1] not in _MODULES]
    if wrong or not types or not types[0].endswith(".Transformer"):
        raise ModelError(
            f"{source}: made of {', '.join(t.rsplit('.', 1)[-1] for t in wrong or types) or 'nothing'}, expected a "
            f"Transformer followed by {', '.join(_MODULES[1:])}; name a sentence-transformers model for text"
        )
    prompts = prompts_of(read_json(source / PROMPTS_FILE))
    pooling = [read_json(path / "config.json") for path in source.glob("*_Pooling")]
    if any(prompts) and any(isinstance(p, dict) and p.get("include_prompt") is False for p in pooling):
        raise ModelError(
            f"{source}: its pooling leaves the prompt out (include_prompt), which a compiled model can't; "
            "name a model without prompts, or one that pools them too"
        )


def prompts_of(config: Any) -> tuple[str, str]:
    """The prompts that a model's configuration puts before a question and before a passage; "" for none.

    The default prompt goes in front of both, unless it is the one for questions.

    >>> prompts_of({"prompts": {"query": "query: ", "passage": "passage: "}})
    ('query: ', 'passage: ')
    >>> prompts_of({"prompts": {"all": "text: "}, "default_prompt_name": "all"})
    ('text: ', 'text: ')
    >>> prompts_of({"prompts": {"query": "query: ", "document": ""}, "default_prompt_name": "query"})
    ('query: ', '')
    """
    stored = config.get("prompts") if isinstance(config, Mapping) else None
    prompts = {name: text for name, text in stored.items() if isinstance(text, str)} if isinstance(stored, dict) else {}
    default_name = config.get("default_prompt_name") if isinstance(config, Mapping) else None
    default = prompts.get(default_name, "") if isinstance(default_name, str) else ""

    def chosen(names: tuple[str, ...], otherwise: str) -> str:
        own = [prompts[name] for name in names if name in prompts]
        return next((text for text in own if text), "" if own else otherwise)

    return chosen(_QUERY, default), chosen(_PASSAGE, "" if default_name in _QUERY else default)


@contextmanager
def one_line(source: Path, expected: str) -> Iterator[None]:
    """Makes a ModelError that names the folder of whatever other libraries raise while a model is loaded and exported.

    A full disk is not the model's fault and is raised as it is.
    """
    go_offline()
    try:
        with quiet_libraries():
            yield
    except ModelError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
            raise
        reason = " ".join(str(error).split())[:240] or type(error).__name__
        raise ModelError(f"{source}: not {expected} ({reason}); fetch the model again, or name another") from None


def verified_digest(source: Path, expected: str | None = None) -> str:
    """SHA-256 of `source/model.safetensors`. Raises ModelError where it is missing or not the expected one."""
    weights = source / "model.safetensors"
    if not weights.is_file():
        raise ModelError(f"{source}: no model.safetensors there; name the folder of a model")
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    if expected is not None and digest != expected:
        raise ModelError(f"{weights}: SHA-256 is {digest}, expected {expected}; fetch the model again")
    return digest


def model_inputs(model: Any, tokenizer: Any) -> tuple[str, ...]:
    """The INPUTS that both the tokenizer makes and the transformer takes; DistilBERT takes no token types."""
    made, taken = set(tokenizer.model_input_names), set(inspect.signature(model.forward).parameters)
    return tuple(name for name in INPUTS if name in made & taken)


def architecture_of(config: Any, inputs: tuple[str, ...]) -> Architecture:
    """What the exporter must know of a transformer."""
    return Architecture(
        config.model_type,
        int(getattr(config, "num_attention_heads", None) or 1),
        int(config.hidden_size),
        int(config.vocab_size),
        inputs,
    )


def longest_input(model: Any, tokenizer: Any, stated: int | None = None) -> int:
    """Tokens of the longest input, special ones included: what the model states, within what it has positions for.

    RoBERTa and MPNet keep the positions up to the one of padding free, so that 514 of them hold 512 tokens.
    """
    positions = [
        part.num_embeddings - (part.padding_idx + 1 if part.padding_idx is not None else 0)
        for path, part in model.named_modules()
        if path.rsplit(".", 1)[-1] == "position_embeddings" and hasattr(part, "num_embeddings")
    ]
    configured = getattr(model.config, "max_position_embeddings", None)
    limits = [stated, getattr(tokenizer, "model_max_length", None), *(positions or [configured])]
    known = [int(limit) for limit in limits if limit is not None and 0 < limit < _NO_LIMIT]
    return min(known, default=512)


def padding_id(config: Any, tokenizer: Any) -> int:
    """The id of the token that pads a row."""
    stated = [tokenizer.pad_token_id, getattr(config, "pad_token_id", None)]
    return next((int(number) for number in stated if number is not None), 0)


def tokenizer_json(tokenizer: Any, lower: bool = False) -> str:
    """The text of a `tokenizer.json`, whichever files the tokenizer was read from.

    Args:
        tokenizer: of transformers.
        lower: whether sentence-transformers lower-cases texts before it.

    Raises:
        ModelError: it runs in Python alone.
    """
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise ModelError(
            f"{tokenizer.name_or_path}: a tokenizer of the class {type(tokenizer).__name__} has no fast form; "
            "name a model with a tokenizer.json"
        )
    stored: dict[str, Any] = json.loads(backend.to_str())
    if lower:
        steps = [{"type": "Lowercase"}, *([stored["normalizer"]] if stored.get("normalizer") else [])]
        stored["normalizer"] = {"type": "Sequence", "normalizers": steps}
    return json.dumps(stored, ensure_ascii=False)


def _loaded(source: Path) -> Any:
    import torch
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(
        str(source),
        device="cpu",
        local_files_only=True,
        trust_remote_code=False,
        model_kwargs={"attn_implementation": "eager", "dtype": torch.float32},
    )
    return model.float().eval()


def _card(source: Path, model: Any, name: str, precision: Precision, digest: str) -> ModelCard:
    transformer = model[0].auto_model
    query, passage = prompts_of(read_json(source / PROMPTS_FILE))
    return ModelCard(
        kind="encoder",
        name=name,
        precision=precision,
        max_tokens=longest_input(transformer, model.tokenizer, model.max_seq_length),
        dimension=int(model.get_embedding_dimension() or transformer.config.hidden_size),
        source_sha256=digest,
        query_prompt=query,
        passage_prompt=passage,
        pad_id=padding_id(transformer.config, model.tokenizer),
        licence=licence_of(source),
    )


def _sentence_module(model: Any, inputs: tuple[str, ...], dimension: int) -> torch.nn.Module:
    """All the modules of a SentenceTransformer (transformer, pooling, ...) behind plain tensors.

    Where the model keeps the first dimensions alone (Matryoshka, Kusupati et al. 2022), so does this.
    """
    import torch

    class Sentence(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *tensors: Any) -> Any:
            features = dict(zip(inputs, tensors, strict=True))
            return self.model(features)["sentence_embedding"][:, :dimension]

    return Sentence()
