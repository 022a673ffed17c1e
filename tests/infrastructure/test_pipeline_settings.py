"""Settings: what is accepted, what they become, and the one line that a bad one gets."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.contract import GPUS
from stacks.settings.cautions import cautions
from stacks.settings.checks import trainable_instance_types
from stacks.settings.context import Layer, parse_settings, settings_from_context
from stacks.settings.fields import PipelineSettings
from stacks.settings.hyperparameter_fields import DEFAULT_HYPERPARAMETERS
from stacks.settings.parsing import SettingRefused
from stacks.synthesis import project_context

REFUSED: list[tuple[str, Any, str]] = [
    ("volume_size_gb", "big", "a whole number from 1 to 16384"),
    ("volume_size_gb", "50", "a whole number from 1 to 16384"),
    ("volume_size_gb", True, "a whole number from 1 to 16384"),
    ("volume_size_gb", 0, "a whole number from 1 to 16384"),
    ("validation_fraction", 0, "a number above 0 and below 1"),
    ("validation_fraction", 1, "a number above 0 and below 1"),
    ("validation_fraction", float("nan"), "a number above 0 and below 1"),
    ("max_runtime_seconds", 2_419_201, "2419200 (28 days)"),
    ("max_runtime_seconds", 59, "a whole number from 60"),
    ("max_pending_seconds", 1_799, "a whole number from 1800"),
    ("max_wait_seconds", 59, "a whole number from max_runtime_seconds"),
    ("max_wait_seconds", 2_419_201, "2419200 (28 days)"),
    ("max_billable_hours", 0, "null (no limit) or a number above 0"),
    ("max_billable_hours", float("inf"), "at most 1000000"),
    ("max_billable_hours", float("nan"), "at most 1000000"),
    ("instance_types", [], "a list of 1 to 10 different instance types"),
    ("instance_types", ["ml.g5.xlarge", "ml.g5.xlarge"], "one type comes twice"),
    ("instance_types", ["ml.c5.xlarge"], "ml.g4dn.xlarge"),
    ("instance_types", ["ml.g4ad.xlarge"], "families P2, P3, G4dn and G5"),
    ("instance_types", ["ml.p4d.24xlarge"], "families P2, P3, G4dn and G5"),
    ("instance_types", ["g5.xlarge"], "ml.g5.xlarge"),
    ("instance_types", "ml.g5.xlarge", "a list of 1 to 10"),
    ("label_attribute", 5, "null (found in the manifest)"),
    ("label_attribute", "boxes-metadata", "Ground Truth reserves this name"),
    ("label_attribute", "$boxes", "Ground Truth reserves this name"),
    ("label_attribute", "source-ref", "this attribute is the image"),
    ("label_attribute", "x" * 128, "at most 127 characters"),
    ("labeling_prefix", "labeling", "ends in /"),
    ("labeling_prefix", "/labeling/", "ends in /"),
    ("labeling_prefix", "", "ends in /"),
    ("labeling_prefix", "label*/", "ends in /"),
    ("labeling_prefix", "executions/labels/", "executions/ holds the pipeline's own files"),
    ("image_buckets", ["not a bucket"], "'not a bucket' cannot be a bucket"),
    ("image_buckets", ["x", 5], "names of buckets"),
    (
        "image_buckets",
        ["fine", "s3://my-images"],
        "'s3://my-images' is a path; the bucket alone is my-images; must be a list of",
    ),
    ("image_buckets", ["a-bucket/with/a/key"], "the bucket alone is a-bucket"),
    ("empty_images", "remove", 'must be "keep" or "drop"'),
    ("split_group_pattern", "(", "missing )"),
    ("split_group_pattern", "x" * 513, "longer than 512 characters"),
    ("training_job_prefix", "GT", "lower-case letters"),
    ("training_job_prefix", "gt-train-", "no hyphen at either end"),
    ("training_job_prefix", "a" * 21, "1 to 20"),
    ("existing_bucket", "s3://team-data/labels", "the bucket alone is team-data"),
    ("existing_bucket", "", "'' cannot be a bucket; must be null (a new bucket) or the name"),
    ("kms_key_arn", "alias/team", "the ARN of a symmetric KMS key, not of an alias"),
    ("kms_key_arn", "arn:aws:kms:eu-west-1:111122223333:alias/team", "not of an alias"),
    ("vpc_subnets", ["vpc-0a1b2c3d"], "subnet IDs such as subnet-0a1b2c3d"),
    ("vpc_subnets", [f"subnet-{number:08x}" for number in range(17)], "at most 16"),
    ("security_groups", ["default"], "security group IDs such as sg-0a1b2c3d"),
    ("security_groups", [f"sg-{number:08x}" for number in range(6)], "at most 5"),
    ("network_isolation", "yes", "true or false"),
    ("encrypt_inter_container_traffic", 1, "true or false"),
    ("permissions_boundary_arn", "boundary", "the ARN of the IAM policy"),
    ("log_retention_days", 91, "1, 3, 5, 7, 14, 30"),
    ("notification_email", "nobody", "this is not an address; must be null or the e-mail"),
    ("notification_email", "a@example.com, b@example.com", "these are several addresses"),
    ("notification_email", "a@example.com\nb@example.com", "these are several addresses"),
    ("notification_email", f"{'a' * 250}@b.de", "this is not an address"),
    ("hyperparameters", ["epochs"], "an object of names and values"),
    ("hyperparameters.num_classes", 3, "cannot be set; it follows from the classes"),
    ("hyperparameters.num_training_samples", 100, "cannot be set; it is the number of records"),
    ("hyperparameters.base_network", "resnet-101", '"resnet-50" or "vgg-16"'),
    ("hyperparameters.use_pretrained_model", 2, "0 or 1"),
    ("hyperparameters.use_pretrained_model", True, "0 or 1"),
    ("hyperparameters.epochs", 0, "a whole number of 1 or more"),
    ("hyperparameters.epochs", "five", "a whole number of 1 or more"),
    ("hyperparameters.epochs", 2.5, "a whole number of 1 or more"),
    ("hyperparameters.learning_rate", 0, "above 0, at most 1"),
    ("hyperparameters.learning_rate", "1.1", "above 0, at most 1"),
    ("hyperparameters.lr_scheduler_factor", 1, "above 0 and below 1"),
    ("hyperparameters.lr_scheduler_step", "3, 6", '"3,6"'),
    ("hyperparameters.lr_scheduler_step", "6,3", "do not ascend"),
    ("hyperparameters.lr_scheduler_step", "3,3", "do not ascend"),
    ("hyperparameters.optimizer", "adagrad", '"sgd", "adam", "rmsprop" or "adadelta"'),
    ("hyperparameters.momentum", 0, "above 0, at most 1"),
    ("hyperparameters.weight_decay", 1, "above 0 and below 1"),
    ("hyperparameters.overlap_threshold", 0, "above 0, at most 1"),
    ("hyperparameters.nms_threshold", 1.01, "above 0, at most 1"),
    ("hyperparameters.image_shape", 299, "300 or more"),
    ("hyperparameters.mini_batch_size", 0, "1 or more"),
    ("hyperparameters.label_width", 6, "7 or more"),
    ("hyperparameters.early_stopping", "yes", '"True" or "False"'),
    ("hyperparameters.early_stopping_tolerance", -0.1, "from 0 to 1"),
    ("hyperparameters.kv_store", "device", '"dist_sync" or "dist_async"'),
    ("hyperparameters.freeze_layer_pattern", "(conv", "a regular expression"),
    ("instance_type", "ml.g5.xlarge", "did you mean instance_types?"),
    ("hyperparameters.epoch", 5, "did you mean epochs?"),
    ("epochs", 5, "must be a key of pipeline.hyperparameters"),
]


def parsed(given: dict[str, Any], **overrides: str) -> PipelineSettings:
    """The settings of the ``pipeline`` object, and of ``-c``."""
    text = {f"pipeline.{name}": value for name, value in overrides.items()}
    return settings_from_context({"pipeline": given, **text})


def refusal(given: dict[str, Any]) -> str:
    with pytest.raises(SettingRefused) as caught:
        parsed(given)
    return str(caught.value)


@pytest.mark.parametrize(("key", "value", "allowed"), REFUSED)
def test_a_bad_setting_gets_one_line_with_key_value_and_what_is_allowed(
    key: str, value: Any, allowed: str
) -> None:
    top, _, name = key.partition(".")
    message = refusal({top: {name: value} if name else value})
    assert message.startswith(f"pipeline.{key} = ")
    assert allowed in message
    assert "\n" not in message


def test_a_long_value_is_cut_in_the_error() -> None:
    assert len(refusal({"empty_images": "x" * 10_000})) < 200


@given(st.text())
def test_an_error_stays_on_one_line_whatever_the_value(value: str) -> None:
    if value not in ("keep", "drop"):
        assert refusal({"empty_images": value}).isprintable()


def test_the_defaults_are_the_notebooks_except_for_the_batch_and_a_step_that_is_never_reached() -> (
    None
):
    assert PipelineSettings().hyperparameters == {
        "base_network": "resnet-50",
        "use_pretrained_model": "1",
        "epochs": "5",
        "learning_rate": "0.001",
        "lr_scheduler_step": "3",
        "lr_scheduler_factor": "0.1",
        "optimizer": "rmsprop",
        "momentum": "0.9",
        "weight_decay": "0.0005",
        "overlap_threshold": "0.5",
        "nms_threshold": "0.45",
        "image_shape": "300",
        "mini_batch_size": "8",
    }


def test_cdk_json_shows_the_defaults() -> None:
    assert settings_from_context(project_context()) == PipelineSettings()


def test_hyperparameters_may_be_numbers_or_text() -> None:
    given_as_numbers = parsed({"hyperparameters": {"epochs": 9, "learning_rate": 0.01}})
    given_as_text = parsed({"hyperparameters": {"epochs": "9", "learning_rate": "0.01"}})
    assert given_as_numbers == given_as_text
    assert given_as_numbers.hyperparameters["epochs"] == "9"


def test_a_small_number_reaches_the_algorithm_without_an_exponent() -> None:
    config = parsed({"hyperparameters": {"learning_rate": 1e-6}})
    assert config.hyperparameters["learning_rate"] == "0.000001"


def test_early_stopping_is_spelled_as_the_algorithm_reads_it() -> None:
    for spelling in (True, "True"):
        config = parsed({"hyperparameters": {"early_stopping": spelling}})
        assert config.hyperparameters["early_stopping"] == "True"


def test_named_hyperparameters_leave_the_other_defaults() -> None:
    config = parsed({"hyperparameters": {"epochs": 9}})
    assert config.hyperparameters == DEFAULT_HYPERPARAMETERS | {"epochs": "9"}


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("volume_size_gb", "100", 100),
        ("validation_fraction", "0.3", 0.3),
        ("label_attribute", "boxes", "boxes"),
        ("label_attribute", "null", None),
        ("label_attribute", "2024", "2024"),
        ("image_buckets", "one-bucket,two-bucket", ("one-bucket", "two-bucket")),
        ("image_buckets", '["one-bucket"]', ("one-bucket",)),
        ("image_buckets", "", ()),
        ("image_buckets", "Legacy_Bucket", ("Legacy_Bucket",)),
        ("instance_types", '["ml.g5.xlarge"]', ("ml.g5.xlarge",)),
        ("instance_types", "ml.g5.xlarge, ml.p3.2xlarge", ("ml.g5.xlarge", "ml.p3.2xlarge")),
        ("empty_images", "drop", "drop"),
        ("log_retention_days", "30", 30),
        ("notification_email", "", None),
        ("vpc_subnets", "subnet-0a1b2c3d,subnet-0e1f2a3b", ("subnet-0a1b2c3d", "subnet-0e1f2a3b")),
        ("security_groups", '["sg-0a1b2c3d"]', ("sg-0a1b2c3d",)),
        ("network_isolation", "true", True),
        ("kms_key_arn", "null", None),
    ],
)
def test_text_of_the_command_line_becomes_the_keys_type(key: str, text: str, value: Any) -> None:
    layer = Layer("pipeline", {key: text}, is_text=True)
    assert getattr(parse_settings(layer), key) == value


def test_an_override_wins_over_the_object() -> None:
    context = {"pipeline": {"volume_size_gb": 50}, "pipeline.volume_size_gb": "70"}
    assert settings_from_context(context).volume_size_gb == 70


def test_one_hyperparameter_can_be_overridden() -> None:
    context = {
        "pipeline": {"hyperparameters": {"epochs": 9, "momentum": 0.5}},
        "pipeline.hyperparameters.epochs": "12",
    }
    config = settings_from_context(context)
    assert (config.hyperparameters["epochs"], config.hyperparameters["momentum"]) == ("12", "0.5")


def test_the_whole_object_may_be_text() -> None:
    assert settings_from_context({"pipeline": '{"volume_size_gb": 70}'}).volume_size_gb == 70


@pytest.mark.parametrize("value", ["{", "[]", "7"])
def test_an_object_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(SettingRefused, match=r"^pipeline = .*: must be a JSON object of settings$"):
        settings_from_context({"pipeline": value})


@pytest.mark.parametrize(
    "key",
    [
        "@aws-cdk/core:newStyleStackSynthesis",
        "@aws-cdk-containers/ecs-service-extensions:enableDefaultLogDriver",
        "aws:cdk:enable-path-metadata",
        "aws-cdk:enableDiffNoFail",
        "availability-zones:account=111122223333:region=eu-west-1",
        "ssm:account=111122223333:parameterName=x:region=eu-west-1",
        "acknowledged-issue-numbers",
        "cli-telemetry",
    ],
)
def test_the_context_of_the_cdk_is_left_alone(key: str) -> None:
    assert settings_from_context({key: True}) == PipelineSettings()


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("validation_fraction", "pipeline.validation_fraction"),
        ("pipelines.validation_fraction", "pipeline.validation_fraction"),
        ("pipelin.validation_fracton", "pipeline.validation_fraction"),
        ("validation_fracton", "pipeline.validation_fraction"),
        ("hyperparameters", "pipeline.hyperparameters"),
        ("epochs", "pipeline.hyperparameters.epochs"),
        ("hyperparameters.epochs", "pipeline.hyperparameters.epochs"),
    ],
)
def test_a_setting_written_beside_the_pipeline_is_refused_with_the_one_that_is_meant(
    key: str, meant: str
) -> None:
    with pytest.raises(SettingRefused) as refused:
        settings_from_context({key: "0.9"})
    assert str(refused.value) == (
        f'{key} = "0.9": unknown key; did you mean {meant}? settings are pipeline.<setting>'
    )


def test_a_key_that_is_near_to_no_setting_is_refused_without_a_hint() -> None:
    with pytest.raises(SettingRefused, match=r"^zzz = 1: unknown key; settings are pipeline"):
        settings_from_context({"zzz": 1})


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"vpc_subnets": ["subnet-0a1b2c3d"]}, "security_groups"),
        ({"security_groups": ["sg-0a1b2c3d"]}, "vpc_subnets"),
    ],
)
def test_a_vpc_needs_both_subnets_and_security_groups(given: dict[str, Any], missing: str) -> None:
    with pytest.raises(SettingRefused, match=f"must be given together with pipeline.{missing}"):
        settings_from_context({"pipeline": given})


@pytest.mark.parametrize("test_fraction", [0.7, 0.71, 0.99])
def test_a_test_part_that_leaves_nothing_to_train_on_is_refused(test_fraction: float) -> None:
    given = {"validation_fraction": 0.3, "test_fraction": test_fraction}
    with pytest.raises(SettingRefused, match=r"test_fraction = .*must leave images to train on"):
        settings_from_context({"pipeline": given})


def test_a_spot_job_may_wait_and_run_for_twice_its_runtime_unless_the_settings_say_so() -> None:
    def longest(**given: int) -> int:
        return settings_from_context({"pipeline": given}).longest_spot_seconds

    assert longest(max_runtime_seconds=3_600) == 7_200
    assert longest(max_runtime_seconds=2_000_000) == 2_419_200
    assert longest(max_runtime_seconds=3_600, max_wait_seconds=3_600) == 3_600


@pytest.mark.parametrize("spot", [True, False])
def test_a_wait_that_is_shorter_than_the_run_is_refused(spot: bool) -> None:
    given = {"max_runtime_seconds": 7_200, "max_wait_seconds": 7_199, "managed_spot_training": spot}
    with pytest.raises(SettingRefused) as refused:
        settings_from_context({"pipeline": given})
    assert str(refused.value) == (
        "pipeline.max_wait_seconds = 7199: must be at least pipeline.max_runtime_seconds = 7200,"
        " as it includes the run itself"
    )


def with_batch(size: int, *instance_types: str) -> dict[str, Any]:
    given = {"hyperparameters": {"mini_batch_size": size}, "instance_types": instance_types}
    return {"pipeline": given}


@pytest.mark.parametrize(
    ("instance_type", "gpus"),
    [("ml.p2.16xlarge", 16), ("ml.p3.8xlarge", 4), ("ml.g5.48xlarge", 8), ("ml.g4dn.16xlarge", 1)],
)
def test_a_batch_needs_an_image_for_each_gpu(instance_type: str, gpus: int) -> None:
    settings_from_context(with_batch(gpus, "ml.g5.xlarge", instance_type))
    if gpus > 1:
        with pytest.raises(SettingRefused) as refused:
            settings_from_context(with_batch(gpus - 1, "ml.g5.xlarge", instance_type))
        assert str(refused.value) == (
            f"pipeline.hyperparameters.mini_batch_size = {gpus - 1}: must be at least {gpus}, one"
            f" image for each GPU of {instance_type}"
        )


def test_every_instance_type_with_several_gpus_is_known() -> None:
    assert set(trainable_instance_types()) >= GPUS.keys()
    single = {each.rpartition(".")[2] for each in set(trainable_instance_types()) - GPUS.keys()}
    assert single == {"xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"}


@pytest.mark.parametrize(
    ("given", "name", "words"),
    [
        ({"instance_types": ["ml.g5.xlarge", "ml.p2.xlarge"]}, "p2-retired", "names ml.p2.xlarge"),
        ({"max_runtime_seconds": 432_001}, "longest-run", "= 432001 is above"),
        ({"instance_count": 21}, "instances-of-a-job", "= 21 is above"),
    ],
)
def test_what_aws_no_longer_or_not_yet_gives_is_a_caution(
    given: dict[str, Any], name: str, words: str
) -> None:
    found = cautions(settings_from_context({"pipeline": given}))
    assert found.keys() == {name}
    assert words in found[name]


def test_what_every_new_account_allows_needs_no_caution() -> None:
    assert cautions(PipelineSettings(max_runtime_seconds=432_000, instance_count=20)) == {}


@pytest.mark.parametrize("setting", ["heartbeat_seconds", "quota_retry_interval_seconds"])
def test_waits_that_would_fill_the_history_are_refused(setting: str) -> None:
    shortest = {"heartbeat_seconds": 60, "quota_retry_interval_seconds": 1}[setting]
    context = {"pipeline": {setting: shortest, "max_runtime_seconds": 2_419_200}}
    with pytest.raises(SettingRefused, match=f"pipeline.{setting} = {shortest}"):
        settings_from_context(context)


def test_every_size_of_the_four_families_is_offered_and_no_other() -> None:
    families = {each.split(".")[1] for each in trainable_instance_types()}
    assert families == {"p2", "p3", "p3dn", "g4dn", "g5"}
    assert "ml.p3.2xlarge" in trainable_instance_types()
