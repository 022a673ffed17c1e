"""Runs the object server as long as it is needed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Server:
    """A running object server: the environment that leads boto3 to it.

    Once it ended: its CPU seconds, the reads that it was asked for, and the bytes it sent.
    """

    environment: dict[str, str]
    cpu: float = 0.0
    gets: int = 0
    sent: int = 0


@contextmanager
def served(
    folder: Path, *, latency: float = 0.0, unavailable: float = 0.0, cut_off: float = 0.0
) -> Iterator[Server]:
    """Serve the buckets in ``folder``; each run has a server of its own, and so its CPU.

    latency: seconds before each answer. unavailable, cut_off: shares of reads that are answered by
    503, and that break off.
    """
    troubles = [str(each) for each in (latency, unavailable, cut_off)]
    command = [sys.executable, "-m", "benchmarks.object_store.server", str(folder), *troubles]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None  # noqa: S101 - as asked for above
        assert process.stdout is not None  # noqa: S101
        place = json.loads(process.stdout.readline())
        server = Server(
            {
                "AWS_ENDPOINT_URL": place["url"],
                "AWS_CA_BUNDLE": place["certificate"],
                "AWS_ACCESS_KEY_ID": "none",
                "AWS_SECRET_ACCESS_KEY": "none",
                "AWS_REGION": "eu-west-1",
                "AWS_DEFAULT_REGION": "eu-west-1",
            }
        )
        try:
            yield server
        finally:
            process.stdin.close()
            ended = json.loads(process.stdout.readline())
            server.cpu, server.gets, server.sent = ended["cpu"], ended["gets"], ended["sent"]
