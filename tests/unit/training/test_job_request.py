"""The CreateTrainingJob request follows from the data set and the settings alone."""

import botocore.session
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from lambdas.messages import Dataset
from lambdas.settings import StartTrainingJobSettings
from lambdas.training.job_request import is_same_job, training_job_request
from tests.unit.training.factories import any_dataset, any_execution, any_settings

CREATE_TRAINING_JOB = (
    botocore.session.get_session()
    .get_service_model("sagemaker")
    .operation_model("CreateTrainingJob")
    .input_shape
)


def request(
    dataset: Dataset | None = None, settings: StartTrainingJobSettings | None = None
) -> dict[str, object]:
    built = training_job_request(
        name="gt-train-dogs-ff0191c0-1",
        instance_type="ml.g4dn.xlarge",
        dataset=dataset or any_dataset(),
        settings=settings or any_settings(),
        execution=any_execution(),
    )
    assert CREATE_TRAINING_JOB is not None
    problems = ParamValidator().validate(built, CREATE_TRAINING_JOB)
    assert not problems.has_errors(), problems.generate_report()
    return built


@given(
    attribute=st.text(min_size=1, max_size=100),
    classes=st.integers(1, 50),
    samples=st.integers(1, 10**9),
    count=st.integers(1, 20),
)
def test_every_request_passes_the_parameter_validation_of_the_api(
    attribute: str, classes: int, samples: int, count: int
) -> None:
    derived = {"num_classes": str(classes), "num_training_samples": str(samples)}

    request(
        any_dataset(label_attribute=attribute, hyperparameters=derived),
        any_settings(instance_count=count),
    )


def test_both_channels_read_the_augmented_manifest_through_a_pipe_as_recordio() -> None:
    built = request()

    assert built["AlgorithmSpecification"]["TrainingInputMode"] == "Pipe"  # type: ignore[index]
    assert built["InputDataConfig"] == [
        {
            "ChannelName": channel,
            "DataSource": {
                "S3DataSource": {
                    "S3DataType": "AugmentedManifestFile",
                    "S3Uri": f"s3://bucket/executions/dogs-3f2a9c81d0e4/{channel}.manifest",
                    "S3DataDistributionType": "FullyReplicated",
                    "AttributeNames": ["source-ref", "bb"],
                }
            },
            "ContentType": "application/x-recordio",
            "RecordWrapperType": "RecordIO",
            "CompressionType": "None",
            "ShuffleConfig": {"Seed": 7},
        }
        for channel in ("train", "validation")
    ]


def test_what_follows_from_the_data_wins_over_what_was_set() -> None:
    hyperparameters = request()["HyperParameters"]

    assert hyperparameters["mini_batch_size"] == "8"  # type: ignore[index]
    assert hyperparameters["base_network"] == "resnet-50"  # type: ignore[index]


def test_whether_to_start_from_a_pretrained_network_is_always_said() -> None:
    assert request()["HyperParameters"]["use_pretrained_model"] == "1"  # type: ignore[index]


def test_a_tag_leads_from_the_training_job_back_to_its_execution() -> None:
    assert request()["Tags"] == [{"Key": "gt-train:execution", "Value": any_execution().arn}]


def test_a_job_that_reads_another_executions_manifests_is_another_job() -> None:
    mine = request()
    other = request(any_dataset(train_manifest="s3://bucket/executions/other/train.manifest"))

    assert is_same_job(mine, mine)
    assert not is_same_job(mine, other)


def test_a_job_with_other_hyperparameters_or_another_instance_type_is_another_job() -> None:
    mine = request()

    assert not is_same_job(mine, {**mine, "HyperParameters": {"epochs": "9"}})
    assert not is_same_job(mine, {**mine, "ResourceConfig": {"InstanceType": "ml.p3.2xlarge"}})
