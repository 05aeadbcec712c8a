"""The README is true: its examples run, and what it points at is there.

- ```python blocks with `>>>` are doctests (`...` stands for anything, white space is folded); without it they are run.
  They share their names from top to bottom, as a reader would type them.
- ```console blocks: each `$ pincite ...` is run in a folder that holds `seeds/`, and what stands under it must be its
  output (stdout and stderr together; percentages may differ). Other commands, and `pincite chat` and `pincite models`,
  are not run.
- Links to files, here and in docs/, must lead to files.
"""

from __future__ import annotations

import doctest
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
NOT_RUN = (["chat"], ["models"])
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)|<(?:img|a)\s[^>]*?(?:src|href)=\"([^\"]+)\"")


class Block(NamedTuple):
    """A fenced block: its language, its text, and the line its text begins on."""

    language: str
    text: str
    line: int


class Command(NamedTuple):
    """A command of a console block and the output that is shown under it."""

    text: str
    output: str


def blocks(page: str, *languages: str) -> list[Block]:
    r"""The fenced blocks of a page in these languages.

    >>> blocks("words\n```python\n>>> 1\n1\n```\n", "python")
    [Block(language='python', text='>>> 1\n1\n', line=3)]
    """
    found = [Block(m[1], m[2], page.count("\n", 0, m.start(2)) + 1) for m in FENCE.finditer(page)]
    return [block for block in found if block.language in languages]


def commands(console: str) -> list[Command]:
    r"""The commands of a console block; a line that ends in a backslash goes on in the next.

    >>> commands("$ one \\\n    two\nout\n$ three\n")
    [Command(text='one \\\n    two', output='out\n'), Command(text='three', output='')]
    """
    found = re.findall(r"^\$ ((?:[^\n]*\\\n)*[^\n]*)\n?((?:(?!\$ )[^\n]*\n?)*)", console, re.MULTILINE)
    return [Command(text, output) for text, output in found]


def links(page: str) -> list[str]:
    """The targets of a page's links and images that are files, without their anchors.

    >>> links("[a](docs/a.md#part) ![b](b.png 'title') [c](https://example.org) [d](#here)")
    ['docs/a.md', 'b.png']
    """
    targets = [first or second for first, second in LINK.findall(FENCE.sub("", page))]
    outside = re.compile(r"[a-z][a-z+.-]*:|#")
    return [target.split("#")[0] for target in targets if not outside.match(target)]


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8") if page.exists() else ""


def comparable(output: str) -> str:
    """An output without its percentages: the last digit of an int8 score differs from one processor to another."""
    return re.sub(r"\b\d+%", "N%", output)


def at_line(block: object) -> str:
    return f"line {block.line}" if isinstance(block, Block) else str(block)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the examples run: a folder with the samples, and the command `pincite` in bin/."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    command = folder / "bin" / "pincite"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m qa.commands.cli "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """The variables that the Python examples share."""
    return {"__name__": "readme"}


def test_there_is_a_readme_that_shows_how_to_ask() -> None:
    page = read(README)
    assert blocks(page, "python"), "the README has no Python example"
    assert any("pincite ask" in block.text for block in blocks(page, "console")), "the README shows no `pincite ask`"


@pytest.mark.parametrize("block", blocks(read(README), "python"), ids=at_line)
def test_the_python_examples_do_what_the_readme_says(
    block: Block, desk: Path, names: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    if ">>>" not in block.text:
        exec(compile("\n" * (block.line - 1) + block.text, str(README), "exec"), names)
        return
    test = doctest.DocTestParser().get_doctest(block.text, names, "README", str(README), block.line - 1)
    told: list[str] = []
    doctest.DocTestRunner(optionflags=FLAGS).run(test, out=told.append, clear_globs=False)
    names.update(test.globs)
    assert not told, "".join(told)


@pytest.mark.parametrize("block", blocks(read(README), "console"), ids=at_line)
def test_the_commands_print_what_the_readme_shows(block: Block, desk: Path, clean_environment: dict[str, str]) -> None:
    environment = clean_environment | {"PATH": f"{desk / 'bin'}:{clean_environment['PATH']}"}
    for command in commands(block.text):
        program, *arguments = command.text.split() or [""]
        if program != "pincite" or arguments[:1] in NOT_RUN:
            continue
        done = subprocess.run(
            ["bash", "-c", command.text],
            env=environment,
            cwd=desk,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stdout, done.stdout
        if not command.output.strip():
            assert done.returncode in (0, 1), done.stdout
            continue
        matches = doctest.OutputChecker().check_output(comparable(command.output), comparable(done.stdout), FLAGS)
        assert matches, f"$ {command.text}\nexpected:\n{command.output}\nprinted:\n{done.stdout}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    missing = [target for target in links(read(page)) if not (page.parent / target).exists()]
    assert not missing, f"{page.name} points at {missing}"
