"""What every test stands on: no network libraries awake, a cache of its own, and examples drawn the same way in CI."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from command import Run
    from playwright.sync_api import Browser

    from qa.assistant import Assistant

ROOT = Path(__file__).resolve().parent.parent

# Before any test module imports a library that reads them once.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.pop("PINCITE_INDEX", None)

# No deadline: a shared machine is slow now and then, and no test here is about time.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "ci", parent=settings.get_profile("here"), derandomize=True, print_blob=True, max_examples=200
)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "here")

_cache = tempfile.TemporaryDirectory(prefix="pincite-tests-")


def pytest_configure(config: pytest.Config) -> None:
    """The user's cache is neither read nor written: every run of the tests builds the samples' index anew."""
    os.environ["XDG_CACHE_HOME"] = _cache.name


def pytest_unconfigure(config: pytest.Config) -> None:
    """The cache goes when the tests end."""
    _cache.cleanup()


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def seeds(root: Path) -> Path:
    """The folder of the five sample documents."""
    return root / "seeds"


@pytest.fixture(scope="session")
def clean_environment(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables for a subprocess that starts like a new user: an empty home, an empty cache, and this checkout."""
    home = tmp_path_factory.mktemp("home")
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    places = {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache"), "PYTHONPATH": str(root)}
    plain = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "120", "PYTHONIOENCODING": "utf-8"}
    return kept | places | plain


@pytest.fixture(scope="session")
def seeds_assistant(seeds: Path) -> Assistant:
    """The shipped models over the sample documents, indexed in memory once for all tests."""
    from qa.assistant import Assistant

    return Assistant.from_documents(seeds)


@pytest.fixture(scope="session")
def seeds_index(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an index of the sample documents, built once for all tests."""
    from embeddings.loading import load
    from qa.assistant import build_index

    path = tmp_path_factory.mktemp("seeds") / "index"
    build_index(load([seeds]).documents, path).close()
    return path


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Runs `pincite ...` in this process, in a folder with two documents and no index."""
    from command import TOWN, VILLAGE, Done

    from qa import documents as places
    from qa.commands import cli

    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "town.txt").write_text(TOWN, encoding="utf-8")
    (tmp_path / "docs" / "village.md").write_text(VILLAGE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(places.INDEX_VARIABLE, raising=False)
    monkeypatch.setenv("COLUMNS", "200")

    def pincite(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["pincite", *arguments])
        capsys.readouterr()
        before = signal.getsignal(signal.SIGINT)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        signal.signal(signal.SIGINT, before)
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, said.out, said.err)

    places._opened.cache_clear()
    yield pincite
    places._opened.cache_clear()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser; each test opens pages or contexts of its own in it."""
    from browser import launch
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()
