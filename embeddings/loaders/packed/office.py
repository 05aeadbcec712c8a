"""Workbooks and presentations: XLSX and PPTX out of their XML, XLS by xlrd (`pip install 'pincite[office]'`)."""

from __future__ import annotations

import zipfile

from embeddings.errors import DocumentError
from embeddings.loaders.archive import Archive, iso_day, words_of
from embeddings.loaders.extract import Extract, described
from embeddings.loaders.limits import Limits
from embeddings.loaders.packed import old_workbook, slides, workbook

_OLE = b"\xd0\xcf\x11\xe0"


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The text of a presentation or a workbook.

    Raises:
        DocumentError: the converters are not installed, the file is damaged, or more than the limits allow.
    """
    if data.startswith(_OLE):
        return _old_workbook(data, name, limits)
    archive = Archive(data, name, limits)
    archive.check_size()
    core = archive.xml("docProps/core.xml")
    facts = [words_of(core, fact) for fact in ("title", "creator", "created")]
    is_workbook = archive.read("xl/workbook.xml") is not None
    read = (workbook if is_workbook else slides).extract(archive, name, limits)
    title = None if (facts[0] or "").lower() == "powerpoint presentation" else facts[0]
    return described(read, title, facts[1], iso_day(facts[2]))


def _old_workbook(data: bytes, name: str, limits: Limits) -> Extract:
    try:
        return old_workbook.extract(data, name, limits)
    except ImportError:
        raise _missing(name, ".xls") from None
    except (MemoryError, RecursionError, DocumentError):
        raise
    except Exception as error:  # whatever the converter raises, it is this file's
        raise _damaged(name, error) from None


def _missing(name: str, suffix: str) -> DocumentError:
    return DocumentError(
        f"{name}: {suffix} files need a converter that is not installed: pip install 'pincite[office]'"
    )


def _damaged(name: str, error: Exception) -> DocumentError:
    reason = "damaged" if isinstance(error, zipfile.BadZipFile) else f"can't be converted ({type(error).__name__})"
    return DocumentError(f"{name}: {reason}; open and save it again")
