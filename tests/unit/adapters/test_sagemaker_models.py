"""What SageMaker answers about models is taken for what it means, and nothing else."""

import datetime as dt

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from lambdas import errors
from lambdas.adapters.sagemaker_models import SageMakerModels
from lambdas.transform.models import Model
from lambdas.transform.request import model_request
from tests.unit.jobs.factories import any_execution, any_prediction, any_transform_settings

ARN = "arn:aws:sagemaker:us-east-1:111122223333:model/job-1"
REQUEST = model_request("job-1", any_prediction(), any_transform_settings(), any_execution())
DESCRIBED = {
    "ModelName": "job-1",
    "ModelArn": ARN,
    "ExecutionRoleArn": "arn:aws:iam::111122223333:role/model",
    "CreationTime": dt.datetime(2026, 1, 15, tzinfo=dt.UTC),
}


def test_a_model_that_exists_needs_no_other_in_whatever_words_sagemaker_says_so(
    sagemaker: Stubber,
) -> None:
    sagemaker.add_client_error("create_model", "ValidationException", "there already")
    sagemaker.add_response("describe_model", DESCRIBED, {"ModelName": "job-1"})

    SageMakerModels().create(REQUEST)


def test_a_model_that_sagemaker_does_not_take_is_refused_in_its_words(sagemaker: Stubber) -> None:
    sagemaker.add_client_error("create_model", "ValidationException", "no such artifact")
    sagemaker.add_client_error("describe_model", "ValidationException", "Could not find model")

    with pytest.raises(errors.TransformRequestRefused, match="the model: no such artifact"):
        SageMakerModels().create(REQUEST)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ResourceLimitExceeded", errors.ResourceLimitExceeded),
        ("AccessDeniedException", errors.TransformRequestRefused),
        ("ThrottlingException", errors.ServiceUnavailable),
        ("SomethingNew", ClientError),
    ],
)
def test_each_refusal_of_a_model_has_the_error_name_of_its_reason(
    sagemaker: Stubber, code: str, error: type[Exception]
) -> None:
    sagemaker.add_client_error("create_model", code, "no")

    with pytest.raises(error):
        SageMakerModels().create(REQUEST)


def test_models_are_found_by_a_part_of_their_name_on_all_pages(sagemaker: Stubber) -> None:
    summary = {
        "ModelName": "gt-train-1",
        "ModelArn": ARN,
        "CreationTime": DESCRIBED["CreationTime"],
    }
    asked = {"NameContains": "gt-train-", "MaxResults": 100}
    sagemaker.add_response("list_models", {"Models": [summary], "NextToken": "more"}, asked)
    sagemaker.add_response("list_models", {"Models": [summary]}, asked | {"NextToken": "more"})

    assert list(SageMakerModels().named("gt-train-")) == [Model("gt-train-1", ARN)] * 2


def test_a_models_tag_names_its_execution(sagemaker: Stubber) -> None:
    tags = [{"Key": "gt-train:execution", "Value": "arn"}]
    sagemaker.add_response("list_tags", {"Tags": tags}, {"ResourceArn": ARN})

    assert SageMakerModels().execution_of(Model("job-1", ARN)) == "arn"


def test_a_model_that_is_gone_needs_no_deletion(sagemaker: Stubber) -> None:
    sagemaker.add_client_error("delete_model", "ValidationException", "Could not find model")

    SageMakerModels().delete("job-1")


def test_a_deletion_that_is_forbidden_is_a_failure(sagemaker: Stubber) -> None:
    sagemaker.add_client_error("delete_model", "AccessDeniedException")

    with pytest.raises(ClientError):
        SageMakerModels().delete("job-1")
