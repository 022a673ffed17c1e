"""Where the pipeline can be deployed: the partitions whose Lambda has what the functions use."""

import functools

from botocore.exceptions import UnknownRegionError
from botocore.loaders import Loader
from botocore.regions import EndpointResolver

from stacks.settings.parsing import SettingRefused

PARTITIONS = ("aws", "aws-us-gov")
"""Lambda in China has no X-Ray (Getting Started with Amazon Web Services in China, Lambda); of
the isolated partitions no public page says that theirs has it, or runs functions on arm64."""


def is_supported(region: str) -> bool:
    """Tell whether a region lies in a partition where the pipeline can be deployed."""
    return _partition(region) in PARTITIONS


def refuse_unsupported(region: str) -> None:
    """Raise ``SettingRefused`` for a region where the functions could not be created."""
    if not is_supported(region):
        raise SettingRefused(
            f"region = {region}: Lambda in {_partition(region)} lacks X-Ray tracing or arm64, which"
            f" every function uses; must be a region of {' or '.join(PARTITIONS)}"
        )


@functools.cache
def _endpoints() -> EndpointResolver:
    # Not through a session, which would look the user's AWS profile up.
    return EndpointResolver(Loader().load_data("endpoints"))


def _partition(region: str) -> str:
    try:
        partition: str = _endpoints().get_partition_for_region(region)
    except UnknownRegionError:  # one that is newer than botocore: none of the others is
        return "aws"
    return partition
