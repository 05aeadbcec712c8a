"""Text in, nearest passages out."""

from embeddings.errors import PinciteError
from embeddings.types import Chunk, Document, Hit

__all__ = ["Chunk", "Document", "Hit", "PinciteError"]
