"""Questions in, answers with pinpoint citations out."""

from qa.assistant import Assistant
from qa.documents import answer
from qa.settings import Settings
from qa.types import Answer, Citation, Turn

__all__ = ["Answer", "Assistant", "Citation", "Settings", "Turn", "answer"]
