"""Puts the version of the model registry that has just been approved behind the endpoint."""

import os
from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import ClientError


def handler(event: dict[str, Any], context: object) -> str:
    """Deploy the version of a ``SageMaker Model Package State Change`` event; return its name.

    Model and configuration are named after the version, so that an event that comes twice finds
    what it made the first time. While the endpoint is being updated SageMaker refuses another
    update; Lambda tries again.
    """
    sagemaker = boto3.client("sagemaker")
    endpoint, version = os.environ["ENDPOINT"], event["detail"]["ModelPackageArn"]
    name = f"{endpoint}-{version.rpartition('/')[2]}"
    _unless_there(
        sagemaker.create_model,
        ModelName=name,
        ExecutionRoleArn=os.environ["MODEL_ROLE_ARN"],
        Containers=[{"ModelPackageName": version}],
    )
    variant = {
        "VariantName": "approved",
        "ModelName": name,
        "InstanceType": os.environ["INSTANCE_TYPE"],
        "InitialInstanceCount": 1,
    }
    _unless_there(
        sagemaker.create_endpoint_config, EndpointConfigName=name, ProductionVariants=[variant]
    )
    created = _unless_there(
        sagemaker.create_endpoint, EndpointName=endpoint, EndpointConfigName=name
    )
    if not created:
        sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=name)
    return name


def _unless_there(create: Callable[..., Any], **request: Any) -> bool:
    """Create something; return False where it is there already."""
    try:
        create(**request)
    except ClientError as error:
        if "already existing" not in error.response["Error"]["Message"]:
            raise
        return False
    return True
