"""The example's function: the first approval creates the endpoint, a later one updates it."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from examples.deploy_on_approval.function import endpoint

VERSION = "arn:aws:sagemaker:us-east-1:111122223333:model-package/groundtruthtraining/7"
EVENT = {"detail": {"ModelPackageArn": VERSION, "ModelApprovalStatus": "Approved"}}

MODEL = {
    "ModelName": "detector-7",
    "ExecutionRoleArn": "arn:aws:iam::111122223333:role/model",
    "Containers": [{"ModelPackageName": VERSION}],
}
CONFIGURATION = {
    "EndpointConfigName": "detector-7",
    "ProductionVariants": [
        {
            "VariantName": "approved",
            "ModelName": "detector-7",
            "InstanceType": "ml.c5.xlarge",
            "InitialInstanceCount": 1,
        }
    ],
}
ENDPOINT = {"EndpointName": "detector", "EndpointConfigName": "detector-7"}
ARN = "arn:aws:sagemaker:us-east-1:111122223333:endpoint/detector"


@pytest.fixture
def sagemaker(monkeypatch: pytest.MonkeyPatch) -> Any:
    client = boto3.client(
        "sagemaker", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    monkeypatch.setattr(boto3, "client", lambda _: client)
    for name, value in {
        "ENDPOINT": "detector",
        "INSTANCE_TYPE": "ml.c5.xlarge",
        "MODEL_ROLE_ARN": MODEL["ExecutionRoleArn"],
    }.items():
        monkeypatch.setenv(name, str(value))
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def refuse(sagemaker: Stubber, operation: str, asked: dict[str, Any]) -> None:
    sagemaker.add_client_error(
        operation,
        "ValidationException",
        'Cannot create already existing endpoint "x".',
        expected_params=asked,
    )


def test_the_first_approval_creates_the_endpoint(sagemaker: Stubber) -> None:
    sagemaker.add_response("create_model", {"ModelArn": f"{ARN}-model-name"}, MODEL)
    sagemaker.add_response(
        "create_endpoint_config", {"EndpointConfigArn": f"{ARN}-config-name"}, CONFIGURATION
    )
    sagemaker.add_response("create_endpoint", {"EndpointArn": ARN}, ENDPOINT)

    assert endpoint.handler(EVENT, None) == "detector-7"


def test_an_approval_that_is_told_of_twice_updates_the_endpoint(sagemaker: Stubber) -> None:
    refuse(sagemaker, "create_model", MODEL)
    refuse(sagemaker, "create_endpoint_config", CONFIGURATION)
    refuse(sagemaker, "create_endpoint", ENDPOINT)
    sagemaker.add_response("update_endpoint", {"EndpointArn": ARN}, ENDPOINT)

    assert endpoint.handler(EVENT, None) == "detector-7"


def test_what_sagemaker_refuses_fails_the_function_so_that_it_is_tried_again(
    sagemaker: Stubber,
) -> None:
    sagemaker.add_client_error("create_model", "AccessDeniedException", "not you")

    with pytest.raises(sagemaker.client.exceptions.ClientError, match="not you"):
        endpoint.handler(EVENT, None)
