"""An index on a mount that nobody can write to answers; only writing gives the error."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import living
import pytest

READ = """
import sys
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/tests"]
from pathlib import Path
import living
from embeddings.errors import StoreError
from embeddings.index.index import Index
from embeddings.index.doctor import examine
index = Index.open(Path("disk/index"), living.ENCODER)
living.check(index, Path("docs"), [living.content(1), living.content(2)])
print(index.document_count, len(index.lexical("port", 1000)) == index.passage_count, examine(Path("disk/index")))
index.close()
try:
    living.update(Path("disk/index"), Path("docs"))
except StoreError as error:
    print(error)
"""
MOUNT = """
mount -t tmpfs -o size=20m tmpfs disk || exit 77
cp -r index disk/index
{before}
mount -o remount,ro disk
'{python}' -W error -c '{code}' '{root}'
"""
# Leaves the log of the last update beside the store, as a writer does that is killed.
KILLED = """
'{python}' -c '
import os, signal, sys
sys.path[:0] = ["{root}", "{root}/tests"]
from pathlib import Path
import living
from embeddings.index.updating import Writer
Writer._sweep = lambda self: os.kill(os.getpid(), signal.SIGKILL) if self.state.update > 1 else None
living.write(Path("docs"), living.content(2))
living.update(Path("disk/index"), Path("docs"))'
test -s disk/index/store.sqlite-wal || exit 78
rm -f disk/index/store.sqlite-shm
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    probe = subprocess.run(["unshare", "--map-root-user", "--mount", "true"], capture_output=True, check=False)
    if shutil.which("unshare") is None or probe.returncode != 0:
        pytest.skip("this system lets no process mount a small disk of its own (unshare --map-root-user --mount)")
    living.write(tmp_path / "docs", living.content(1))
    (tmp_path / "disk").mkdir()
    return tmp_path


@pytest.mark.parametrize("killed", [False, True], ids=["as it was left", "with the log of a writer that was killed"])
def test_an_index_on_a_read_only_mount_answers_and_only_writing_is_an_error(
    desk: Path, root: Path, killed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    living.update(Path("index"), Path("docs"))
    before = KILLED.format(python=sys.executable, root=root) if killed else ""
    script = MOUNT.format(before=before, python=sys.executable, code=READ, root=root)
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "bash", "-c", script], capture_output=True, text=True, check=False
    )
    if done.returncode == 77:
        pytest.skip("this system mounts no tmpfs for a process of its own")
    assert done.returncode == 0, done.stderr
    answered, refused = done.stdout.splitlines()
    count = len(living.content(2 if killed else 1))
    assert answered == f"{count} True []"
    assert refused == ("disk/index: can't be written (Read-only file system); name another folder, or mend its rights")
