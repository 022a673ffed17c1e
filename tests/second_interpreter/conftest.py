"""The synthesized app on the interpreter that the project did not write, anew for each scenario."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stacks.settings.environments import STACK_NAME
from stacks.synthesis import synthesize
from tests.infrastructure.templates import Template
from tests.second_interpreter.account import Account, account, clients_of_moto
from tests.second_interpreter.deployed import Deployed, deployed
from tests.second_interpreter.execution import ScenarioExecution
from tests.second_interpreter.reference_jsonata import ReferenceJsonata, reference_jsonata


@pytest.fixture(scope="session")
def template(assembly: Path) -> Template:
    """The template of cdk.json's settings."""
    body = json.loads((assembly / f"{STACK_NAME}.template.json").read_text())
    return Template(assembly, body)


@pytest.fixture(scope="session")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    """The definition and the environments of the template without image checks."""
    folder = tmp_path_factory.mktemp("cdk.out")
    body = json.loads(synthesize(folder, {"pipeline.image_checks": "off"}).read_text())
    return deployed(Template(folder, body))


@pytest.fixture(scope="session")
def jsonata() -> Iterator[ReferenceJsonata]:
    """The reference implementation, running."""
    with reference_jsonata() as running:
        yield running


@pytest.fixture(scope="session")
def aws_clients() -> dict[str, Any]:
    """The clients of all scenarios."""
    return clients_of_moto()


@pytest.fixture
def world(
    pipeline: Deployed,
    jsonata: ReferenceJsonata,
    aws_clients: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> Iterator[Account]:
    """An account with nothing but the deployed pipeline."""
    caplog.set_level(logging.CRITICAL, "moto")  # logs the whole definition for each failed task
    with account(pipeline, jsonata, aws_clients) as made:
        yield made


@pytest.fixture
def execution(world: Account) -> ScenarioExecution:
    """The scenario's execution, not yet started."""
    return ScenarioExecution(world)
