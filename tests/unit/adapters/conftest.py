"""The adapters' S3 client, answered from memory."""

import pytest

from lambdas.adapters import clients
from tests.unit.adapters.in_memory_s3 import InMemoryS3


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> InMemoryS3:
    memory = InMemoryS3()
    client = memory.client()
    monkeypatch.setattr(clients, "s3", lambda: client)
    return memory
