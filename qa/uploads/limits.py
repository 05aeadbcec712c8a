"""The limits on files that people add in the chat: of one browser, of all together, and of files for everybody."""

from __future__ import annotations

from dataclasses import dataclass, replace

from embeddings.loaders.limits import LIMITS, Limits

MOST_SHARED_FILES, MOST_SHARED_BYTES = 20_000, 20_000_000_000  # kept beside one index for everybody
_LOADING = replace(LIMITS, unpacked_bytes=100_000_000, characters=10_000_000, pages=2_000, seconds=60.0)


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What sessions may hold.

    Attributes:
        files: of one session.
        file_bytes: of one file.
        bytes: of all files of one session.
        passages: of one session.
        sessions: number of sessions that have files at the same time.
        all_bytes: of all sessions together.
        idle: seconds after which a session that nobody used is dropped.
        loading: the limits of the loaders for one file.
    """

    files: int = 20
    file_bytes: int = 25_000_000
    bytes: int = 50_000_000
    passages: int = 5_000
    sessions: int = 50
    all_bytes: int = 500_000_000
    idle: float = 4 * 3600.0
    loading: Limits = _LOADING
