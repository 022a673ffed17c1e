"""The plain way: each image whole by boto3, decoded by Pillow, one after the other."""

import io
from collections.abc import Iterator

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from PIL import Image

from benchmarks.check_images.corpus import BUCKET, Line


def run(lines: list[Line], connections: int) -> Iterator[tuple[int, list[str]]]:  # noqa: ARG001
    client = boto3.client("s3")
    for number, line in enumerate(lines):
        try:
            content = client.get_object(Bucket=BUCKET, Key=line.key)["Body"].read()
            with Image.open(io.BytesIO(content)) as image:
                image.load()
                yield number, [] if image.size == (line.width, line.height) else ["size"]
        except (ClientError, BotoCoreError, OSError) as error:
            yield number, [type(error).__name__]
