"""Models by NAME: found here or refused at once, compiled once, opened without PyTorch; one command fetches them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from embeddings.errors import ModelError, SettingsError, StoreMismatch
from embeddings.index.index import Index
from embeddings.loaders.limits import size
from embeddings.models.compiled import open_compiled
from embeddings.models.encoder import SHIPPED, OnnxEncoder
from embeddings.models.exporting import Precision
from embeddings.models.runtime import MODEL_FILE
from embeddings.models.sources import Source, content_digest, find_source
from embeddings.types import Document
from qa.answers.confidence import FEATURES, Calibration, shipped_calibration
from qa.assistant import Assistant, build_index
from qa.models import chosen as models
from qa.settings import Settings
from tests.hub_server import COMMIT, serving
from tests.tiny_models import CORPUS, save_encoder, save_reader

QUESTION = "Who built the lighthouse?"
DOCUMENTS = [Document.from_text(text, title=f"Text {i}") for i, text in enumerate(CORPUS)]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny encoder and a tiny reader."""
    folder = tmp_path_factory.mktemp("tiny")
    save_encoder("bert", folder / "encoder")
    save_reader("roberta", folder / "reader")
    front = "---\nlicense: mit\nlanguage: en\n---\n# A tiny encoder\n"
    (folder / "encoder" / "README.md").write_text(front, encoding="utf-8")
    return folder


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache folder of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for remembered in (models._encoder, models._reader):
        remembered.cache_clear()
    yield tmp_path / "cache" / "pincite"
    for remembered in (models._encoder, models._reader):
        remembered.cache_clear()


def hub_copy(hub: Path, name: str, source: Path) -> Path:
    """Lays a model out as the local cache of the hub does."""
    repository = hub / f"models--{name.replace('/', '--')}"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(COMMIT, encoding="utf-8")
    return Path(shutil.copytree(source, repository / "snapshots" / COMMIT))


# ---------------------------------------------------------------- the cache


class Copying:
    """Stands in for the compiler: copies the encoder that ships, and counts how often."""

    def __init__(self) -> None:
        self.count = 0
        self.said: list[str] = []

    def __call__(self, source: Source, target: Path, digest: str, precision: Precision) -> None:
        self.count += 1
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(SHIPPED, target)

    def open(self, source: Source, precision: Precision = "int8") -> OnnxEncoder:
        return open_compiled(source, "encoder", precision, self, OnnxEncoder, self.said.append)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """A model's files, small and made up."""
    folder = tmp_path / "made-up"
    (folder / "1_Pooling").mkdir(parents=True)
    for name in ("config.json", "modules.json", "1_Pooling/config.json", "tokenizer.json"):
        (folder / name).write_text("{}", encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"weights")
    return find_source(str(folder))


def test_a_model_is_compiled_once_and_a_line_says_so(cache: Path, source: Source) -> None:
    compiler = Copying()
    for _ in range(3):
        assert compiler.open(source).encode(["rain"]).shape == (1, 384)
    assert compiler.count == 1
    (line,) = compiler.said
    assert "compiling the encoder made-up for the first time" in line
    assert str(cache) in line


def test_two_that_start_together_compile_once(cache: Path, source: Source) -> None:
    compiler = Copying()
    threads = [threading.Thread(target=compiler.open, args=(source,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert compiler.count == 1


@pytest.mark.parametrize(
    "file", ["model.safetensors", "config.json", "1_Pooling/config.json", "tokenizer.json", "vocab.txt"]
)
def test_a_changed_file_is_another_model_and_so_is_another_precision(cache: Path, source: Source, file: str) -> None:
    compiler = Copying()
    compiler.open(source)
    (source.folder / file).write_text('{"changed": 1}', encoding="utf-8")
    compiler.open(source)
    compiler.open(source, "fp32")
    assert compiler.count == 3


@pytest.mark.parametrize("file", ["README.md", "onnx/model.onnx", "training_args.bin", "pytorch_model.bin"])
def test_a_file_that_is_not_compiled_changes_nothing(cache: Path, source: Source, file: str) -> None:
    before = content_digest(source)
    (source.folder / "onnx").mkdir()
    (source.folder / file).write_bytes(b"other")
    assert content_digest(source) == before


def test_a_digest_is_remembered_until_a_file_changes_and_a_damaged_memory_is_none(
    tmp_path: Path, source: Source
) -> None:
    memo = tmp_path / "memo"
    first = content_digest(source, memo)
    (file,) = memo.iterdir()
    stored = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(stored | {"digest": "f" * 64}), "utf-8")
    assert content_digest(source, memo) == "f" * 64  # not read again
    file.write_text("{", "utf-8")
    assert content_digest(source, memo) == first
    (source.folder / "config.json").write_text('{"a": 1}', "utf-8")
    assert content_digest(source, memo) == content_digest(source) != first


def test_a_damaged_compiled_model_is_compiled_again(cache: Path, source: Source) -> None:
    compiler = Copying()
    compiler.open(source)
    (model,) = (cache / "models").glob(f"encoder-*/{MODEL_FILE}")
    model.write_bytes(model.read_bytes()[:1000])
    compiler.open(source)
    assert compiler.count == 2
    assert "damaged" in compiler.said[-1]


def test_a_cache_that_cannot_be_written_is_named_in_one_line(
    tmp_path: Path, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(ModelError, match=r"file.pincite.models: can't be written .*XDG_CACHE_HOME$"):
        Copying().open(source)


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("owner/typo", r"^owner/typo: not a folder here and not in the .* cache; .*: pincite models fetch owner/typo$"),
        ("./nowhere", r"^\./nowhere: no such folder"),
        ("a/b/c", "no such folder"),
        ("", "no such folder"),
    ],
)
def test_a_name_that_is_not_here_is_refused(name: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        find_source(name)


def test_a_folder_without_a_model_or_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="an empty folder, expected a model"):
        find_source(str(tmp_path))
    (tmp_path / "notes.txt").write_text("", encoding="utf-8")
    with pytest.raises(ModelError, match="holds no model, expected"):
        find_source(str(tmp_path))
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="no weights there"):
        find_source(str(tmp_path))


def test_a_folder_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0)
    try:
        if os.access(tmp_path / "closed", os.R_OK):
            pytest.skip("this user may read everything")
        with pytest.raises(ModelError, match=r"closed: can't be read \(Permission denied\)"):
            find_source(str(tmp_path / "closed"))
    finally:
        (tmp_path / "closed").chmod(0o700)


@pytest.mark.parametrize("value", ["", 5])
def test_settings_refuse_what_names_no_model(value: object) -> None:
    with pytest.raises(SettingsError, match="expected the folder or name of a model"):
        Settings(encoder=value)  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="precision"):
        Settings(precision="int4")  # type: ignore[arg-type]


# ---------------------------------------------------------------- the pipeline


@pytest.mark.slow
def test_an_index_is_opened_with_the_encoder_it_was_made_with_and_says_so_where_that_is_gone(
    tiny: Path, cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = Settings(encoder=str(tiny / "encoder"), reader=str(tiny / "reader"), threshold=0.0)
    build_index(DOCUMENTS, tmp_path / "index", named).close()
    assert capsys.readouterr().err.count("compiling the encoder encoder for the first time") == 1
    assistant = Assistant.open(tmp_path / "index", Settings(threshold=0.0))
    assert assistant._index.encoder.card.name == "encoder"
    assert not assistant.is_calibrated
    answer = Assistant.open(tmp_path / "index", named).answer(QUESTION)
    assert all(c.document.text[c.start : c.end] == c.text for c in answer.citations)
    moved = shutil.copytree(tiny / "encoder", tmp_path / "elsewhere")  # the same model under another name
    assert Assistant.open(tmp_path / "index", Settings(encoder=str(moved))).documents()
    shutil.rmtree(cache)
    models._encoder.cache_clear()
    with pytest.raises(StoreMismatch, match=r"made with the encoder encoder/int8/.*all-MiniLM-L6-v2/.*--encoder"):
        Assistant.open(tmp_path / "index")


@pytest.mark.slow
def test_a_calibration_that_was_fitted_for_two_models_is_used_with_them(tiny: Path, cache: Path) -> None:
    settings = Settings(reader=str(tiny / "reader"))
    first = Assistant.from_documents(DOCUMENTS, settings)
    assert (first.is_calibrated, first._calibration) == (False, shipped_calibration())
    assert models.encoder_for(settings) is models.encoder_for(Settings())
    path = models.calibration_path(models.encoder_for(settings).card, models.reader_for(settings).card)
    assert path is not None
    path.parent.mkdir(parents=True)
    weights = dict.fromkeys(FEATURES, 0.0)
    path.write_text(json.dumps({"weights": weights, "bias": 0.0}), "utf-8")
    fitted = Assistant.from_documents(DOCUMENTS, settings)
    assert (fitted.is_calibrated, fitted._calibration) == (True, Calibration((0.0,) * len(FEATURES), 0.0))
    assert fitted.answer(QUESTION).confidence == 0.5
    assert Assistant.from_documents(DOCUMENTS).is_calibrated


def test_the_models_that_ship_need_no_other_calibration() -> None:
    assert models.calibration_path(models.encoder_for(Settings()).card, models.reader_for(Settings()).card) is None


def test_an_index_of_another_encoder_names_the_option(tmp_path: Path) -> None:
    from tests.small_encoder import HashingEncoder, small_chunker

    other = HashingEncoder()
    Index.build(DOCUMENTS, other, small_chunker(other), tmp_path / "index").close()
    with pytest.raises(StoreMismatch, match=r"index: made with the encoder hashing/fp32/.*--encoder"):
        Assistant.open(tmp_path / "index")


# ---------------------------------------------------------------- the command line, as a user starts it

Pincite = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def pincite(clean_environment: dict[str, str], tmp_path: Path) -> Pincite:
    """Runs `pincite ...` in a process of its own that lists its imports, with an empty cache and home."""
    places = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "HF_HOME": str(tmp_path / "hf"), "HOME": str(tmp_path)}

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-X", "importtime", "-m", "qa.commands.cli", *arguments]
        environment = clean_environment | places | variables
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        rows = done.stderr.splitlines()
        done.args = {row.rsplit("|", 1)[-1].strip().split(".")[0] for row in rows if row.startswith("import time:")}
        done.stderr = "\n".join(row for row in rows if not row.startswith("import time:"))
        return done

    return run


def test_a_name_that_is_not_here_fails_at_once_in_one_line(pincite: Pincite, tmp_path: Path) -> None:
    for option in ("--encoder", "--reader"):
        done = pincite("ask", QUESTION, option, "owner/typo")
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1].startswith("pincite: owner/typo: not a folder here")
        assert "Traceback" not in done.stderr
        assert not {"torch", "transformers", "sentence_transformers"} & set(done.args)


@pytest.mark.slow
def test_the_first_start_compiles_and_the_second_imports_no_pytorch_and_neither_asks_a_hub(
    pincite: Pincite, tiny: Path, tmp_path: Path
) -> None:
    hub_copy(tmp_path / "hf" / "hub", "owner/encoder", tiny / "encoder")
    (tmp_path / "text.txt").write_text(" ".join(CORPUS), encoding="utf-8")
    arguments = ("ask", QUESTION, "text.txt", "--encoder", "owner/encoder", "--reader", str(tiny / "reader"))
    with serving({}) as (address, asked):
        first = pincite(*arguments, HF_ENDPOINT=address)
        second = pincite(*arguments, HF_ENDPOINT=address)
    assert asked == []
    assert first.returncode in (0, 1), first.stderr
    assert [line.split(":")[0] for line in first.stderr.splitlines()] == [
        "compiling the reader reader for the first time",
        "compiling the encoder owner/encoder for the first time",
        "the confidence was fitted for the models that ship, not for these",
    ]
    assert "torch" in first.args
    assert second.stdout == first.stdout
    assert len(second.stderr.splitlines()) == 1
    assert not {"torch", "transformers", "sentence_transformers", "onnx"} & set(second.args)


def test_the_list_shows_what_ships_and_what_was_fetched_with_sizes_and_licences(
    pincite: Pincite, tiny: Path, tmp_path: Path
) -> None:
    hub = tmp_path / "hf" / "hub"
    hub_copy(hub, "owner/encoder", tiny / "encoder")
    hub_copy(hub, "owner/reader", tiny / "reader")
    (hub_copy(hub, "owner/generator", tiny / "reader") / "config.json").write_text("{}", encoding="utf-8")
    done = pincite("models", "list", "--json")
    assert done.returncode == 0, done.stderr
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert set(rows) == {"all-MiniLM-L6-v2", "reader-v3", "owner/encoder", "owner/reader"}
    assert rows["owner/encoder"]["licence"] == "mit"
    assert rows["owner/reader"]["licence"] == "unknown"
    assert [rows[name]["kind"] for name in rows] == ["encoder", "reader", "encoder", "reader"]
    assert [rows[name]["state"] for name in rows] == ["ships", "ships", "fetched", "fetched"]
    assert all(row["bytes"] > 10_000 and Path(row["folder"]).is_dir() for row in rows.values())
    assert not {"torch", "transformers"} & set(done.args)
    words = pincite("models", "list")
    assert f"owner/encoder  fetched, {size(rows['owner/encoder']['bytes'])}, licence: mit" in words.stdout


# ---------------------------------------------------------------- fetching


def test_fetching_takes_the_files_of_the_model_alone_and_then_its_name_is_known(
    pincite: Pincite, tiny: Path, tmp_path: Path
) -> None:
    published = shutil.copytree(tiny / "encoder", tmp_path / "published")
    (published / "onnx").mkdir()
    for name in ("onnx/model.onnx", "pytorch_model.bin", "tf_model.h5", "rust_model.ot", "LICENSE"):
        (published / name).write_bytes(b"other")
    with serving({"owner/encoder": published}) as (address, _):
        done = pincite("models", "fetch", "owner/encoder", HF_ENDPOINT=address)
        assert done.returncode == 0, done.stderr
        missing = pincite("models", "fetch", "owner/typo", HF_ENDPOINT=address)
    assert missing.returncode == 2
    assert missing.stderr.startswith("pincite: owner/typo: the hub has no such public model")
    folder = tmp_path / "hf" / "hub" / "models--owner--encoder" / "snapshots" / COMMIT
    assert done.stdout == f"owner/encoder: in {folder}\n"
    fetched = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    kept = {path.relative_to(tiny / "encoder").as_posix() for path in (tiny / "encoder").rglob("*") if path.is_file()}
    assert fetched == kept | {"LICENSE"}
    assert "owner/encoder" in pincite("models", "list").stdout


def test_fetching_that_fails_halfway_leaves_no_model(pincite: Pincite, tiny: Path, tmp_path: Path) -> None:
    with serving({"owner/encoder": tiny / "encoder"}, missing=("model.safetensors",)) as (address, _):
        done = pincite("models", "fetch", "owner/encoder", HF_ENDPOINT=address)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("pincite: owner/encoder: could not be fetched")
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "hf" / "hub").glob("models--*/snapshots/*"))
    assert not list((tmp_path / "hf" / "hub").glob("models--*/refs/*"))


@pytest.mark.parametrize(
    ("name", "variables", "said"),
    [
        ("owner/name", {"HF_HUB_OFFLINE": "1"}, "can't be fetched while HF_HUB_OFFLINE is set"),
        ("owner/name", {"HF_ENDPOINT": "http://127.0.0.1:9"}, "could not be fetched"),
        ("./folder", {}, "not a name on the hub, expected OWNER/NAME"),
    ],
)
def test_fetching_that_cannot_be_is_refused_in_one_line(
    pincite: Pincite, name: str, variables: dict[str, str], said: str
) -> None:
    done = pincite("models", "fetch", name, **variables)
    assert done.returncode == 2
    assert done.stderr.startswith(f"pincite: {name}: {said}")
    assert len(done.stderr.splitlines()) == 1
