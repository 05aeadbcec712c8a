"""A plain reader: `AutoModelForQuestionAnswering` in PyTorch and a span decoder as people write it.

transformers 5 has no question-answering pipeline any more, so this is what is left to its users. All passages of a
question go through the model in one padded batch; the answer is the span whose score lies furthest above that of no
answer in its passage (Devlin et al. 2018, section 4.3), and none where no span lies above it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eval.bench.systems.work import Asked, GivenText, Reply, Words, Work

if TYPE_CHECKING:
    import torch

MAX_TOKENS = 384  # question and passage; a longer passage is cut
ANSWER_TOKENS = 30


class PlainReader:
    """The reader, over passages that are given."""

    def __init__(self, work: Work) -> None:
        import torch
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        self._work = work
        self._tokenizer: Any = AutoTokenizer.from_pretrained(work.reader, local_files_only=True)
        self._model: Any = AutoModelForQuestionAnswering.from_pretrained(
            work.reader, dtype=torch.float32, local_files_only=True
        ).eval()

    def index(self) -> None:
        """Nothing: the passages are given."""

    def answer(self, question: Asked) -> Reply:
        """The best span of all passages, None where no passage's lies above its no-answer score."""
        import torch

        passages = self._work.given(question)
        if not passages:
            return Reply()
        inputs = self._tokenizer(
            [question.text] * len(passages),
            [passage.text for passage in passages],
            truncation="only_second",
            max_length=MAX_TOKENS,
            padding=True,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets = inputs.pop("offset_mapping")  # (passages, tokens, 2)
        with torch.inference_mode():
            output = self._model(**inputs)
        found = [
            _best(passage, output.start_logits[row], output.end_logits[row], offsets[row], inputs.sequence_ids(row))
            for row, passage in enumerate(passages)
        ]
        margin, words = max(found, key=lambda pair: pair[0])
        return Reply(words if margin > 0 else None, words, margin)

    def complete(self, question: Asked, reply: Reply) -> Reply:
        """The reply as it is."""
        return reply


def _best(
    passage: GivenText, start: torch.Tensor, end: torch.Tensor, offsets: torch.Tensor, sequences: list[int | None]
) -> tuple[float, Words]:
    """How far the best span of a passage lies above no answer, and its words; all tensors are (tokens, ...)."""
    import torch

    inside = torch.tensor([sequence == 1 for sequence in sequences])
    scores = start[:, None] + end[None, :]  # (first token, last token)
    allowed = torch.ones_like(scores, dtype=torch.bool).triu().tril(ANSWER_TOKENS - 1)
    allowed &= inside[:, None] & inside[None, :]
    scores = scores.masked_fill(~allowed, -torch.inf)
    first, last = divmod(int(scores.argmax()), scores.shape[1])
    begins, ends = int(offsets[first][0]), int(offsets[last][1])
    margin = float(scores[first, last] - (start[0] + end[0]))
    return margin, Words(passage.text[begins:ends], (passage.part(begins, ends),))
