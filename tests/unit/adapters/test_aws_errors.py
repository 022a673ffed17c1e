"""AWS's passing faults are told from those that stay."""

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

from lambdas.adapters.aws_errors import transient_faults_named
from lambdas.errors import ServiceUnavailable


def refusal(code: str, status: int) -> ClientError:
    response = {
        "Error": {"Code": code, "Message": "no"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "DescribeTrainingJob")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fault",
    [
        refusal("ThrottlingException", 400),
        refusal("SomethingNew", 500),
        refusal("SomethingNew", 503),
        EndpointConnectionError(endpoint_url="https://nowhere"),
        ConnectTimeoutError(endpoint_url="https://nowhere"),
    ],
)
def test_a_fault_that_passes_has_the_name_that_is_retried(fault: Exception) -> None:
    with pytest.raises(ServiceUnavailable), transient_faults_named():
        raise fault


@pytest.mark.parametrize("fault", [refusal("AccessDenied", 403), refusal("NoSuchKey", 404)])
def test_a_fault_that_stays_keeps_its_own_name(fault: Exception) -> None:
    with pytest.raises(ClientError), transient_faults_named():
        raise fault
