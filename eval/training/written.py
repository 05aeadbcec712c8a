"""What a training leaves: the reader's weights, its tokenizer, its card, and its compiled form."""

from __future__ import annotations

import platform
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from eval.training.examples import Example
from eval.training.trainer import Training, counted
from qa.models.compiling import READER_MAX_TOKENS, compile_reader
from qa.reading.reader import OnnxReader

TOKENIZER_FILE = "tokenizer.json"
COMPILED = "onnx"
CARD = "README.md"
_FRONT = "---\nlicense: apache-2.0\n---\n"  # ours, as the project is
_TOKENIZER_FILES = (TOKENIZER_FILE, "tokenizer_config.json", "vocab.txt", "special_tokens_map.json")


def write_reader(
    training: Training, examples: Sequence[Example], base: Path, to: Path, data: Path | None, page: Path | None = None
) -> None:
    """Writes a folder: float16 safetensors, configuration, tokenizer, `onnx/` (int8) and `README.md`, its card.

    Args:
        training: at its end, or where it was stopped.
        examples: what it was trained on.
        base: the folder it began with, whose tokenizer is kept.
        to: the folder to write.
        data: the folder of public sets, whose articles for tuning give the card its scores; None for no scores.
        page: a page to put the card into, between its markers.

    Raises:
        ModelError: the reader can't be compiled.
    """
    import torch

    to.mkdir(parents=True, exist_ok=True)
    for name in _TOKENIZER_FILES:
        if (base / name).is_file():
            shutil.copyfile(base / name, to / name)
    model = training.model.to("cpu").eval()
    weights = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
    model.to(torch.float16).save_pretrained(to)
    model.to(torch.float32).load_state_dict(weights)
    (to / CARD).write_text(_FRONT, encoding="utf-8")
    card = compile_reader(to, to / COMPILED, "int8", max_tokens=READER_MAX_TOKENS)
    text = _card(training, examples, base, card.source_sha256) + _scores(to / COMPILED, data)
    (to / CARD).write_text(f"{_FRONT}# An extractive reader\n{text}", encoding="utf-8")
    if page is not None:
        from eval.report.readme import rewrite

        rewrite(page, text, "card")


def _card(training: Training, examples: Sequence[Example], base: Path, digest: str) -> str:
    schedule, steps = training.schedule, training.steps
    kinds = Counter(example.source for example in examples)
    parts = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
    finished = "" if training.step >= steps else f" It ended with its hours, after step {training.step:,} of {steps:,}."
    layers = getattr(training.model.config, "num_hidden_layers", "All")
    return f"""A question and a passage, at most {READER_MAX_TOKENS} tokens; a start and an end logit a token, at the
first one they say "no answer". {layers} layers, begun with {base.name}; weights in float16, SHA-256 `{digest}`.

**Data.** {len(examples):,} examples, {counted(training.rows):,} tokens: {parts}. `eval/training/examples.py` says what
these are.

**Training.** AdamW, highest learning rate {schedule.learning_rate:g}, linear rise over the first
{schedule.warm_up:.0%} and linear fall to 0 over the last {schedule.fall:.0%}, weight decay
{schedule.weight_decay:g}, batches of {schedule.batch_tokens:,} tokens, at most {schedule.epochs} epochs, dropout
{schedule.dropout:g}, gradients of norm {schedule.most_norm:g} at most, word embeddings frozen, seed
{schedule.seed}.{finished}

**Hardware.** {_hardware(training)}, {training.seconds / 60:.0f} minutes, {training.tokens:,} tokens.
"""


def _hardware(training: Training) -> str:
    import torch

    if training.device == "cuda":
        return str(torch.cuda.get_device_name())
    return f"{torch.get_num_threads()} threads, {platform.machine()}"


def _scores(compiled: Path, data: Path | None) -> str:
    """A table of scores on the articles set aside for tuning; "" where they are not there."""
    from eval.reading import SCORE_COLUMNS, reading_scores, score_rows
    from eval.report.rendering import markdown_table
    from eval.sets.squad import DATA_FILE, load_squad, tuning_articles

    if data is None or not (data / DATA_FILE).is_file():
        return ""
    tuning = load_squad(data / DATA_FILE, tuning_articles())
    scored = {"SQuAD 2.0, articles for tuning": reading_scores(OnnxReader(compiled), tuning)}
    table = markdown_table(SCORE_COLUMNS, score_rows(scored))
    return f"\n**Scores** (int8, the passage given whole, no search):\n\n{table}\n"
