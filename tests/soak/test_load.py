"""A hundred labeling jobs finish at once: a hundred models, none twice, nothing lost.

All states are gone through with the default settings: the images are looked at, each model is run
on its validation images, measured and registered. None is approved, so no incumbent is run as well;
training is simulated and takes no time.
"""

import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.aws.deployment import Deployment
from local.aws.embedded_aws import EmbeddedAws
from stacks.settings.environments import STACK_NAME
from stacks.synthesis import synthesize
from tests.scenarios.pipeline import Pipeline, eventually

pytestmark = pytest.mark.soak

MANIFESTS = 100
IMAGES = 10


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    synthesize(tmp_path)
    with EmbeddedAws() as aws:
        outputs = Deployment(
            tmp_path, STACK_NAME, aws.client, region=aws.region, account=aws.account
        ).deploy()
        yield Pipeline(aws, outputs)


def test_a_hundred_manifests_written_at_once_end_in_a_hundred_models(pipeline: Pipeline) -> None:
    body = pipeline.manifest("load", IMAGES)
    begun = time.monotonic()
    for number in range(MANIFESTS):
        pipeline.write(pipeline.manifest_key(f"load-{number:03}"), body)

    def all_ended() -> list[dict[str, str]] | None:
        pages = pipeline.stepfunctions.get_paginator("list_executions").paginate(
            stateMachineArn=pipeline.machine
        )
        found = [each for page in pages for each in page["executions"]]
        ended = [each for each in found if each["status"] != "RUNNING"]
        return ended if len(ended) == MANIFESTS else None

    executions = eventually(all_ended, seconds=900)
    seconds = time.monotonic() - begun

    assert Counter(each["status"] for each in executions) == {"SUCCEEDED": MANIFESTS}
    for jobs in (pipeline.aws.training.jobs, pipeline.aws.transform.jobs):
        assert Counter(job.status for job in jobs.values()) == {"Completed": MANIFESTS}
    runs = [run for each in executions for run in pipeline.map_runs(each["executionArn"])]
    assert Counter(run["status"] for run in runs) == {"SUCCEEDED": MANIFESTS}
    assert sum(run["itemCounts"]["succeeded"] for run in runs) == MANIFESTS * IMAGES
    written = Counter(key.rpartition("/")[2] for key in pipeline.keys("executions/"))
    for name in ("report.json", "evaluation.json", "outcome.json"):
        assert written[name] == MANIFESTS
    outcomes = [pipeline.json(pipeline.layout.outcome(each["name"])) for each in executions]
    assert len({each["model_package"] for each in outcomes}) == MANIFESTS
    assert pipeline.keys("callbacks/") == []
    assert pipeline.dead_letters() == 0
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stderr.write(f"\n{MANIFESTS} executions in {seconds:.0f} s, {memory:.0f} MiB at most\n")
