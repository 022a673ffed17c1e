"""The stand-in's ``model.tar.gz``: its arrays, and a document that says what they are."""

import io
from typing import Self

import msgspec
import numpy as np

from local.aws.sagemaker.detector.file_names import ARRAYS, DOCUMENT
from local.aws.sagemaker.detector.honoured import NOT_HONOURED, Honoured
from local.aws.sagemaker.detector.network import Network
from local.aws.sagemaker.detector.training import LOOKS
from local.aws.sagemaker.model_archive import pack, unpack

WHAT = (
    "A stand-in: a small detector that was trained for real, on the CPU, on the train channel of "
    "this job. It is not SageMaker's network and cannot be deployed to SageMaker."
)


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
        document = msgspec.json.format(msgspec.json.encode(self.document))
        return pack({DOCUMENT: document, ARRAYS: arrays.getvalue()})

    @classmethod
    def from_bytes(cls, packed: bytes) -> Self:
        """Unpack one; nothing in it is executed.

        Raises:
            NotAStandIn: it holds something else.
        """
        try:
            document, arrays = unpack(packed, DOCUMENT, ARRAYS)
            with np.load(io.BytesIO(arrays), allow_pickle=False) as loaded:
                weights = {name: loaded[name] for name in Network.NAMES}
            return cls(msgspec.json.decode(document, type=StandIn), Network(weights))
        except (OSError, EOFError, KeyError, ValueError) as error:
            raise NotAStandIn(
                f"not a stand-in of the embedded training service: {error}"
            ) from error
