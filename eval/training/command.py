"""`make train`: data files and a base model -> the reader that ships.

    python -m eval.training.command --data DIR --base FOLDER --work FOLDER --to FOLDER [--squad FILE] [--hours 1.4]

`--data` is a folder with the public sets of docs/models.md, each `--squad` another file in the format of SQuAD 1.1 or
2.0, or MRQA's. The examples are made once and kept in `--work` with a checkpoint; the same command resumes, and with
`--finish` writes what the checkpoint holds: the model, its tokenizer, a model card and the compiled ONNX form. A
finished training of so many `--hours` goes on with `--go-on` and more of them, from where its learning rate had not yet
fallen. The same command runs on processors and on one GPU. `eval/training/base.py` fetches a base.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from embeddings.errors import ModelError
from eval.training.examples import Example
from eval.training.sets import Source, made, sources
from eval.training.trainer import Progress, Schedule, Training, counted, encoded, go_on
from eval.training.written import TOKENIZER_FILE, write_reader
from qa.ending import INTERRUPTED, done_or_told, say
from qa.models.compiling import READER_MAX_TOKENS

EXAMPLES = "examples.jsonl.gz"


def examples(found: Iterable[Source], work: Path, seed: int) -> list[Example]:
    """The examples of all sets: those that are kept in `work`, and then no set is read; else they are made and kept.

    Raises:
        ModelError: there is no set, or none with a question that can be used.
    """
    kept = work / EXAMPLES
    if not kept.is_file():
        new = kept.with_suffix(".new")
        with gzip.open(new, "wt", encoding="utf-8") as file:
            for source in found:
                of_source = made(source, seed)
                file.writelines(json.dumps(asdict(example)) + "\n" for example in of_source)
                say(f"{source.name}: {len(of_source):,} examples")
        new.rename(kept)
    with gzip.open(kept, "rt", encoding="utf-8") as file:
        read = [_example(json.loads(line)) for line in file]
    if not read:
        raise ModelError("none of the sets of docs/models.md is there; name the folder with --data, or a --squad FILE")
    return read


def _example(row: dict[str, Any]) -> Example:
    return Example(row["question"], row["passage"], tuple((s, e) for s, e in row["spans"]), row["source"])


def reported(progress: Progress) -> None:
    """A line of how far the training is."""
    say(
        f"step {progress.step:,} of {progress.steps:,}, loss {progress.loss:.3f}, "
        f"{progress.tokens / max(1.0, progress.seconds):,.0f} tokens a second, {progress.left / 60:.0f} min left"
    )


def loaded(base: Path, dropout: float, layers: int | None = None) -> Any:
    """The base model in float32, its word embeddings frozen: they hold half of the weights and learn little.

    Args:
        layers: how many to keep, from the bottom: the top ones matter least for another task (Sajjad et al. 2020).

    Raises:
        ModelError: the folder holds no model of BERT's family; one without a span head is given a new one.
    """
    import torch
    from transformers import AutoModelForQuestionAnswering

    try:
        model = AutoModelForQuestionAnswering.from_pretrained(
            base,
            dtype=torch.float32,
            local_files_only=True,
            trust_remote_code=False,
            hidden_dropout_prob=dropout,
            attention_probs_dropout_prob=dropout,
            **({} if layers is None else {"num_hidden_layers": layers}),
        )
    except (OSError, ValueError) as error:
        reason = str(error).split("\n", 1)[0]
        raise ModelError(f"{base}: no model to train ({reason}); expected a folder of a Hugging Face model") from None
    model.get_input_embeddings().weight.requires_grad_(False)
    return model


def train(options: argparse.Namespace) -> None:
    """Makes the examples, trains, and writes the reader."""
    import torch
    from tokenizers import Tokenizer

    if not (options.base / TOKENIZER_FILE).is_file():
        raise ModelError(f"{options.base}: holds no {TOKENIZER_FILE}; name the folder of a Hugging Face model (--base)")
    options.work.mkdir(parents=True, exist_ok=True)
    schedule = Schedule(
        options.epochs,
        options.learning_rate,
        options.head,
        batch_tokens=options.batch_tokens,
        hours=options.hours,
        seed=options.seed,
    )
    found = examples(sources(options.data, options.squad, options.limit), options.work, schedule.seed)
    torch.manual_seed(schedule.seed)  # a new head is drawn
    model = loaded(options.base, schedule.dropout, options.layers)
    longest = min(READER_MAX_TOKENS, model.config.max_position_embeddings)
    rows = encoded(found, Tokenizer.from_file(str(options.base / TOKENIZER_FILE)), longest)
    say(f"{len(rows):,} examples, {counted(rows):,} tokens")
    torch.manual_seed(schedule.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if options.go_on:
        go_on(options.work)
    training = Training(model, rows, schedule, options.work, device)
    if not options.finish:
        training.run(reported)
    write_reader(training, found, options.base, options.to, options.data, options.write)
    say(f"{options.to}: written")


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The arguments of the command."""
    usual = Schedule()
    parser = argparse.ArgumentParser(prog="python -m eval.training.command", description="Train the reader that ships.")
    parser.add_argument("--data", type=Path, help="folder of the public sets that docs/models.md names")
    parser.add_argument("--squad", type=Path, action="append", default=[], help="one more file of SQuAD or MRQA")
    parser.add_argument("--base", type=Path, required=True, help="folder of the model to begin with")
    parser.add_argument("--work", type=Path, required=True, help="folder for the examples and the checkpoint")
    parser.add_argument("--to", type=Path, required=True, help="folder of the finished reader")
    parser.add_argument("--hours", type=float, default=usual.hours, help="the longest training (default: no limit)")
    parser.add_argument(
        "--epochs", type=int, default=usual.epochs, help="passes over the examples (default %(default)s)"
    )
    parser.add_argument("--learning-rate", type=float, default=usual.learning_rate, help="default %(default)s")
    parser.add_argument(
        "--head",
        type=float,
        default=usual.head,
        help="how many times as high it is for the span head: 1 for a base that is a reader (default %(default)s)",
    )
    parser.add_argument("--batch-tokens", type=int, default=usual.batch_tokens, help="default %(default)s")
    parser.add_argument("--layers", type=int, help="layers of the base model to keep, from the bottom (default: all)")
    parser.add_argument("--seed", type=int, default=usual.seed, help="default %(default)s")
    parser.add_argument("--limit", type=int, help="questions to use of each set (default: as docs/models.md says)")
    parser.add_argument("--write", type=Path, help="put the card into this page, between its markers")
    parser.add_argument(
        "--go-on", action="store_true", help="from the checkpoint before the learning rate fell; give --hours anew"
    )
    parser.add_argument("--finish", action="store_true", help="write the reader of the checkpoint, without training")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    try:
        return done_or_told(partial(train, parsed(arguments)))
    except KeyboardInterrupt:
        say("stopped; the same command resumes from the last checkpoint, --finish writes it")
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
