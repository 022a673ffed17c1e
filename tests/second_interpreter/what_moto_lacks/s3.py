"""S3, where moto differs: a body that is a bytearray, which botocore takes, breaks its request."""

from typing import Any


def send_bodies_as_bytes(client: Any) -> None:
    """Make a client of such bodies what moto takes."""
    client.meta.events.register("before-parameter-build.s3", _as_bytes)


def _as_bytes(params: dict[str, Any], **_: Any) -> None:
    if isinstance(params.get("Body"), bytearray):
        params["Body"] = bytes(params["Body"])
