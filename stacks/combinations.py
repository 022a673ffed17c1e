"""Settings that may be used each for itself, but not together or not where the stack goes."""

from stacks.config import PipelineConfig
from stacks.parsing import CONTEXT_KEY, ConfigError, shown


def refuse_half_a_vpc(config: PipelineConfig) -> None:
    """Raise ``ConfigError`` for subnets without security groups and for groups without subnets."""
    if bool(config.vpc_subnets) == bool(config.security_groups):
        return
    given, missing = "vpc_subnets", "security_groups"
    if config.security_groups:
        given, missing = missing, given
    raise ConfigError(
        f"{CONTEXT_KEY}.{given} = {shown(getattr(config, given))}: must be given together with"
        f" {CONTEXT_KEY}.{missing}; a training job in a VPC needs both"
    )


def refuse_key_of_another_region(config: PipelineConfig, region: str) -> None:
    """Raise ``ConfigError`` where the key does not lie in the region that the stack goes to."""
    if config.kms_key_arn and config.kms_key_arn.split(":")[3] != region:
        raise ConfigError(
            f"{CONTEXT_KEY}.kms_key_arn = {shown(config.kms_key_arn)}: must be the ARN of a key in"
            f" {region}, where the stack is deployed"
        )
