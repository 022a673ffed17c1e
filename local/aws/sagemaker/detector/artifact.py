"""The stand-in's ``model.tar.gz``: its arrays, and a document that says what they are."""

import gzip
import io
import tarfile
from typing import Self

import msgspec
import numpy as np

from local.aws.sagemaker.detector.file_names import ARRAYS, DOCUMENT
from local.aws.sagemaker.detector.honoured import NOT_HONOURED, Honoured
from local.aws.sagemaker.detector.network import Network
from local.aws.sagemaker.detector.training import LOOKS

WHAT = (
    "A stand-in: a small detector that was trained for real, on the CPU, on the train channel of "
    "this job. It is not SageMaker's network and cannot be deployed to SageMaker."
)

UNTRAINED = "A stand-in whose weights are random: nothing was trained."


class NotAStandIn(ValueError):
    """The artifact is not one of the embedded training service."""


class StandIn(msgspec.Struct, frozen=True, kw_only=True):
    """``stand-in.json``: what the arrays were learned from, and how."""

    what: str = WHAT
    honoured: Honoured
    not_honoured: tuple[str, ...] = NOT_HONOURED
    looks_per_epoch: int = LOOKS
    pictures: int
    """How many of the train channel's pictures it was trained on."""
    pictures_left_out: int
    """How many were beyond the stand-in's limit."""


class Artifact(msgspec.Struct, frozen=True):
    """A trained stand-in."""

    document: StandIn
    network: Network

    def to_bytes(self) -> bytes:
        """Pack it as ``model.tar.gz``, the same bytes for the same network."""
        arrays = io.BytesIO()
        np.savez(arrays, allow_pickle=False, **self.network.weights)
        packed = io.BytesIO()
        with (
            gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped,
            tarfile.open(fileobj=zipped, mode="w") as archive,
        ):
            document = msgspec.json.format(msgspec.json.encode(self.document))
            for name, content in ((DOCUMENT, document), (ARRAYS, arrays.getvalue())):
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
        return packed.getvalue()

    @classmethod
    def from_bytes(cls, packed: bytes) -> Self:
        """Unpack one; nothing in it is executed.

        Raises:
            NotAStandIn: it holds something else.
        """
        try:
            with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as archive:
                document, arrays = (_content(archive, name) for name in (DOCUMENT, ARRAYS))
            with np.load(io.BytesIO(arrays), allow_pickle=False) as loaded:
                weights = {name: loaded[name] for name in Network.NAMES}
            return cls(msgspec.json.decode(document, type=StandIn), Network(weights))
        except (tarfile.TarError, OSError, EOFError, KeyError, ValueError) as error:
            raise NotAStandIn(
                f"not a stand-in of the embedded training service: {error}"
            ) from error


def _content(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    if member is None:
        raise NotAStandIn(f"{name} is not a file")
    return member.read()
