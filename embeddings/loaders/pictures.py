"""Whether words can be recognised on pictures (the extra `pincite[ocr]`), and which files are pictures."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

MODELS = {"Det.model_path": "PP-OCRv6_det_small.onnx", "Rec.model_path": "PP-OCRv6_rec_small.onnx"}
_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")


def available() -> bool:
    """Whether the extra is installed, with its models."""
    return models() is not None


@lru_cache(maxsize=1)
def models() -> Path | None:
    """The folder of RapidOCR's models, which are in its package; None without the extra."""
    package = find_spec("rapidocr")
    if package is None or package.origin is None:
        return None
    folder = Path(package.origin).parent / "models"
    return folder if all((folder / name).is_file() for name in MODELS.values()) else None


def is_picture(data: bytes) -> bool:
    """Whether the first bytes are those of a PNG, a JPEG or a TIFF."""
    return data.startswith(_SIGNATURES)
