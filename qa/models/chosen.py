"""The encoder, the reader and the calibration that settings name: those that ship, or any of a user's.

A model that is named is compiled once (`embeddings.models.compiled`); only then is PyTorch imported.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from embeddings.errors import ModelError
from embeddings.models.compiled import compiled_encoder, models_folder, open_compiled
from embeddings.models.compiling import check_encoder, compile_encoder
from embeddings.models.encoder import SHIPPED as SHIPPED_ENCODER
from embeddings.models.encoder import Encoder, OnnxEncoder, shipped_encoder
from embeddings.models.exporting import Precision
from embeddings.models.runtime import ModelCard, version_of
from embeddings.models.sources import Source, find_source
from embeddings.text.chunking import SMALLEST_ENCODER_LIMIT
from qa.answers.confidence import Calibration, shipped_calibration
from qa.answers.reliability import Reliability, shipped_reliability
from qa.ending import say
from qa.models.compiling import check_reader, compile_reader
from qa.reading.pool import ReaderPool
from qa.reading.reader import SHIPPED as SHIPPED_READER
from qa.reading.reader import OnnxReader, shipped_reader
from qa.settings import Settings

CALIBRATIONS = "calibrations"
# Shown beside a confidence that was fitted for other models.
UNCALIBRATED = (
    "the confidence was fitted for the models that ship, not for these: read it as a rank, not as a probability "
    "(to fit it: python -m eval.calibrate --data DIR with the same --encoder and --reader)"
)


def check_names(settings: Settings) -> None:
    """Raises ModelError where a named model is missing or can't be used; called before anything is read."""
    if settings.encoder is not None:
        _encoder_source(settings.encoder)
    if settings.reader is not None:
        _reader_source(settings.reader)


def encoder_for(settings: Settings) -> OnnxEncoder:
    """The encoder that settings name, else the one that ships.

    Raises:
        ModelError: there is no such model here, or it can't be compiled.
    """
    if settings.encoder is None:
        return shipped_encoder(settings.threads)
    source = _encoder_source(settings.encoder)

    def opened(folder: Path) -> OnnxEncoder:
        return _encoder(folder, settings.threads)

    encoder = open_compiled(source, "encoder", settings.precision, _compile_encoder, opened, say)
    if encoder.card.max_tokens < SMALLEST_ENCODER_LIMIT:
        raise ModelError(
            f"{settings.encoder}: reads {encoder.card.max_tokens} tokens, expected at least {SMALLEST_ENCODER_LIMIT}; "
            "name another encoder"
        )
    return encoder


def encoder_of_index(identity: str, settings: Settings) -> OnnxEncoder:
    """The encoder that settings name; without a name the one of this identity, if it is here.

    Raises:
        ModelError: there is no such model here, or it can't be compiled.
    """
    if settings.encoder is None and version_of(identity) != ModelCard.read(SHIPPED_ENCODER).version:
        folder = compiled_encoder(identity)
        if folder is not None:
            return _encoder(folder, settings.threads)
    return encoder_for(settings)


def reader_for(settings: Settings) -> OnnxReader | ReaderPool:
    """The reader that settings name, else the one that ships; in processes of their own where they want workers.

    Raises:
        ModelError: there is no such model here, or it can't be compiled.
    """

    def opened(folder: Path) -> OnnxReader | ReaderPool:
        if settings.workers:
            return ReaderPool(folder, settings.workers, settings.threads, settings.answer_tokens)
        return _reader(folder, settings.threads, settings.answer_tokens)

    if settings.reader is None:
        if settings.workers:
            return opened(SHIPPED_READER)
        return shipped_reader(settings.threads, settings.answer_tokens)
    return open_compiled(_reader_source(settings.reader), "reader", settings.precision, _compile_reader, opened, say)


def calibration_for(encoder: Encoder, reader: object) -> Calibration:
    """The calibration fitted for these two models, else the one that ships.

    Raises:
        ModelError: the fitted one is damaged.
    """
    path = calibration_path(encoder.card, getattr(reader, "card", None))
    return Calibration.read(path) if path is not None and path.is_file() else shipped_calibration()


def reliability_for(encoder: Encoder, reader: object) -> Reliability | None:
    """How often answers of a confidence were right, measured for these two models; None where that was not measured.

    Raises:
        ModelError: the measured one is damaged.
    """
    path = calibration_path(encoder.card, getattr(reader, "card", None))
    if path is None:
        return shipped_reliability()
    return Reliability.read(path) if path.is_file() else None


def is_calibrated(encoder: Encoder, reader: object) -> bool:
    """Whether a calibration was fitted for these two models. The package has that of the two that ship."""
    path = calibration_path(encoder.card, getattr(reader, "card", None))
    return path is None or path.is_file()


def calibration_path(encoder: ModelCard, reader: ModelCard | None) -> Path | None:
    """The file of a calibration in the user's cache; None for the two models that ship."""
    shipped = ModelCard.read(SHIPPED_ENCODER).version, ModelCard.read(SHIPPED_READER).version
    named = encoder.version, shipped[1] if reader is None else reader.version
    if named == shipped:
        return None
    key = hashlib.sha256(" ".join(named).encode()).hexdigest()[:24]
    return models_folder() / CALIBRATIONS / f"{key}.json"


def _encoder_source(name: str) -> Source:
    source = find_source(name)
    check_encoder(source.folder)
    return source


def _reader_source(name: str) -> Source:
    source = find_source(name)
    check_reader(source.folder)
    return source


def _compile_encoder(source: Source, target: Path, digest: str, precision: Precision) -> None:
    compile_encoder(source.folder, target, source.name, precision, digest=digest)


def _compile_reader(source: Source, target: Path, digest: str, precision: Precision) -> None:
    compile_reader(source.folder, target, precision, source.name, digest)


@cache
def _encoder(folder: Path, threads: int) -> OnnxEncoder:
    """Loaded once a process."""
    return OnnxEncoder(folder, threads)


@cache
def _reader(folder: Path, threads: int, answer_tokens: int) -> OnnxReader:
    """Loaded once a process for the same settings."""
    return OnnxReader(folder, threads, answer_tokens)
