"""The stand-in's ``model.tar.gz``."""

from __future__ import annotations

import io
import tarfile

import numpy as np
import pytest

from local.aws.sagemaker.detector.artifact import Artifact, NotAStandIn, StandIn
from local.aws.sagemaker.detector.file_names import ARRAYS, DOCUMENT
from local.aws.sagemaker.detector.honoured import Honoured
from local.aws.sagemaker.detector.network import Network

HONOURED = Honoured(num_classes=2, lr_scheduler_step=(3, 6))
MADE = Artifact(
    StandIn(honoured=HONOURED, pictures=5, pictures_left_out=1),
    Network.untrained(2, np.random.default_rng(0)),
)


def packed(**members: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name.replace("_", "-").replace("-npz", ".npz"))
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


def test_what_was_packed_is_unpacked_as_it_was() -> None:
    again = Artifact.from_bytes(MADE.to_bytes())
    assert again.document == MADE.document
    for name, weight in MADE.network.weights.items():
        assert np.array_equal(again.network.weights[name], weight)


def test_the_document_says_what_it_is() -> None:
    with tarfile.open(fileobj=io.BytesIO(MADE.to_bytes())) as archive:
        assert archive.getnames() == [DOCUMENT, ARRAYS]
        document = archive.extractfile(DOCUMENT)
        assert document is not None
        assert b"not SageMaker's network" in document.read()


def test_an_artifact_of_something_else_is_told_from_a_stand_in() -> None:
    for foreign in (b"", b"no archive", packed(hyperparams=b"{}"), MADE.to_bytes()[:2000]):
        with pytest.raises(NotAStandIn):
            Artifact.from_bytes(foreign)


def test_nothing_in_an_artifact_is_executed() -> None:
    pickled = io.BytesIO()
    np.savez(pickled, w1=np.array([{}], dtype=object))
    file = io.BytesIO()
    document = MADE.to_bytes()
    with (
        tarfile.open(fileobj=io.BytesIO(document)) as source,
        tarfile.open(fileobj=file, mode="w:gz") as archive,
    ):
        member = source.getmember(DOCUMENT)
        archive.addfile(member, source.extractfile(member))
        entry = tarfile.TarInfo(ARRAYS)
        entry.size = len(pickled.getvalue())
        archive.addfile(entry, io.BytesIO(pickled.getvalue()))
    with pytest.raises(NotAStandIn, match="allow_pickle"):
        Artifact.from_bytes(file.getvalue())
