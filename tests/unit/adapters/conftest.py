"""The adapters' clients, answered from memory."""

from collections.abc import Iterator

import pytest
from botocore.stub import Stubber

from lambdas.adapters import clients
from tests.unit.adapters.in_memory_s3 import InMemoryS3
from tests.unit.adapters.stubs import stubbed


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> InMemoryS3:
    memory = InMemoryS3()
    client = memory.client()
    monkeypatch.setattr(clients, "s3", lambda: client)
    return memory


@pytest.fixture
def s3_calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    with stubbed("s3", monkeypatch) as stubber:
        yield stubber


@pytest.fixture
def stepfunctions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    with stubbed("stepfunctions", monkeypatch) as stubber:
        yield stubber


@pytest.fixture
def sagemaker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    with stubbed("sagemaker", monkeypatch) as stubber:
        yield stubber


@pytest.fixture
def sns(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    with stubbed("sns", monkeypatch) as stubber:
        yield stubber
