"""Every setting, each with a value that no other has, arrives where it is used and nowhere else."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
import pytest

from lambdas import settings
from lambdas.contract import State
from lambdas.handlers.validate_manifest import policy
from lambdas.manifest.policy import Policy
from lambdas.messages.execution import ExecutionInput
from lambdas.training.job_request import training_job_request
from lambdas.transform.request import model_request, transform_job_request
from stacks.settings.fields import PipelineSettings
from stacks.settings.hyperparameter_fields import ALLOWED
from stacks.synthesis import synthesize
from tests.infrastructure.templates import Template
from tests.unit.jobs.factories import any_dataset, any_execution, any_job, any_prediction

KEY = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
BOUNDARY = "arn:aws:iam::111122223333:policy/team/boundary"

HYPERPARAMETERS: dict[str, Any] = {
    "base_network": "vgg-16",
    "use_pretrained_model": 0,
    "epochs": 31,
    "early_stopping": "True",
    "early_stopping_min_epochs": 11,
    "early_stopping_patience": 6,
    "early_stopping_tolerance": 0.07,
    "freeze_layer_pattern": "^conv1_",
    "image_shape": 512,
    "kv_store": "dist_async",
    "label_width": 420,
    "learning_rate": 0.004,
    "lr_scheduler_factor": 0.3,
    "lr_scheduler_step": "9,19",
    "mini_batch_size": 12,
    "momentum": 0.8,
    "nms_threshold": 0.35,
    "optimizer": "sgd",
    "overlap_threshold": 0.6,
    "weight_decay": 0.0008,
}


@dataclass(frozen=True)
class Deployed:
    """A template, read as those read it who act on it: functions, SageMaker, EventBridge, …"""

    template: Template

    def environment(self, module: str) -> Mapping[str, str]:
        found: Mapping[str, str] = self.template.functions()[module]["Environment"]["Variables"]
        return found

    @cached_property
    def policy(self) -> Policy:
        """What Validate Manifest accepts."""
        read = settings.load(
            settings.ValidateManifestSettings, self.environment("validate_manifest")
        )
        return policy(read, ExecutionInput(manifest="s3://team-data/output.manifest"))

    @cached_property
    def start(self) -> settings.StartTrainingJobSettings:
        return settings.load(
            settings.StartTrainingJobSettings, self.environment("start_training_job")
        )

    @cached_property
    def request(self) -> dict[str, Any]:
        """What Start Training Job asks SageMaker for first."""
        return training_job_request(
            name="job",
            instance_type=self.start.instance_types[0],
            max_runtime_seconds=self.start.max_runtime_seconds,
            dataset=any_dataset(hyperparameters={}),
            settings=self.start,
            execution=any_execution(),
        )

    @cached_property
    def start_transform(self) -> settings.StartTransformJobSettings:
        return settings.load(
            settings.StartTransformJobSettings, self.environment("start_transform_job")
        )

    @cached_property
    def model(self) -> dict[str, Any]:
        """The model that Start Transform Job asks SageMaker for."""
        return model_request("job", any_prediction(), self.start_transform, any_execution())

    @cached_property
    def transform(self) -> dict[str, Any]:
        """The transform job that it asks for first."""
        job = any_job(instance_type=self.start_transform.transform_instance_types[0])
        return transform_job_request(job, any_prediction(), self.start_transform, any_execution())

    @cached_property
    def evaluate(self) -> settings.EvaluateModelSettings:
        return settings.load(settings.EvaluateModelSettings, self.environment("evaluate_model"))

    @cached_property
    def register(self) -> settings.RegisterModelSettings:
        return settings.load(settings.RegisterModelSettings, self.environment("register_model"))

    @cached_property
    def prepare(self) -> settings.PrepareEvaluationSettings:
        return settings.load(
            settings.PrepareEvaluationSettings, self.environment("prepare_evaluation")
        )

    def item_state(self, name: State) -> dict[str, Any]:
        """A state of the items of Predict."""
        found: dict[str, Any] = self.state(State.PREDICT)["ItemProcessor"]["States"][name]
        return found

    def state(self, name: State) -> dict[str, Any]:
        found: dict[str, Any] = self.template.state_machine()["States"][name]
        return found

    def rule(self, name: str) -> Any:
        return self.template.plain(self.template.of_type("Events::Rule")[name]["Properties"])

    def every(self, resource_type: str, key: str) -> set[Any]:
        """The values of a property, over all resources of a type."""
        resources = self.template.of_type(resource_type).values()
        return {self.template.plain(each["Properties"]).get(key) for each in resources}


class Setting(NamedTuple):
    """A value as cdk.json and as ``-c`` have it, and where it is to be found in the end."""

    value: Any
    text: str
    used: Callable[[Deployed], Any]
    as_used: Any


def labeling_keys(deployed: Deployed) -> Any:
    return deployed.rule("EventsManifestWritten")["EventPattern"]["detail"]["object"]["key"]


SETTINGS: dict[str, Setting] = {
    "labeling_prefix": Setting(
        "team/labels/",
        "team/labels/",
        labeling_keys,
        [{"wildcard": "team/labels/*/manifests/output/output.manifest"}],
    ),
    "label_attribute": Setting("boxes", "boxes", lambda it: it.policy.label_attribute, "boxes"),
    "image_buckets": Setting(
        ["first-images", "second-images"],
        "first-images,second-images",
        lambda it: it.policy.image_buckets,
        {"first-images", "second-images", "team-data"},
    ),
    "validation_fraction": Setting(0.31, "0.31", lambda it: it.policy.validation_fraction, 0.31),
    "test_fraction": Setting(0.17, "0.17", lambda it: it.policy.test_fraction, 0.17),
    "split_group_pattern": Setting(
        "^[^/]+/$", "^[^/]+/$", lambda it: it.policy.group_pattern, "^[^/]+/$"
    ),
    "empty_images": Setting("drop", "drop", lambda it: it.policy.empty_images, "drop"),
    "drop_verdicts": Setting(
        ["bad", "blurred"], "bad,blurred", lambda it: it.policy.drop_verdicts, {"bad", "blurred"}
    ),
    "image_checks": Setting(
        "decode",
        "decode",
        lambda it: (
            it.environment("check_images")["IMAGE_CHECKS"],
            it.environment("validate_manifest")["IMAGE_CHECKS"],
            it.state(State.CHECK_IMAGES)["ItemBatcher"]["MaxItemsPerBatch"],
        ),
        ('"decode"', '"decode"', 50),
    ),
    "image_check_concurrency": Setting(
        21, "21", lambda it: it.state(State.CHECK_IMAGES)["MaxConcurrency"], 21
    ),
    "max_invalid_fraction": Setting(0.04, "0.04", lambda it: it.policy.max_invalid_fraction, 0.04),
    "max_unlabeled_fraction": Setting(
        0.13, "0.13", lambda it: it.policy.max_unlabeled_fraction, 0.13
    ),
    "instance_types": Setting(
        ["ml.p3.2xlarge", "ml.g5.xlarge"],
        '["ml.p3.2xlarge", "ml.g5.xlarge"]',
        lambda it: (it.start.instance_types, it.request["ResourceConfig"]["InstanceType"]),
        (("ml.p3.2xlarge", "ml.g5.xlarge"), "ml.p3.2xlarge"),
    ),
    "instance_count": Setting(3, "3", lambda it: it.request["ResourceConfig"]["InstanceCount"], 3),
    "volume_size_gb": Setting(
        77, "77", lambda it: it.request["ResourceConfig"]["VolumeSizeInGB"], 77
    ),
    "max_runtime_seconds": Setting(
        90_001,
        "90001",
        lambda it: it.request["StoppingCondition"]["MaxRuntimeInSeconds"],
        90_001,
    ),
    "max_pending_seconds": Setting(4_321, "4321", lambda it: it.start.max_pending_seconds, 4_321),
    "managed_spot_training": Setting(
        True, "true", lambda it: it.request.get("EnableManagedSpotTraining"), True
    ),
    "max_wait_seconds": Setting(
        95_003,
        "95003",
        lambda it: it.request["StoppingCondition"]["MaxWaitTimeInSeconds"],
        95_003,
    ),
    "transform_instance_types": Setting(
        ["ml.m5.2xlarge", "ml.c5.4xlarge", "ml.g4dn.xlarge"],
        "ml.m5.2xlarge,ml.c5.4xlarge,ml.g4dn.xlarge",
        lambda it: (
            it.start_transform.transform_instance_types,
            it.transform["TransformResources"]["InstanceType"],
        ),
        (("ml.m5.2xlarge", "ml.c5.4xlarge", "ml.g4dn.xlarge"), "ml.m5.2xlarge"),
    ),
    "max_transform_seconds": Setting(
        17_003,
        "17003",
        lambda it: (
            it.start_transform.max_transform_seconds,
            it.item_state(State.AWAIT_TRANSFORM_JOB)["Retry"][0]["MaxAttempts"],
        ),
        (17_003, 18),
    ),
    "max_evaluation_images": Setting(
        1_999, "1999", lambda it: it.prepare.max_evaluation_images, 1_999
    ),
    "max_missing_fraction": Setting(
        0.11, "0.11", lambda it: it.evaluate.max_missing_fraction, 0.11
    ),
    "min_map": Setting(0.21, "0.21", lambda it: it.register.min_map, 0.21),
    "min_map50": Setting(0.41, "0.41", lambda it: it.register.min_map50, 0.41),
    "max_map_loss": Setting(0.02, "0.02", lambda it: it.register.max_map_loss, 0.02),
    "approval": Setting("automatic", "automatic", lambda it: it.register.approval, "automatic"),
    "max_billable_hours": Setting(
        750.5,
        "750.5",
        lambda it: (it.start.max_billable_hours, it.start_transform.max_billable_hours),
        (750.5, 750.5),
    ),
    "labeling_job_wait_minutes": Setting(
        47, "47", lambda it: it.state(State.VALIDATE_MANIFEST)["Retry"][0]["MaxAttempts"], 47
    ),
    "max_capacity_rounds": Setting(
        5,
        "5",
        lambda it: (it.start.max_capacity_rounds, it.start_transform.max_capacity_rounds),
        (5, 5),
    ),
    "capacity_pause_seconds": Setting(
        611,
        "611",
        lambda it: (
            it.state(State.NEXT_INSTANCE_TYPE)["Seconds"],
            it.item_state(State.NEXT_TRANSFORM_INSTANCE_TYPE)["Seconds"],
        ),
        (
            "{% ($states.input.capacity_misses + 1) % 2 = 0 ? 611 : 0 %}",
            "{% ($states.input.capacity_misses + 1) % 3 = 0 ? 611 : 0 %}",
        ),
    ),
    "quota_retry_interval_seconds": Setting(
        240,
        "240",
        lambda it: (
            it.state(State.START_TRAINING_JOB)["Retry"][0]["IntervalSeconds"],
            it.item_state(State.START_TRANSFORM_JOB)["Retry"][0]["IntervalSeconds"],
        ),
        (240, 240),
    ),
    "quota_retry_hours": Setting(
        7,
        "7",
        lambda it: (
            it.state(State.START_TRAINING_JOB)["Retry"][0]["MaxAttempts"],
            it.item_state(State.START_TRANSFORM_JOB)["Retry"][0]["MaxAttempts"],
        ),
        (7 * 15, 7 * 15),
    ),
    "heartbeat_seconds": Setting(
        1_234,
        "1234",
        lambda it: (
            it.state(State.AWAIT_TRAINING_JOB)["HeartbeatSeconds"],
            it.item_state(State.AWAIT_TRANSFORM_JOB)["HeartbeatSeconds"],
        ),
        (1_234, 1_234),
    ),
    "training_job_prefix": Setting(
        "detector",
        "detector",
        lambda it: (it.start.training_job_prefix, it.start_transform.training_job_prefix),
        ("detector", "detector"),
    ),
    "log_retention_days": Setting(
        30, "30", lambda it: it.every("Logs::LogGroup", "RetentionInDays"), {30}
    ),
    "notification_email": Setting(
        "ops@example.com",
        "ops@example.com",
        lambda it: it.every("SNS::Subscription", "Endpoint"),
        {"ops@example.com"},
    ),
    "existing_bucket": Setting(
        "team-data",
        "team-data",
        lambda it: (it.start.bucket, it.every("S3::Bucket", "BucketName")),
        ("team-data", set()),
    ),
    "kms_key_arn": Setting(
        KEY,
        KEY,
        lambda it: (
            it.every("SQS::Queue", "KmsMasterKeyId"),
            it.request["OutputDataConfig"]["KmsKeyId"],
            it.request["ResourceConfig"]["VolumeKmsKeyId"],
            it.transform["TransformOutput"]["KmsKeyId"],
            it.transform["TransformResources"]["VolumeKmsKeyId"],
        ),
        ({KEY}, KEY, KEY, KEY, KEY),
    ),
    "vpc_subnets": Setting(
        ["subnet-0a1b2c3d", "subnet-0e1f2a3b"],
        "subnet-0a1b2c3d,subnet-0e1f2a3b",
        lambda it: (it.request["VpcConfig"]["Subnets"], it.model["VpcConfig"]["Subnets"]),
        (["subnet-0a1b2c3d", "subnet-0e1f2a3b"], ["subnet-0a1b2c3d", "subnet-0e1f2a3b"]),
    ),
    "security_groups": Setting(
        ["sg-0a1b2c3d"],
        "sg-0a1b2c3d",
        lambda it: (
            it.request["VpcConfig"]["SecurityGroupIds"],
            it.model["VpcConfig"]["SecurityGroupIds"],
        ),
        (["sg-0a1b2c3d"], ["sg-0a1b2c3d"]),
    ),
    "permissions_boundary_arn": Setting(
        BOUNDARY, BOUNDARY, lambda it: it.every("IAM::Role", "PermissionsBoundary"), {BOUNDARY}
    ),
    "hyperparameters": Setting(
        HYPERPARAMETERS,
        json.dumps(HYPERPARAMETERS),
        lambda it: it.request["HyperParameters"],
        {name: str(value) for name, value in HYPERPARAMETERS.items()},
    ),
}

SWITCHES: dict[str, Callable[[Deployed], Any]] = {
    "managed_spot_training": lambda it: it.request.get("EnableManagedSpotTraining", False),
    "network_isolation": lambda it: (
        it.request["EnableNetworkIsolation"] and it.model["EnableNetworkIsolation"]
    ),
    "encrypt_inter_container_traffic": (
        lambda it: it.request["EnableInterContainerTrafficEncryption"]
    ),
}
"""Settings that are true or false: two of them have the same value, whatever it is."""


def deployed(tmp_path_factory: pytest.TempPathFactory, context: Mapping[str, Any]) -> Deployed:
    folder = tmp_path_factory.mktemp("cdk.out")
    return Deployed(Template(folder, json.loads(synthesize(folder, context).read_text())))


@pytest.fixture(scope="module", params=["cdk.json", "-c"])
def it(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    """The template of all settings, given in the one way or the other."""
    context: dict[str, Any] = {f"pipeline.{name}": each.text for name, each in SETTINGS.items()}
    if request.param == "cdk.json":
        context = {"pipeline": {name: each.value for name, each in SETTINGS.items()}}
    return deployed(tmp_path_factory, context)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_arrives_where_it_is_used(it: Deployed, name: str) -> None:
    assert SETTINGS[name].used(it) == SETTINGS[name].as_used


@pytest.mark.parametrize("switched", SWITCHES)
def test_a_switch_switches_what_it_says_and_nothing_else(
    switched: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    it = deployed(tmp_path_factory, {f"pipeline.{switched}": "true"})
    assert {name: used(it) for name, used in SWITCHES.items()} == {
        name: name == switched for name in SWITCHES
    }


def test_every_setting_has_a_value_here_that_is_neither_its_default_nor_anothers() -> None:
    defaults = PipelineSettings()
    settable = SETTINGS.keys() | SWITCHES.keys() | {"evaluation"}  # which is off in test_workflow
    assert {each.name for each in fields(defaults)} == settable
    assert HYPERPARAMETERS.keys() == ALLOWED.keys()
    for group in (HYPERPARAMETERS, {name: each.value for name, each in SETTINGS.items()}):
        written = [json.dumps(value) for value in group.values()]
        assert len(set(written)) == len(written)
    for name, setting in SETTINGS.items():
        assert setting.value != msgspec.to_builtins(getattr(defaults, name))
    for name, value in defaults.hyperparameters.items():
        assert str(HYPERPARAMETERS[name]) != value
