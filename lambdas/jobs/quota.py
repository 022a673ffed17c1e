"""What to say where the account's quotas allow a job on none of the instance types."""

import re
from collections.abc import Mapping

_QUOTA = re.compile(r"service limit '([^']+)'")
"""How SageMaker names the quota: those of instances on demand, of spot instances and of the longest
run have names of their own."""


def quota_cause(refusals: Mapping[str, str]) -> str:
    """Return the cause, from SageMaker's words by instance type."""
    said = [f"{instance_type}: {words}" for instance_type, words in refusals.items()]
    names = dict.fromkeys(name for words in refusals.values() for name in _QUOTA.findall(words))
    named = " or ".join(f"'{name}'" for name in names) or "that it names"
    return "\n".join(
        [
            *said,
            f"Raise the quota {named} of Amazon SageMaker in the Service Quotas console, then "
            "redrive this execution, unless it has gone on by itself.",
        ]
    )
