"""Starting and stopping the embedded AWS: what it leaves behind, what it listens on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from local.aws.embedded_aws import AlreadyRunning, EmbeddedAws
from tests.local.aws.sandbox import unique

PROJECT = Path(__file__).parents[3]


def process(source: str, tmp_path: Path) -> subprocess.Popen[str]:
    """A Python process that runs `source`, with a temporary folder of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(source)],
        cwd=PROJECT,
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_nothing_but_the_loopback_interface_is_listened_on(tmp_path: Path) -> None:
    running = process(
        """
        import os
        from local.aws.embedded_aws import EmbeddedAws
        from pathlib import Path

        with EmbeddedAws() as aws:
            aws.client("iot").list_things()
            links = [os.readlink(f) for f in Path("/proc/self/fd").iterdir() if f.exists()]
            own = {link[8:-1] for link in links if link.startswith("socket:[")}
            for table in ("tcp", "tcp6"):
                for line in Path(f"/proc/self/net/{table}").read_text().splitlines()[1:]:
                    fields = line.split()
                    if fields[3] == "0A" and fields[9] in own:
                        print(fields[1])
            print("at", aws.endpoint)
        """,
        tmp_path,
    )
    out, errors = running.communicate(timeout=60)
    *listening, endpoint = out.splitlines()
    port = int(endpoint.rsplit(":", 1)[-1])
    assert listening == [f"0100007F:{port:04X}"], errors


@pytest.mark.parametrize("end", ["pass", "raise SystemExit(3)", "raise ValueError", "1 / 0"])
def test_the_temporary_files_are_removed_however_it_ends(end: str, tmp_path: Path) -> None:
    running = process(
        f"""
        import os, tempfile
        before = dict(os.environ)
        from local.aws.embedded_aws import EmbeddedAws

        try:
            with EmbeddedAws() as aws:
                aws.client("s3").create_bucket(Bucket="some-bucket")
                {end}
        finally:
            assert dict(os.environ) == before
            assert tempfile.gettempdir() == {str(tmp_path)!r}
            print("restored")
        """,
        tmp_path,
    )
    out, errors = running.communicate(timeout=60)
    assert out == "restored\n", errors
    assert list(tmp_path.iterdir()) == []


def test_the_temporary_files_are_removed_on_an_interrupt(tmp_path: Path) -> None:
    running = process(
        """
        import signal, time
        from local.aws.embedded_aws import EmbeddedAws
        # Ignored, and inherited so, where the tests run in the background of a shell.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with EmbeddedAws() as aws:
            print(aws.endpoint, flush=True)
            time.sleep(60)
        """,
        tmp_path,
    )
    assert running.stdout is not None
    running.stdout.readline()
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=30)
    assert list(tmp_path.iterdir()) == []


def test_a_second_one_at_the_same_time_is_refused(aws: EmbeddedAws) -> None:
    with pytest.raises(AlreadyRunning, match="runs in this process already"), EmbeddedAws():
        pass


def test_a_second_one_after_the_first_starts_empty_and_elsewhere_is_refused(
    tmp_path: Path,
) -> None:
    running = process(
        """
        from local.aws.embedded_aws import EmbeddedAws
        for port in (None, None):
            with EmbeddedAws(port=port) as aws:
                s3 = aws.client("s3")
                print(len(s3.list_buckets()["Buckets"]))
                s3.create_bucket(Bucket="some-bucket")
        try:
            with EmbeddedAws(region="eu-west-1"):
                pass
        except RuntimeError as error:
            print(error)
        """,
        tmp_path,
    )
    out, errors = running.communicate(timeout=60)
    first, second, refusal = out.splitlines()
    assert (first, second) == ("0", "0"), errors
    assert "in us-east-1; ministack cannot become 000000000000 in eu-west-1" in refusal


def test_a_port_that_is_taken_is_named(aws: EmbeddedAws, tmp_path: Path) -> None:
    port = aws.endpoint.rsplit(":", 1)[-1]
    source = f"from local.aws.embedded_aws import EmbeddedAws\nwith EmbeddedAws(port={port}): pass"
    _out, errors = process(source, tmp_path).communicate(timeout=60)
    assert f"cannot listen on 127.0.0.1:{port}" in errors


def test_a_child_process_can_use_it_through_its_environment(aws: EmbeddedAws) -> None:
    bucket = unique("bucket")
    source = f"import boto3; boto3.client('s3').create_bucket(Bucket={bucket!r})"
    subprocess.run([sys.executable, "-c", source], env=aws.environment(), check=True)
    assert bucket in [b["Name"] for b in aws.client("s3").list_buckets()["Buckets"]]


def test_the_clock_can_not_stand_still() -> None:
    with pytest.raises(ValueError, match="must be greater than 0, found 0"):
        EmbeddedAws(clock_speed=0)
