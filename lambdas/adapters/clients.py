"""boto3 clients, made once a process and only when first used."""

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sns import SNSClient
    from types_boto3_stepfunctions import SFNClient

_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=60
)

S3_REQUESTS = 32
"""At once, each on a connection of its own that is kept open."""


@cache
def s3() -> "S3Client":
    """Return the S3 client."""
    config = _CONFIG.merge(Config(max_pool_connections=S3_REQUESTS))
    client: S3Client = boto3.client("s3", config=config)
    return client


@cache
def sagemaker() -> "SageMakerClient":
    """Return the SageMaker client."""
    client: SageMakerClient = boto3.client("sagemaker", config=_CONFIG)
    return client


@cache
def stepfunctions() -> "SFNClient":
    """Return the Step Functions client."""
    client: SFNClient = boto3.client("stepfunctions", config=_CONFIG)
    return client


@cache
def sns() -> "SNSClient":
    """Return the SNS client."""
    client: SNSClient = boto3.client("sns", config=_CONFIG)
    return client
