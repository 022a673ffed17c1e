"""How much memory something takes: measured in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

STATUS = Path("/proc/self/status")
needs_proc = pytest.mark.skipif(not STATUS.exists(), reason="not on Linux")

_SCRIPT = """
import sys
from pathlib import Path
{prepare}
content = Path(sys.argv[1]).read_bytes()
said = {expression}
status = Path("{status}").read_text().split()
print(said, int(status[status.index("VmHWM:") + 1]) // 1024, sep="\\n")
"""


def said_and_peak(prepare: str, expression: str, path: Path) -> tuple[str, int]:
    """The value of an expression about the `content` of a file, and the process's peak in MB.

    The peak is that of /proc: getrusage's begins with that of the process that starts this one.
    """
    script = _SCRIPT.format(prepare=prepare, expression=expression, status=STATUS)
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], check=True, stdout=subprocess.PIPE, text=True
    )
    said, peak = done.stdout.splitlines()
    return said, int(peak)
