"""The bar of `pincite index`: how far it is, how fast, and how long it will take."""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console

from embeddings.index.folders import Step
from qa.commands.index import progress_bar


def test_the_bar_tells_files_rate_and_time_left_and_is_gone_at_the_end(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.txt").write_text("rain " * 100)
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, width=100, color_system=None)
    with progress_bar([tmp_path], console) as advance:
        assert advance is not None
        for number in range(4):
            advance(Step(tmp_path / f"{number}.txt", 500, passages=3))
    told = shown.getvalue()
    assert "0 of 4 files" in told
    assert "4 of 4 files" in told
    assert re.search(r"4 of 4 files, [\d,]+ passages/s", told)
    assert re.search(r"\d:\d\d:\d\d|-:--:--", told), "how long it will take"
    assert told.endswith("\x1b[2K"), "nothing of it stays on the screen"


def test_there_is_no_bar_where_nobody_looks_at_a_terminal(tmp_path: Path) -> None:
    shown = io.StringIO()
    with progress_bar([tmp_path], Console(file=shown)) as advance:
        assert advance is None
    assert shown.getvalue() == ""
