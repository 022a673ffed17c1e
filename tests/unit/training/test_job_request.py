"""The CreateTrainingJob request follows from the data set and the settings alone."""

from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from lambdas.jobs.description import Description
from lambdas.messages.dataset import Dataset
from lambdas.settings import StartTrainingJobSettings
from lambdas.training.job_request import is_same_job, training_job_request
from tests.unit.jobs.factories import any_dataset, any_execution, any_settings

CREATE_TRAINING_JOB = (
    botocore.session.get_session()
    .get_service_model("sagemaker")
    .operation_model("CreateTrainingJob")
    .input_shape
)


def request(
    dataset: Dataset | None = None,
    settings: StartTrainingJobSettings | None = None,
    instance_type: str = "ml.g4dn.xlarge",
) -> dict[str, Any]:
    built = training_job_request(
        name="gt-train-dogs-ff0191c0-1",
        instance_type=instance_type,
        max_runtime_seconds=3600,
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

    assert built["AlgorithmSpecification"]["TrainingInputMode"] == "Pipe"
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

    assert hyperparameters["mini_batch_size"] == "8"
    assert hyperparameters["base_network"] == "resnet-50"


def test_whether_to_start_from_a_pretrained_network_is_always_said() -> None:
    assert request()["HyperParameters"]["use_pretrained_model"] == "1"


def test_a_tag_leads_from_the_training_job_back_to_its_execution() -> None:
    assert request()["Tags"] == [{"Key": "gt-train:execution", "Value": any_execution().arn}]


def test_a_job_on_spot_capacity_keeps_checkpoints_and_may_wait() -> None:
    built = request(settings=any_settings(managed_spot_training=True))

    assert built["EnableManagedSpotTraining"] is True
    assert built["CheckpointConfig"] == {
        "S3Uri": "s3://bucket/checkpoints/gt-train-dogs-ff0191c0-1"
    }
    assert built["StoppingCondition"] == {
        "MaxRuntimeInSeconds": 3600,
        "MaxWaitTimeInSeconds": 172800,
    }


def test_a_job_may_wait_for_spot_capacity_at_least_as_long_as_it_may_run() -> None:
    built = request(settings=any_settings(managed_spot_training=True, max_wait_seconds=60))

    assert built["StoppingCondition"]["MaxWaitTimeInSeconds"] == 3600


def test_a_job_on_demand_has_nothing_of_spot() -> None:
    built = request()

    assert built.keys().isdisjoint({"EnableManagedSpotTraining", "CheckpointConfig"})
    assert built["StoppingCondition"] == {
        "MaxRuntimeInSeconds": 3600,
        "MaxPendingTimeInSeconds": 7200,
    }


@pytest.mark.parametrize(
    ("instances", "chosen", "kv_store"),
    [
        (1, {}, None),
        (2, {}, "dist_sync"),
        (2, {"kv_store": "dist_async"}, "dist_async"),
    ],
)
def test_several_instances_train_one_model(
    instances: int, chosen: dict[str, str], kv_store: str | None
) -> None:
    settings = any_settings(instance_count=instances, hyperparameters=chosen)

    assert request(settings=settings)["HyperParameters"].get("kv_store") == kv_store


KEY = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d"


@given(
    key=st.sampled_from(["", KEY]),
    in_vpc=st.booleans(),
    isolated=st.booleans(),
    encrypted=st.booleans(),
    spot=st.booleans(),
    instance_type=st.sampled_from(["ml.p2.xlarge", "ml.p3.2xlarge", "ml.g5.xlarge"]),
)
def test_every_combination_of_protections_passes_the_parameter_validation(
    key: str, in_vpc: bool, isolated: bool, encrypted: bool, spot: bool, instance_type: str
) -> None:
    built = request(
        settings=any_settings(
            kms_key_arn=key,
            vpc_subnets=("subnet-0a1b2c3d",) if in_vpc else (),
            security_groups=("sg-0a1b2c3d",) if in_vpc else (),
            network_isolation=isolated,
            encrypt_inter_container_traffic=encrypted,
            managed_spot_training=spot,
        ),
        instance_type=instance_type,
    )

    assert ("VpcConfig" in built) is in_vpc
    assert built["EnableNetworkIsolation"] is isolated
    assert built["EnableInterContainerTrafficEncryption"] is encrypted
    assert built["OutputDataConfig"].get("KmsKeyId", "") == key


def test_a_job_in_a_vpc_gets_its_subnets_and_security_groups() -> None:
    settings = any_settings(vpc_subnets=("subnet-1", "subnet-2"), security_groups=("sg-1",))

    assert request(settings=settings)["VpcConfig"] == {
        "Subnets": ["subnet-1", "subnet-2"],
        "SecurityGroupIds": ["sg-1"],
    }


@pytest.mark.parametrize(
    ("instance_type", "takes"),
    [
        ("ml.p2.xlarge", True),
        ("ml.p3.16xlarge", True),
        ("ml.p3dn.24xlarge", False),
        ("ml.g4dn.xlarge", False),
        ("ml.g5.12xlarge", False),
    ],
)
def test_only_a_volume_that_is_not_local_is_encrypted_with_the_key(
    instance_type: str, takes: bool
) -> None:
    resources = request(settings=any_settings(kms_key_arn=KEY), instance_type=instance_type)[
        "ResourceConfig"
    ]

    assert resources.get("VolumeKmsKeyId") == (KEY if takes else None)


def existing(response: dict[str, Any]) -> Description:
    return Description(name="", arn="", status="InProgress", response=response)


def test_a_job_that_reads_another_executions_manifests_is_another_job() -> None:
    mine = request()
    other = request(any_dataset(train_manifest="s3://bucket/executions/other/train.manifest"))

    assert is_same_job(mine, existing(mine))
    assert not is_same_job(mine, existing(other))


def test_a_job_with_other_hyperparameters_is_another_job_and_one_elsewhere_is_the_same() -> None:
    mine = request()

    assert not is_same_job(mine, existing({**mine, "HyperParameters": {"epochs": "9"}}))
    assert is_same_job(mine, existing(request(instance_type="ml.p3.2xlarge")))
