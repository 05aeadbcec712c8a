"""Messages of Outlook: a compound file with the properties of [MS-OXMSG], written by hand."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR = 512

Tree = Mapping[str, Any]  # a name -> bytes of a stream, or another tree


def msg(
    subject: str = "",
    sender: str = "",
    address: str = "",
    body: str = "",
    html: bytes = b"",
    rich: bytes = b"",
    sent: datetime | None = None,
    files: Mapping[str, bytes] | None = None,
    inner: Tree | None = None,
    top: bool = True,
) -> Any:
    """A message; its bytes, or its tree for one that lies inside another."""
    words = {"0037": subject, "0C1A": sender, "5D01": address, "1000": body}
    tree: dict[str, Any] = {f"__substg1.0_{tag}001F": said.encode("utf-16-le") for tag, said in words.items() if said}
    if html:
        tree["__substg1.0_10130102"] = html
    if rich:
        tree["__substg1.0_10090102"] = rich
    numbers = b"\0" * (32 if top else 24)
    if sent is not None:
        count = int((sent - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10**7
        numbers += struct.pack("<IIQ", 0x0039_0040, 6, count)
    tree["__properties_version1.0"] = numbers
    for number, (name, data) in enumerate((files or {}).items()):
        tree[f"__attach_version1.0_#{number:08X}"] = {
            "__substg1.0_3707001F": name.encode("utf-16-le"),
            "__substg1.0_37010102": data,
        }
    if inner is not None:
        tree["__attach_version1.0_#000000FF"] = {"__substg1.0_3701000D": inner}
    return compound(tree) if top else tree


def compound(tree: Tree) -> bytes:
    """A compound file of streams and storages ([MS-CFB], version 3, without a short-stream cutoff of its own)."""
    entries: list[list[Any]] = [["Root Entry", 5, tree, b""]]
    children: list[list[int]] = [[]]

    def add(inside: Tree, parent: int) -> None:
        for name, held in inside.items():
            entries.append([name, 1 if isinstance(held, dict) else 2, held, b"" if isinstance(held, dict) else held])
            children.append([])
            children[parent].append(len(entries) - 1)
            if isinstance(held, dict):
                add(held, len(entries) - 1)

    add(tree, 0)
    sectors: list[bytes] = []
    chain: list[int] = []

    def put(data: bytes) -> int:
        """Puts data into sectors; the number of the first one."""
        if not data:
            return _END
        first, count = len(sectors), -(-len(data) // _SECTOR)
        for number in range(count):
            sectors.append(data[number * _SECTOR : (number + 1) * _SECTOR].ljust(_SECTOR, b"\0"))
            chain.append(first + number + 1 if number < count - 1 else _END)
        return first

    starts = [put(entry[3].ljust(4096, b"\0") if entry[3] else b"") for entry in entries]
    right = {place: following for held in children for place, following in pairwise(held)}
    directory = b""
    for number, (name, kind, _held, data) in enumerate(entries):
        wide = (name + "\0").encode("utf-16-le")
        below = children[number][0] if children[number] else _FREE
        directory += struct.pack(
            "<64sHBBIII", wide.ljust(64, b"\0"), len(wide), kind, 1, _FREE, right.get(number, _FREE), below
        )
        directory += b"\0" * 36 + struct.pack("<IQ", starts[number], max(len(data), 4096) if data else 0)
    at = put(directory.ljust(-(-len(directory) // _SECTOR) * _SECTOR, b"\0"))
    count = -(-(len(sectors) + 8) // 128)
    table_at = len(sectors)
    table = [*chain, *([_FAT] * count)]
    table += [_FREE] * (count * 128 - len(table))
    packed = struct.pack(f"<{len(table)}I", *table)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIII", 0, count, at, 0, 4096, _END, 0, _END, 0)
    fats = [table_at + number for number in range(count)] + [_FREE] * (109 - count)
    return head + struct.pack("<109I", *fats) + b"".join(sectors) + packed
