"""docs/doors.md is true: its Python examples run, one after the other, over the sample documents."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest
from frameworks import needs

for _package in ("langchain_core", "llama_index.core", "haystack", "openai"):
    needs(_package)

EXAMPLES = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_examples_do_what_the_page_says(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    page = root / "docs" / "doors.md"
    examples = EXAMPLES.findall(page.read_text(encoding="utf-8"))
    assert len(examples) >= 4
    test = doctest.DocTestParser().get_doctest("\n".join(examples), {}, page.name, str(page), 0)
    told: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(test, out=told.append)
    assert not told, "".join(told)
