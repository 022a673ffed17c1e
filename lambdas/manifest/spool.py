"""Temporary files for what has to wait: lines whose label or whose channel is not yet known."""

import tempfile
from typing import IO

IN_MEMORY = 2 << 20  # bytes


def spool() -> IO[bytes]:
    """Open a temporary file that stays in memory as long as it is small."""
    return tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)
