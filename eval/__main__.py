"""`python -m eval`: the same command as `pincite eval`."""

from __future__ import annotations

import sys

from qa.commands.cli import main

if __name__ == "__main__":
    sys.argv[1:1] = ["eval"]
    main()
