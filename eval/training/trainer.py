"""Examples -> a trained reader: the loss, the batches, and a loop that can be stopped and resumed at any moment.

Needs torch. The reader is that of Devlin et al. 2018, section 4.3, whose target for "no answer" is the first token. Of
several right spans any may be found: what is maximised is the sum of their probabilities (Clark and Gardner 2018).
"""

from __future__ import annotations

import math
import random
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.errors import ModelError
from eval.training.examples import Example
from qa.reading.reader import QUESTION_TOKENS, Template

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

CHECKPOINT = "checkpoint.pt"
BEFORE_FALL = "before-fall.pt"  # the last checkpoint of the highest learning rate, from which a training can go on
_POOL = 50  # batches whose examples are sorted by length together: fewer would pad more, more would mix less


@dataclass(frozen=True, slots=True)
class Schedule:
    """How a reader is trained.

    Attributes:
        epochs: passes over the examples.
        learning_rate: the highest; it rises linearly, stays, and falls linearly to 0 (Hägele et al. 2024): a
            training can go on from before its fall, and need not know at first how long it will be.
        head: how many times as high it is for the span head where that is drawn anew.
        warm_up, fall: share of the training in which it rises, and in which it falls.
        batch_tokens: tokens of a batch, padding included.
        hours: the longest training; the learning rate falls with the time where that is further than the examples.
            0 for no limit.
        minutes: between two checkpoints.
        seed: of the order of the examples.
        dropout: of hidden states and attention.
        weight_decay: of AdamW (Loshchilov and Hutter 2019).
        most_norm: gradients are scaled down to this norm.
    """

    epochs: int = 1
    learning_rate: float = 5e-5
    head: float = 10.0
    warm_up: float = 0.05
    fall: float = 0.25
    batch_tokens: int = 2048
    hours: float = 0.0
    minutes: float = 10.0
    seed: int = 0
    dropout: float = 0.0
    weight_decay: float = 0.01
    most_norm: float = 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """An example as token ids, put together as its tokenizer does, as in `[CLS] question [SEP] passage [SEP]`.

    Attributes:
        passage: the place of the passage's first token; its last one stands before the final `[SEP]`.
        spans: first and last token of every answer, inclusive; ((0, 0),) for none.
    """

    ids: tuple[int, ...]
    passage: int
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is: `loss` is the mean since the last report, `tokens` those trained on so far."""

    step: int
    steps: int
    loss: float
    tokens: int
    seconds: float
    left: float


def encoded(examples: Sequence[Example], tokenizer: Tokenizer, most_tokens: int) -> list[Row]:
    """The examples as token ids, questions and passages cut as the reader cuts them.

    An answered example whose answer is cut off is left out.

    Raises:
        ModelError: the tokenizer doesn't put questions and passages together as a reader needs it.
    """
    tokenizer.no_truncation()
    tokenizer.no_padding()
    template = Template.of(tokenizer.encode("a", "b"), "the base model")
    questions = tokenizer.encode_batch([example.question for example in examples], add_special_tokens=False)
    passages = tokenizer.encode_batch([example.passage for example in examples], add_special_tokens=False)
    rows = []
    for example, question, passage in zip(examples, questions, passages, strict=True):
        asked = question.ids[:QUESTION_TOKENS]
        read = passage.ids[: most_tokens - len(asked) - template.tokens]
        offset = len(template.before) + len(asked) + len(template.between)
        found = (_tokens(passage.offsets[: len(read)], start, end) for start, end in example.spans)
        spans = tuple((offset + span[0], offset + span[1]) for span in found if span is not None)
        if spans or not example.spans:
            ids, _ = template.put_together(asked, read)
            rows.append(Row(tuple(ids), offset, tuple(sorted(set(spans))) or ((0, 0),)))
    return rows


def _tokens(offsets: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """First and last token of a span; None where it isn't there whole."""
    inside = [i for i, (first, last) in enumerate(offsets) if first < end and start < last]
    return (inside[0], inside[-1]) if inside and offsets[inside[-1]][1] >= end else None


def batches(rows: Sequence[Row], schedule: Schedule, epoch: int) -> list[list[int]]:
    """Places of rows, in batches of similar length, in an order that is drawn anew for every epoch."""
    drawn = random.Random(f"{schedule.seed}/{epoch}")
    order = drawn.sample(range(len(rows)), len(rows))
    mean = max(1, counted(rows) // max(1, len(rows)))
    size = max(1, _POOL * schedule.batch_tokens // mean)
    made: list[list[int]] = []
    for begin in range(0, len(order), size):
        batch: list[int] = []
        for place in sorted(order[begin : begin + size], key=lambda p: len(rows[p].ids)):
            if batch and (len(batch) + 1) * len(rows[place].ids) > schedule.batch_tokens:
                made.append(batch)
                batch = []
            batch.append(place)
        made.append(batch)
    drawn.shuffle(made)
    return made


def span_loss(start: torch.Tensor, end: torch.Tensor, batch: Sequence[Row]) -> torch.Tensor:
    """Mean over examples of -log P(any right span), where P(s, e) is P(s) P(e) over the passage and `[CLS]`.

    Args:
        start, end: logits, (examples, tokens).
    """
    import torch

    allowed = torch.zeros_like(start, dtype=torch.bool)
    allowed[:, 0] = True
    for place, row in enumerate(batch):
        allowed[place, row.passage : len(row.ids) - 1] = True
    starts = start.float().masked_fill(~allowed, -math.inf).log_softmax(-1)
    ends = end.float().masked_fill(~allowed, -math.inf).log_softmax(-1)
    losses = []
    for place, row in enumerate(batch):
        first, last = torch.tensor(row.spans, device=start.device).unbind(-1)
        losses.append(-(starts[place, first] + ends[place, last]).logsumexp(-1))
    return torch.stack(losses).mean()


class Training:
    """A training that can be stopped and resumed.

    Args:
        model: an extractive question-answering model of transformers.
        rows: what it is trained on.
        schedule: how.
        folder: where its checkpoint is kept; one that is there is resumed from.
        device: "cpu" or "cuda".
    """

    def __init__(self, model: Any, rows: Sequence[Row], schedule: Schedule, folder: Path, device: str) -> None:
        import torch

        self.model, self.rows, self.schedule = model.to(device).train(), rows, schedule
        self._path, self._fell, self.device = folder / CHECKPOINT, folder / BEFORE_FALL, device
        self._order = [batch for epoch in range(schedule.epochs) for batch in batches(rows, schedule, epoch)]
        self._optimizer = torch.optim.AdamW(_groups(model, schedule), weight_decay=schedule.weight_decay, fused=True)
        self.step, self.tokens, self.seconds = 0, 0, 0.0
        if self._path.is_file():
            self._resume()

    @property
    def steps(self) -> int:
        """Steps in all."""
        return len(self._order)

    @property
    def done(self) -> float:
        """Share of the training that is behind: of the steps, or of the time where that is more."""
        hours = self.schedule.hours
        return max(self.step / self.steps, self.seconds / 3600 / hours if hours else 0.0)

    def run(self, report: Callable[[Progress], None], every: float = 60.0) -> None:
        """Trains to the end; `report` is called every so many seconds, a checkpoint is kept as scheduled."""
        saved = reported = time.monotonic()
        losses: list[float] = []
        while self.done < 1.0:
            if self.done >= 1.0 - self.schedule.fall and not self._fell.is_file():
                self.save()
                shutil.copyfile(self._path, self._fell)
            began = time.monotonic()
            losses.append(self._train([self.rows[place] for place in self._order[self.step]]))
            self.step += 1
            now = time.monotonic()
            self.seconds += now - began
            if now - reported > every or self.done >= 1.0:
                left = self.seconds * (1 / self.done - 1) if self.done < 1.0 else 0.0
                mean = sum(losses) / len(losses)
                report(Progress(self.step, self.steps, mean, self.tokens, self.seconds, left))
                losses, reported = [], now
            if now - saved > 60 * self.schedule.minutes:
                self.save()
                saved = now
        self.save()

    def save(self) -> None:
        """Keeps a checkpoint; one that is there is replaced whole."""
        import torch

        state = {
            "model": self.model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "step": self.step,
            "tokens": self.tokens,
            "seconds": self.seconds,
            "steps": self.steps,
        }
        new = self._path.with_suffix(".new")
        torch.save(state, new)
        new.replace(self._path)

    def _resume(self) -> None:
        import torch

        state = torch.load(self._path, map_location=self.device, weights_only=True)
        if state["steps"] != self.steps:
            raise ModelError(
                f"{self._path}: of a training of {state['steps']} steps, this one has {self.steps}; "
                "name another --work folder, or the arguments it was begun with"
            )
        self.model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.step, self.tokens, self.seconds = state["step"], state["tokens"], state["seconds"]

    def _train(self, batch: Sequence[Row]) -> float:
        """One step; returns its loss."""
        import torch

        for group in self._optimizer.param_groups:
            group["lr"] = group["highest"] * self._rate()
        feed = _feed(batch, self.model.config, self.device)
        with self._precision():
            output = self.model(**feed)
        loss = span_loss(output.start_logits, output.end_logits, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.schedule.most_norm)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.tokens += counted(batch)
        return float(loss.detach())

    def _rate(self) -> float:
        """Share of the highest learning rate, now."""
        done, schedule = self.done, self.schedule
        rising = (done + 1 / self.steps) / schedule.warm_up if schedule.warm_up else 1.0
        falling = (1.0 - done) / schedule.fall if schedule.fall else 1.0
        return max(0.0, min(1.0, rising, falling))

    def _precision(self) -> AbstractContextManager[Any]:
        """bfloat16 where the hardware multiplies in it: on GPUs, and on processors with AMX."""
        import torch

        fast = self.device == "cuda" or torch.cpu.get_capabilities().get("amx_bf16", False)
        return torch.autocast(self.device, dtype=torch.bfloat16) if fast else nullcontext()


def go_on(folder: Path) -> None:
    """Makes the checkpoint from before the learning rate fell the one that a training resumes from.

    Raises:
        ModelError: there is none.
    """
    if not (folder / BEFORE_FALL).is_file():
        raise ModelError(f"{folder}: no {BEFORE_FALL} there; this training has not come so far, leave out --go-on")
    (folder / BEFORE_FALL).replace(folder / CHECKPOINT)


def _groups(model: Any, schedule: Schedule) -> list[dict[str, Any]]:
    """The weights that are trained: those of the body, and of the head, which learns faster."""
    body = {id(parameter) for parameter in model.base_model.parameters()}
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = []
    for head, times in ((False, 1.0), (True, schedule.head)):
        rate = schedule.learning_rate * times
        weights = [parameter for parameter in trained if (id(parameter) not in body) is head]
        groups.append({"params": weights, "lr": rate, "highest": rate})
    return groups


def _feed(batch: Sequence[Row], config: Any, device: str) -> dict[str, torch.Tensor]:
    """The tensors of a batch, each (examples, tokens); token types only where the model has several."""
    import torch

    longest = max(len(row.ids) for row in batch)
    ids = torch.full((len(batch), longest), config.pad_token_id or 0, dtype=torch.long)
    mask, types = torch.zeros_like(ids), torch.zeros_like(ids)
    for place, row in enumerate(batch):
        ids[place, : len(row.ids)] = torch.tensor(row.ids)
        mask[place, : len(row.ids)] = 1
        types[place, row.passage : len(row.ids)] = 1
    feed = {"input_ids": ids, "attention_mask": mask}
    if getattr(config, "type_vocab_size", 0) > 1:
        feed["token_type_ids"] = types
    return {name: tensor.to(device) for name, tensor in feed.items()}


def counted(rows: Sequence[Row]) -> int:
    """Tokens of some rows."""
    return sum(len(row.ids) for row in rows)
