"""The environment variables and temporary folder that ministack needs, for as long as it runs."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOST = "127.0.0.1"
ADMINISTRATOR_KEY = "test"
ADMINISTRATOR_SECRET = "test"  # noqa: S105 - what ministack knows as the account's root user

_FOREIGN_PREFIXES = ("AWS_", "LOCALSTACK_", "MINISTACK_", "SFN_", "LAMBDA_", "SERVICES")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def aws_variables(endpoint: str, region: str) -> dict[str, str]:
    """Return what makes any AWS SDK or CLI talk to the embedded AWS as its administrator."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": ADMINISTRATOR_KEY,
        "AWS_SECRET_ACCESS_KEY": ADMINISTRATOR_SECRET,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def without_foreign_variables(environment: dict[str, str]) -> dict[str, str]:
    """Leave out what would lead to another AWS, another emulator or a proxy."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(_FOREIGN_PREFIXES) and name.upper() not in _PROXIES
    }


@contextmanager
def process_environment(port: int, region: str, account: str) -> Iterator[str]:
    """Set what ministack reads at import and at run time; restore and clean up at the end.

    ministack's own listeners for SFTP and MQTT (the latter on all interfaces) stay off, and it is
    kept away from a Docker daemon, whose containers it would look through.

    This process's own temporary files stay where they were: Python has looked TMPDIR up by then.

    Yields:
        The temporary folder of functions and of ministack; removed at the end.
    """
    before = dict(os.environ)
    folder = tempfile.mkdtemp(prefix="embedded-aws-", dir=tempfile.gettempdir())
    try:
        kept = without_foreign_variables(before)
        os.environ.clear()
        os.environ.update(kept)
        os.environ.update(aws_variables(f"http://{HOST}:{port}", region))
        os.environ.update(_ministack_variables(port, region, account, folder))
        yield folder
    finally:
        os.environ.clear()
        os.environ.update(before)
        shutil.rmtree(folder, ignore_errors=True)


def _ministack_variables(port: int, region: str, account: str, folder: str) -> dict[str, str]:
    return {
        "AUTH": "true",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": region,
        "MINISTACK_ACCOUNT_ID": account,
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "CRITICAL"),
        "TMPDIR": folder,
        "PERSIST_STATE": "0",
        "S3_PERSIST": "0",
        "STATE_DIR": str(Path(folder, "state")),
        "S3_DATA_DIR": str(Path(folder, "s3")),
        "LAMBDA_EXECUTOR": "local",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{folder}/no-docker.sock",
        # There is no X-Ray here; on AWS the functions send it their traces.
        "POWERTOOLS_TRACE_DISABLED": "true",
        # Functions find this machine's awscrt, which botocore would use; on AWS it has none, unless
        # a layer brings it.
        "BOTO_DISABLE_CRT": "true",
    }
