"""The bytes of a PDF, or of a picture, -> a document of PDFium, with a page for each frame of a picture."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING

import pypdfium2
import pypdfium2.raw as raw

from embeddings.errors import DocumentError
from embeddings.loaders.recognition import is_picture

if TYPE_CHECKING:
    from PIL import Image

_PASSWORD = "password"
_MOST_PIXELS = 100_000_000  # of a picture
_MOST_FRAMES = 200  # of a TIFF
_LONGEST_SIDE = 842.0  # points of the page that a picture becomes: that of a sheet of A4


def opened(data: bytes, name: str) -> pypdfium2.PdfDocument:
    """The document. Raises DocumentError where it is damaged or protected."""
    if is_picture(data):
        return _with_pictures(data, name)
    try:
        document = pypdfium2.PdfDocument(data)
        if document.get_formtype() != raw.FORMTYPE_NONE:
            document.init_forms()
        return document
    except pypdfium2.PdfiumError as error:
        if _PASSWORD in str(error).lower():
            raise DocumentError(f"{name}: protected by a password; save it without one") from None
        raise DocumentError(f"{name}: a PDF that is damaged or cut short; open and save it again") from None


def _with_pictures(data: bytes, name: str) -> pypdfium2.PdfDocument:
    """A document with a page for each frame of a picture."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    document = pypdfium2.PdfDocument.new()
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF")) as picture:
            for frame in range(min(getattr(picture, "n_frames", 1), _MOST_FRAMES)):
                picture.seek(frame)
                if picture.width * picture.height > _MOST_PIXELS:
                    raise DocumentError(f"{name}: has more than {_MOST_PIXELS:,} pixels; make it smaller")
                _add_page(document, _on_white(ImageOps.exif_transpose(picture)))
        return document
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError):
        document.close()
        raise DocumentError(f"{name}: a picture that is damaged or cut short; open and save it again") from None


def _on_white(picture: Image.Image) -> Image.Image:
    """A picture without transparency."""
    from PIL import Image

    if "transparency" not in picture.info and picture.mode not in ("RGBA", "LA", "PA"):
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    white = Image.new("RGBA", clear.size, "white")
    with suppress(ValueError):
        white.alpha_composite(clear)
    return white.convert("RGB")


def _add_page(document: pypdfium2.PdfDocument, picture: Image.Image) -> None:
    scale = _LONGEST_SIDE / max(picture.size)
    width, height = picture.width * scale, picture.height * scale
    page = document.new_page(width, height)
    image = pypdfium2.PdfImage.new(document)
    image.set_bitmap(pypdfium2.PdfBitmap.from_pil(picture))
    image.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
    page.insert_obj(image)
    page.gen_content()
    page.close()
