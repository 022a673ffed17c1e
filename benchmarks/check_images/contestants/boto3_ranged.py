"""The first 64 KiB of each image by boto3, opened by Pillow, in threads: sizes only."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from PIL import Image

from benchmarks.check_images.corpus import BUCKET, Line

FIRST = 64 << 10


def run(lines: list[Line], connections: int) -> Iterator[tuple[int, list[str]]]:
    client = boto3.client("s3", config=Config(max_pool_connections=connections))

    def look(line: Line) -> list[str]:
        try:
            answer = client.get_object(Bucket=BUCKET, Key=line.key, Range=f"bytes=0-{FIRST - 1}")
            content = answer["Body"].read()
            return found(content, line)
        except (ClientError, BotoCoreError, OSError) as error:
            return [type(error).__name__]

    with ThreadPoolExecutor(connections) as pool:
        yield from enumerate(pool.map(look, lines))


def found(content: bytes, line: Line) -> list[str]:
    with Image.open(io.BytesIO(content)) as image:
        return [] if image.size == (line.width, line.height) else ["size"]
