"""Doors for other frameworks: Pincite inside LangChain, LlamaIndex and Haystack.

Each door is one module, imported only by whoever has its framework: `doors.langchain`, `doors.llamaindex`,
`doors.haystack`. Nothing else of Pincite imports them.
"""

from __future__ import annotations


def not_installed(error: ImportError, package: str, extra: str) -> ImportError:
    """What to raise where a framework can't be imported.

    Args:
        error: what the import raised.
        package: the framework's package, as it is imported.
        extra: the extra of Pincite that brings it.

    Returns:
        One line that says how to install the framework; the error itself where something else is missing.
    """
    if (error.name or "").split(".")[0] != package:
        return error
    return ImportError(f"{package} is not installed; install it with: pip install 'pincite[{extra}]'", name=package)
