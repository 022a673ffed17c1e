"""Settings that may be used each for itself, but not together or not where the stack goes."""

from lambdas.contract import smallest_batch
from stacks.retries import MAX_HISTORY_EVENTS, history_events
from stacks.settings.fields import PipelineSettings
from stacks.settings.parsing import CONTEXT_KEY, SettingRefused, shown


def refuse_contradictions(settings: PipelineSettings) -> None:
    """Raise ``SettingRefused`` for the first settings that contradict each other."""
    _refuse_nothing_to_train_on(settings)
    _refuse_half_a_vpc(settings)
    _refuse_to_wait_for_less_than_a_run(settings)
    _refuse_a_batch_that_leaves_a_gpu_idle(settings)
    _refuse_endless_history(settings)


def refuse_key_of_another_region(settings: PipelineSettings, region: str) -> None:
    """Raise ``SettingRefused`` where the key does not lie in the region that the stack goes to."""
    if settings.kms_key_arn and settings.kms_key_arn.split(":")[3] != region:
        raise SettingRefused(
            f"{_named(settings, 'kms_key_arn')}: must be the ARN of a key in {region}, where the"
            " stack is deployed"
        )


def _refuse_nothing_to_train_on(settings: PipelineSettings) -> None:
    if settings.validation_fraction + settings.test_fraction >= 1:
        raise SettingRefused(
            f"{_named(settings, 'test_fraction')}: must leave images to train on besides"
            f" {_named(settings, 'validation_fraction')}"
        )


def _refuse_half_a_vpc(settings: PipelineSettings) -> None:
    if bool(settings.vpc_subnets) == bool(settings.security_groups):
        return
    given, missing = "vpc_subnets", "security_groups"
    if settings.security_groups:
        given, missing = missing, given
    raise SettingRefused(
        f"{_named(settings, given)}: must be given together with {CONTEXT_KEY}.{missing}; a"
        " training job in a VPC needs both"
    )


def _refuse_to_wait_for_less_than_a_run(settings: PipelineSettings) -> None:
    # CreateTrainingJob, StoppingCondition: MaxWaitTimeInSeconds must not be less than
    # MaxRuntimeInSeconds.
    if settings.longest_spot_seconds < settings.max_runtime_seconds:
        raise SettingRefused(
            f"{_named(settings, 'max_wait_seconds')}: must be at least"
            f" {_named(settings, 'max_runtime_seconds')}, as it includes the run itself"
        )


def _refuse_a_batch_that_leaves_a_gpu_idle(settings: PipelineSettings) -> None:
    batch = int(settings.hyperparameters["mini_batch_size"])
    most_gpus = max(settings.instance_types, key=smallest_batch)
    if batch < smallest_batch(most_gpus):
        raise SettingRefused(
            f"{CONTEXT_KEY}.hyperparameters.mini_batch_size = {batch}: must be at least"
            f" {smallest_batch(most_gpus)}, one image for each GPU of {most_gpus}"
        )


def _refuse_endless_history(settings: PipelineSettings) -> None:
    events = history_events(settings)
    if events > MAX_HISTORY_EVENTS:
        raise SettingRefused(
            f"{_named(settings, 'heartbeat_seconds')} and"
            f" {_named(settings, 'quota_retry_interval_seconds')}: an execution could take"
            f" {events} events, must be long enough for at most {MAX_HISTORY_EVENTS}"
        )


def _named(settings: PipelineSettings, name: str) -> str:
    return f"{CONTEXT_KEY}.{name} = {shown(getattr(settings, name))}"
